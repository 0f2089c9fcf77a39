#include "actors/peer/transport_directions.hpp"

#include "net/base/rng.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace troupe;
using namespace troupe::actors;
using protocol::direction;
using protocol::error_code;

namespace {

/// A peer's tables. Objects have the ids that the test gives them.
struct scene {
  transport_table transports;
  peer_media_table media;
  transport_directions directions{transports, media};

  transport_record& add(const char* id, std::optional<direction> way = {}) {
    return transports.add({.id = transport_id{id}, .direction = way});
  }

  /// A producer or consumer whose client did not name the transport.
  void produce(const char* id, const char* on) {
    media.add(producer_record{.id = producer_id{id},
                              .transport = transport_id{on},
                              .route = add_transport_producer{}});
  }
  void consume(const char* id, const char* on) {
    media.add(
        consumer_record{.id = consumer_id{id},
                        .transport = transport_id{on},
                        .producer = producer_id{"another's"},
                        .route = std::make_shared<add_transport_consumer>()});
  }

  /// Uses a transport and returns the moves, as "stream:from>to ".
  std::string use(const char* id, bool sends) {
    CHECK(directions.note_use(transport_id{id}, sends));
    return settle();
  }

  std::string settle() {
    std::string out;
    auto list = [&](const auto& moves) {
      for (const auto& x : moves)
        out += x.what.str() + ":" + x.from.str() + ">" + x.to.str() + " ";
    };
    auto all = directions.settle();
    list(all.producers);
    list(all.consumers);
    return out;
  }
};

/// The id of a transport; "none" for null.
std::string id_of(const transport_record* x) {
  return x ? x->id.str() : "none";
}

std::string data_choice(const scene& s, direction way) {
  auto out = s.directions.choose_for_data({}, way);
  if (const auto* error = std::get_if<protocol::error>(&out))
    return std::string{protocol::to_string(error->code)};
  return id_of(std::get<transport_record*>(out));
}

} // namespace

TEST_CASE("a peer without transports has none to choose") {
  scene s;
  CHECK(id_of(s.directions.choose_to_connect({}, {})) == "none");
  CHECK(id_of(s.directions.choose_to_send({})) == "none");
  CHECK(id_of(s.directions.choose_to_receive({})) == "none");
  CHECK(data_choice(s, direction::send) == "transport-not-found");
  CHECK_FALSE(s.directions.note_use(transport_id{"a"}, true));
}

TEST_CASE("a request gets the transport that it names, or none") {
  scene s;
  s.add("a", direction::send).leaving = true;
  s.add("b", direction::recv);
  const transport_id a{"a"};
  const transport_id unknown{"x"};
  CHECK(id_of(s.directions.choose_to_connect(a, direction::recv)) == "a");
  CHECK(id_of(s.directions.choose_to_send(a)) == "a");
  CHECK(id_of(s.directions.choose_to_receive(a)) == "a");
  CHECK(id_of(s.directions.choose_to_connect(unknown, {})) == "none");
  CHECK(id_of(s.directions.choose_to_send(unknown)) == "none");
  CHECK(id_of(s.directions.choose_to_receive(unknown)) == "none");
}

TEST_CASE("a connect without id means the oldest that is not yet connected") {
  scene s;
  s.add("a", direction::recv);
  s.add("b", direction::send);
  s.add("c", direction::send);
  auto chosen = [&](std::optional<direction> way) {
    return s.directions.choose_to_connect({}, way);
  };
  CHECK(id_of(chosen({})) == "a");
  CHECK(id_of(chosen(direction::send)) == "b");
  s.directions.note_connect(*chosen(direction::send), false);
  CHECK(id_of(chosen(direction::send)) == "c");
  s.transports.find(transport_id{"c"})->leaving = true;
  CHECK(id_of(chosen(direction::send)) == "none");
}

TEST_CASE("a producer goes to the sending transport that was connected last") {
  scene s;
  s.add("a", direction::send);
  s.add("b", direction::send);
  s.add("c", direction::recv);
  CHECK(id_of(s.directions.choose_to_send({})) == "b");
  s.transports.find(transport_id{"a"})->connected = true;
  CHECK(id_of(s.directions.choose_to_send({})) == "a");
  s.transports.find(transport_id{"b"})->connected = true;
  CHECK(id_of(s.directions.choose_to_send({})) == "b");
  s.transports.find(transport_id{"b"})->leaving = true;
  CHECK(id_of(s.directions.choose_to_send({})) == "a");
}

TEST_CASE(
    "a producer goes to where media came, else where nothing is consumed") {
  scene s;
  s.add("a");
  s.add("b");
  s.add("c");
  CHECK(id_of(s.directions.choose_to_send({})) == "a");
  s.consume("1", "a");
  CHECK(id_of(s.directions.choose_to_send({})) == "b");
  s.transports.find(transport_id{"c"})->sends = true;
  CHECK(id_of(s.directions.choose_to_send({})) == "c");
}

TEST_CASE("a producer goes to the oldest transport if none fits") {
  scene s;
  s.add("a");
  s.add("b");
  s.consume("1", "a");
  s.consume("2", "b");
  CHECK(id_of(s.directions.choose_to_send({})) == "a");
}

TEST_CASE("a consumer goes to the newest receiving transport") {
  scene s;
  s.add("a", direction::recv);
  s.add("b", direction::recv);
  s.add("c", direction::send);
  s.add("d");
  CHECK(id_of(s.directions.choose_to_receive({})) == "b");
  s.transports.find(transport_id{"b"})->leaving = true;
  CHECK(id_of(s.directions.choose_to_receive({})) == "a");
}

TEST_CASE(
    "a consumer goes to the newest transport that does not seem to send") {
  scene s;
  s.add("a");
  s.add("b");
  s.add("c");
  CHECK(id_of(s.directions.choose_to_receive({})) == "c");
  s.produce("1", "c");
  CHECK(id_of(s.directions.choose_to_receive({})) == "b");
  s.transports.find(transport_id{"b"})->sends = true;
  CHECK(id_of(s.directions.choose_to_receive({})) == "a");
  s.produce("2", "a");
  CHECK(id_of(s.directions.choose_to_receive({})) == "c");
}

TEST_CASE("data goes to a transport with SCTP: the oldest sends, the newest "
          "receives") {
  scene s;
  s.add("a");
  CHECK(data_choice(s, direction::send) == "unsupported");
  for (const auto* id : {"b", "c", "d"})
    s.add(id).sctp = true;
  CHECK(data_choice(s, direction::send) == "b");
  CHECK(data_choice(s, direction::recv) == "d");
  s.transports.find(transport_id{"c"})->direction = direction::send;
  CHECK(data_choice(s, direction::send) == "c");
  s.transports.find(transport_id{"b"})->direction = direction::recv;
  CHECK(data_choice(s, direction::recv) == "b");
}

TEST_CASE("a data channel on a named transport requires SCTP there") {
  scene s;
  s.add("a");
  s.add("b").sctp = true;
  auto choose = [&](const char* id) {
    return s.directions.choose_for_data(transport_id{id}, direction::send);
  };
  CHECK(std::get<protocol::error>(choose("a")).code == error_code::unsupported);
  CHECK(id_of(std::get<transport_record*>(choose("b"))) == "b");
  CHECK(std::get<protocol::error>(choose("x")).code
        == error_code::transport_not_found);
}

TEST_CASE("a connect without id may mean every transport without direction") {
  scene s;
  s.add("a");
  s.add("b");
  s.add("c", direction::send);
  s.add("d").named = true;
  auto find = [&](const char* id) {
    return s.transports.find(transport_id{id});
  };
  auto others = s.directions.note_connect(*find("a"), false);
  REQUIRE(others.size() == 1);
  CHECK(others.front() == find("b"));
  CHECK(find("a")->connected);
  CHECK(find("a")->guessed);
  CHECK_FALSE(find("a")->named);
  CHECK(find("b")->guessed);
  CHECK_FALSE(find("b")->connected);
  CHECK_FALSE(find("c")->guessed);
  CHECK_FALSE(find("d")->guessed);
}

TEST_CASE("a connect by id or to a directed transport means that one only") {
  scene s;
  s.add("a");
  s.add("b");
  s.add("c", direction::send);
  auto find = [&](const char* id) {
    return s.transports.find(transport_id{id});
  };
  CHECK(s.directions.note_connect(*find("a"), true).empty());
  CHECK(find("a")->named);
  CHECK_FALSE(find("a")->guessed);
  CHECK(s.directions.note_connect(*find("c"), false).empty());
  CHECK(find("c")->named);
  CHECK_FALSE(find("b")->guessed);
}

TEST_CASE("a transport with guessed parameters is guessed until it connects") {
  scene s;
  s.add("a");
  s.add("b");
  auto& b = *s.transports.find(transport_id{"b"});
  s.directions.note_connect(*s.transports.find(transport_id{"a"}), false);
  s.directions.note_connect(b, true);
  CHECK(b.guessed);
  CHECK_FALSE(b.named);
  // Its next parameters replace those that were perhaps another one's.
  s.directions.note_connect(b, true);
  CHECK_FALSE(b.guessed);
  CHECK(b.named);
}

TEST_CASE("the first media shows which transport sends") {
  scene s;
  s.add("a");
  s.add("b");
  s.produce("p", "a");
  s.consume("c", "b");
  CHECK(s.use("a", false).empty());
  CHECK(s.use("b", true) == "p:a>b c:b>a ");
  CHECK(s.media.find(producer_id{"p"})->transport == transport_id{"b"});
  CHECK(s.media.find(consumer_id{"c"})->transport == transport_id{"a"});
  CHECK(s.settle().empty());
}

TEST_CASE("a consumer beside a producer moves as soon as there is another "
          "transport") {
  scene s;
  s.add("a");
  s.produce("p", "a");
  s.consume("c", "a");
  CHECK(s.settle().empty());
  s.add("b");
  CHECK(s.settle() == "c:a>b ");
}

TEST_CASE(
    "a consumer moves to a transport that is connected if its own is not") {
  scene s;
  s.add("a");
  s.add("b");
  s.consume("c", "b");
  CHECK(s.settle().empty());
  CHECK(s.use("a", false) == "c:b>a ");
  CHECK(s.use("b", false).empty());
}

TEST_CASE("of two transports with producers, media shows which one receives") {
  scene s;
  s.add("a");
  s.produce("p", "a");
  s.add("b");
  s.produce("q", "b");
  s.consume("c", "b");
  CHECK(s.settle().empty());
  CHECK(s.use("b", true) == "p:a>b c:b>a ");
}

TEST_CASE("media moves a consumer even to where a producer may be") {
  scene s;
  s.add("a");
  s.add("b");
  s.media.add(
      producer_record{.id = producer_id{"p"}, .transport = transport_id{"a"}});
  s.consume("c", "b");
  CHECK(s.use("b", true) == "c:b>a ");
}

TEST_CASE("streams stay on a transport that their client has named") {
  scene s;
  s.add("a");
  s.add("b");
  s.media.add(
      producer_record{.id = producer_id{"p"}, .transport = transport_id{"a"}});
  s.media.add(consumer_record{.id = consumer_id{"c"},
                              .transport = transport_id{"b"},
                              .producer = producer_id{"another's"}});
  CHECK(s.use("b", true).empty());
}

TEST_CASE("streams stay on transports with a direction, and never move there") {
  scene s;
  s.add("a", direction::send);
  s.add("b", direction::recv);
  s.add("c");
  s.produce("p", "a");
  s.consume("d", "b");
  CHECK(s.use("c", true).empty());
  s.consume("e", "c");
  CHECK(s.settle().empty());
}

TEST_CASE("streams do not move to a transport that its client has left") {
  scene s;
  s.add("a");
  s.add("b").leaving = true;
  s.produce("p", "a");
  s.consume("c", "a");
  CHECK(s.use("b", true).empty());
}

TEST_CASE(
    "the MID of a moved consumer is not used again on its new transport") {
  scene s;
  s.add("a").next_mid = 7;
  s.add("b").next_mid = 3;
  s.consume("c", "a");
  CHECK(s.use("a", true) == "c:a>b ");
  CHECK(s.transports.find(transport_id{"b"})->next_mid == 7);
  s.transports.find(transport_id{"b"})->next_mid = 9;
  s.consume("d", "a");
  CHECK(s.settle() == "d:a>b ");
  CHECK(s.transports.find(transport_id{"b"})->next_mid == 9);
}

TEST_CASE("a move leads from a stream's transport to one without direction") {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    auto random = net::make_seeded_rng(seed);
    scene s;
    const std::array names{"a", "b", "c", "d"};
    for (const auto* name : names) {
      auto& x = s.add(name);
      if (random->below(4) == 0)
        x.direction = direction::recv;
      x.leaving = random->below(8) == 0;
    }
    for (int step = 0; step < 30; ++step) {
      const auto* on = names[random->below(4)];
      const auto id = "s" + std::to_string(step);
      switch (random->below(4)) {
        case 0:
          s.produce(id.c_str(), on);
          break;
        case 1:
          s.consume(id.c_str(), on);
          break;
        default:
          s.directions.note_use(transport_id{on}, random->below(4) == 0);
      }
      const auto producers = s.media.producers();
      const auto consumers = s.media.consumers();
      auto moves = s.directions.settle();
      auto check = [&](const auto& all, const auto& was, const auto& is) {
        for (const auto& x : all) {
          CHECK(was.find(x.what)->transport == x.from);
          CHECK(is.find(x.what)->transport == x.to);
          CHECK_FALSE(s.transports.find(x.from)->direction);
          CHECK_FALSE(s.transports.find(x.to)->direction);
          CHECK_FALSE(s.transports.find(x.to)->leaving);
          CHECK(x.from != x.to);
        }
        size_t changed = 0;
        for (const auto& x : is)
          changed += x.transport != was.find(x.id)->transport ? 1 : 0;
        CHECK(changed == all.size());
      };
      check(moves.producers, producers, s.media.producers());
      check(moves.consumers, consumers, s.media.consumers());
    }
  }
}
