// The line in which newcomers wait while the server is busy.

#include "tests/actors/support/fake_client.hpp"
#include "tests/actors/support/probe_client.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using actors::overload_level;
using actors::overload_state;
using actors::wait_end;
using protocol::error_code;
using protocol::error_reason;
using protocol::room_id;

namespace {

constexpr auto busy = overload_state{overload_level::busy, 0};

/// A client that has asked for something while the server is busy.
struct newcomer {
  template <class Verb>
  requires requires {
    typename Verb::reply;
  }
  newcomer(actor_world& world, const Verb& x,
           std::chrono::seconds patience = 24h)
      : client(world, patience) {
    client.send(x);
    world.run();
  }

  newcomer(actor_world& world, const std::string& name)
      : newcomer(world, join_as(name)) {}

  /// The response; nothing while it waits.
  const protocol::outcome* answer() const {
    auto found = client.script->outcomes.find(1);
    return found == client.script->outcomes.end() ? nullptr : &found->second;
  }

  bool waits() const {
    return answer() == nullptr;
  }

  bool granted() const {
    return answer() && std::holds_alternative<protocol::success>(*answer());
  }

  /// Why it was refused, or nothing.
  const protocol::error* refusal() const {
    return answer() ? std::get_if<protocol::error>(answer()) : nullptr;
  }

  /// The place in the latest event, 0 if there is none.
  int place() {
    int out = 0;
    while (auto told = client.event<event::lobby_entered>())
      out = told->place;
    return out;
  }

  probe_client client;
};

/// A server with Ann in room "r" that has become busy.
struct busy_server {
  explicit busy_server(const actors::config& settings = {}) : world(settings) {
    ann.get<reply::joined>(join_as("ann"));
    world.load->publish(busy);
  }

  uint64_t waiting() const {
    return world.load->counters().line.waiting.load();
  }

  uint64_t ended(wait_end how) const {
    return world.load->counters().line.ended[static_cast<size_t>(how)].load();
  }

  actor_world world;
  probe_client ann{world};
};

} // namespace

TEST_CASE("a newcomer waits in line until the server is not busy") {
  busy_server at;
  newcomer bob{at.world, "bob"};
  CHECK(bob.waits());
  auto told = bob.client.event<event::lobby_entered>();
  REQUIRE(told);
  CHECK(told->place == 1);
  CHECK(told->waiting == 1);
  CHECK_FALSE(told->host_present);
  at.world.pass(2s);
  CHECK(bob.waits());
  CHECK(at.waiting() == 1);
  at.world.load->publish({});
  at.world.pass(200ms);
  CHECK(bob.granted());
  CHECK(at.ann.event<event::peer_joined>());
  CHECK(at.waiting() == 0);
  CHECK(at.ended(wait_end::admitted) == 1);
  CHECK(at.world.load->refused().members == 0);
}

TEST_CASE("a newcomer is refused after it has waited in vain") {
  busy_server at;
  newcomer bob{at.world, "bob"};
  at.world.pass(4900ms);
  CHECK(bob.waits());
  at.world.pass(300ms);
  REQUIRE(bob.refusal());
  CHECK(bob.refusal()->code == error_code::overloaded);
  CHECK(bob.refusal()->reason == error_reason::none);
  CHECK(at.world.load->refused().members == 1);
  CHECK(at.ended(wait_end::refused) == 1);
  // It may ask again, and waits anew.
  bob.client.send(join_as("bob"));
  at.world.pass(1s);
  at.world.load->publish({});
  CHECK(at.waiting() == 1);
}

TEST_CASE("a first member waits, and then opens its room") {
  busy_server at;
  newcomer bob{at.world, join_as("bob", "new")};
  CHECK(bob.waits());
  CHECK(at.world.rooms() == 1);
  at.world.load->publish({});
  at.world.pass(200ms);
  CHECK(bob.granted());
  CHECK(at.world.rooms() == 2);
}

TEST_CASE("a request to open a room waits in the same line") {
  busy_server at;
  newcomer bob{at.world, verb::create_room{room_id{"a"}}};
  newcomer cyn{at.world, verb::create_room{room_id{"b"}}};
  CHECK(bob.waits());
  CHECK(cyn.place() == 2);
  bob.client.hang_up();
  at.world.pass(100ms);
  at.world.load->publish({});
  at.world.pass(200ms);
  CHECK(cyn.granted());
  CHECK(at.world.rooms() == 2);
  at.world.load->publish(busy);
  newcomer dan{at.world, verb::create_room{room_id{"c"}}};
  // Before the request is too late for its session.
  at.world.pass(4600ms);
  REQUIRE(dan.refusal());
  CHECK(dan.refusal()->code == error_code::overloaded);
  CHECK(at.world.load->refused().rooms == 1);
}

TEST_CASE("newcomers are admitted in order of arrival, some at a time") {
  busy_server at;
  std::vector<std::unique_ptr<newcomer>> all;
  for (int i = 0; i < 25; ++i)
    all.push_back(
        std::make_unique<newcomer>(at.world, "n" + std::to_string(i)));
  at.world.pass(500ms);
  at.world.load->publish({});
  auto granted = [&] {
    return std::ranges::count_if(all, [](auto& x) { return x->granted(); });
  };
  at.world.pass(100ms);
  CHECK(granted() == 10);
  CHECK(all[9]->granted());
  // A newcomer does not pass those that wait, even if the server is not busy.
  newcomer last{at.world, "last"};
  CHECK(last.waits());
  at.world.pass(100ms);
  CHECK(granted() == 20);
  CHECK(last.waits());
  at.world.load->publish(busy);
  at.world.pass(1s);
  CHECK(granted() == 20);
  at.world.load->publish({});
  at.world.pass(200ms);
  CHECK(granted() == 25);
  CHECK(last.granted());
}

TEST_CASE("those in line are told their places once a second") {
  busy_server at;
  auto bob = std::make_unique<newcomer>(at.world, "bob");
  newcomer cyn{at.world, "cyn"};
  CHECK(cyn.place() == 2);
  at.world.pass(1200ms);
  cyn.place();
  bob.reset();
  at.world.pass(1200ms);
  CHECK(cyn.place() == 1);
  CHECK(at.ended(wait_end::left) == 1);
  at.world.pass(1200ms);
  CHECK(cyn.place() == 0); // nothing has changed
}

TEST_CASE("a client that leaves or is lost leaves the line") {
  busy_server at;
  auto live = at.world.live();
  for (bool lost : {false, true}) {
    CAPTURE(lost);
    newcomer bob{at.world, "bob"};
    CHECK(at.waiting() == 1);
    bob.client.hang_up(lost);
    at.world.run();
    CHECK(at.waiting() == 0);
    CHECK(at.world.live() == live);
  }
  at.world.load->publish({});
  at.world.pass(1s);
  CHECK_FALSE(at.ann.event<event::peer_joined>());
  CHECK(at.ended(wait_end::left) == 2);
  CHECK(at.ended(wait_end::admitted) == 0);
}

TEST_CASE("a full line refuses at once") {
  actors::config settings;
  settings.overload.max_waiting = 2;
  busy_server at{settings};
  newcomer bob{at.world, "bob"};
  newcomer cyn{at.world, "cyn"};
  newcomer dan{at.world, "dan"};
  CHECK(cyn.waits());
  REQUIRE(dan.refusal());
  CHECK(dan.refusal()->code == error_code::overloaded);
}

TEST_CASE("without a time to wait there is no line") {
  actors::config settings;
  settings.overload.max_wait = 0s;
  busy_server at{settings};
  newcomer bob{at.world, "bob"};
  REQUIRE(bob.refusal());
  CHECK(bob.refusal()->code == error_code::overloaded);
}

TEST_CASE("a draining server refuses new rooms at once") {
  busy_server at;
  newcomer early{at.world, join_as("early", "new")};
  at.world.load->drain().begin(net::time_point{}, 1h);
  newcomer bob{at.world, join_as("bob", "other")};
  REQUIRE(bob.refusal());
  CHECK(bob.refusal()->reason == error_reason::draining);
  newcomer cyn{at.world, "cyn"};
  CHECK(cyn.waits());
  at.world.load->publish({});
  at.world.pass(200ms);
  REQUIRE(early.refusal());
  CHECK(early.refusal()->reason == error_reason::draining);
  CHECK(cyn.granted());
}

TEST_CASE("after the line a newcomer may have to wait for a host") {
  busy_server at;
  at.ann.get<reply::ok>(verb::set_lobby{});
  newcomer bob{at.world, "bob"};
  CHECK(bob.place() == 1);
  at.world.load->publish({});
  at.world.pass(2s);
  CHECK(bob.waits());
  CHECK(bob.place() == 0);
  at.ann.get<reply::ok>(verb::let_in{});
  at.world.run();
  CHECK(bob.granted());
}

TEST_CASE("a client that gives up soon waits in line and lobby together") {
  busy_server at;
  at.ann.get<reply::ok>(verb::set_lobby{});
  newcomer bob{at.world, join_as("bob"), 8s};
  at.world.pass(3s);
  at.world.load->publish({});
  at.world.pass(200ms);
  CHECK(at.waiting() == 0);
  // The line took 3.1 s, so that 4 s are left.
  at.world.pass(3700ms);
  CHECK(bob.waits());
  at.world.pass(400ms);
  REQUIRE(bob.refusal());
  CHECK(bob.refusal()->reason == error_reason::no_host_answered);
}

TEST_CASE("a client that does not wait at all is refused at once") {
  busy_server at;
  newcomer bob{at.world, join_as("bob"), 0s};
  REQUIRE(bob.refusal());
  CHECK(bob.refusal()->code == error_code::overloaded);
}

TEST_CASE("a member that moves keeps its room while it waits") {
  busy_server at;
  at.world.load->publish({});
  probe_client bob{at.world};
  bob.get<reply::joined>(join_as("bob"));
  at.world.load->publish(busy);
  auto move = join_as("bob", "other");
  move.moves = true;
  bob.send(std::move(move));
  at.world.pass(6s);
  CHECK(std::get<protocol::error>(bob.script->outcomes.at(2)).code
        == error_code::overloaded);
  CHECK(bob.get<reply::producers>(verb::list_producers{}).list.empty());
}

TEST_CASE("a client of dialect `ws` is told that it is in line") {
  busy_server at;
  fake_client bob{at.world, "r", "bob"};
  at.world.run();
  auto told = bob.push("lobby-entered");
  REQUIRE(told);
  CHECK(text_at(*told, "/data/reason") == "busy");
  CHECK(number_at(*told, "/data/place") == 1);
  CHECK_FALSE(bob.closed());
  at.world.pass(6s);
  CHECK(bob.closed() == 1013);
}
