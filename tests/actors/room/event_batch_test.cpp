#include "actors/room/event_batch.hpp"

#include "net/base/rng.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
namespace event = protocol::event;

namespace {

/// A room without actors; its members record the events they are sent.
class test_room {
public:
  explicit test_room(size_t members = 0) {
    for (size_t i = 0; i < members; ++i)
      join("m" + std::to_string(i));
    outbox.flush(people, now);
    now += 1h; // the outbox is idle
    for (auto& x : listeners)
      x.received.clear();
  }

  struct listener {
    std::string id;
    room_moment joined_at;
    room_moment sent_until;
    std::vector<std::string> received;
    size_t lists = 0;
  };

  room_moment join(const std::string& id) {
    people.add({peer_id{id}, "", true, true});
    auto joined_at = outbox.admit(*people.describe(peer_id{id}));
    listeners.push_back({id, joined_at, joined_at, {}});
    return joined_at;
  }

  void leave(const std::string& id) {
    auto i = std::ranges::find(listeners, id, &listener::id);
    auto joined_at = i->joined_at;
    people.remove(peer_id{id});
    listeners.erase(i);
    outbox.notify_others(event::peer_left{peer_id{id}}, joined_at);
  }

  void update(const std::string& id, const std::string& name) {
    outbox.notify_all(event::peer_updated{{peer_id{id}, name, true, true}},
                      at(id).joined_at);
  }

  void pause(const std::string& id, const std::string& producer, bool on) {
    if (on)
      outbox.notify_others(
          event::producer_paused{producer_id{producer}, peer_id{id}},
          at(id).joined_at);
    else
      outbox.notify_others(
          event::producer_resumed{producer_id{producer}, peer_id{id}},
          at(id).joined_at);
  }

  /// Sends the due batch; returns whether there was one.
  bool drain() {
    auto batch = outbox.poll_batch(people, now);
    if (batch)
      for (auto& x : listeners)
        receive(x, *batch);
    return batch != nullptr;
  }

  void catch_up(const std::string& id) {
    auto& x = at(id);
    if (auto batch = outbox.pending_since(x.sent_until))
      receive(x, *batch);
    x.sent_until = outbox.moment();
  }

  listener& at(const std::string& id) {
    return *std::ranges::find(listeners, id, &listener::id);
  }

  static void receive(listener& x, const event_batch& batch) {
    for (const auto& y : batch.events)
      if (y.when > x.sent_until && y.except != x.joined_at)
        x.received.push_back(describe(y.what->what()));
    if (batch.has_new_participants(x.joined_at))
      ++x.lists;
  }

  static std::string describe(const protocol::any_event& what) {
    if (const auto* x = std::get_if<event::peer_joined>(&what))
      return "+" + x->peer.id.str();
    if (const auto* x = std::get_if<event::peer_left>(&what))
      return "-" + x->peer.str();
    if (const auto* x = std::get_if<event::peer_updated>(&what))
      return x->peer.id.str() + "=" + x->peer.name;
    if (const auto* x = std::get_if<event::producer_paused>(&what))
      return "pause " + x->producer.str();
    if (const auto* x = std::get_if<event::producer_resumed>(&what))
      return "resume " + x->producer.str();
    if (const auto* x = std::get_if<event::producer_added>(&what))
      return "new " + x->producer.id.str();
    if (const auto* x = std::get_if<event::producer_closed>(&what))
      return "end " + x->producer.str();
    return "?";
  }

  roster people;
  event_outbox outbox;
  net::time_point now{1h};
  std::vector<listener> listeners;
};

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("in a small room every event is sent at once") {
  test_room x{3};
  x.update("m0", "a");
  CHECK(x.drain());
  x.update("m0", "b");
  CHECK(x.drain());
  CHECK(x.at("m1").received == texts{"m0=a", "m0=b"});
  CHECK(x.at("m1").lists == 2);
  CHECK_FALSE(x.outbox.poll_timeout(3));
}

TEST_CASE(
    "after a pause a large room is sent events at once, then once per tick") {
  test_room x{500};
  x.join("new");
  CHECK(x.drain());
  CHECK(x.at("m7").received == texts{"+new"});
  x.join("second");
  x.now += 5ms;
  x.join("third");
  CHECK_FALSE(x.drain());
  auto at = x.outbox.poll_timeout(x.people.size());
  REQUIRE(at);
  CHECK(*at - x.now > 10ms);
  CHECK(*at - x.now < 20ms);
  x.now = *at;
  CHECK(x.drain());
  CHECK(x.at("m7").received == texts{"+new", "+second", "+third"});
}

TEST_CASE("the tick grows with the room, within its bounds") {
  auto tick = [](size_t members) {
    test_room x{members};
    x.update("m0", "a");
    x.drain();
    auto begin = x.now;
    x.update("m0", "b");
    return *x.outbox.poll_timeout(members) - begin;
  };
  CHECK(tick(31) == 20ms);
  CHECK(tick(1'000) == 40ms);
  CHECK(tick(3'000) == 50ms);
}

TEST_CASE("a larger room is sent its member list less often") {
  test_room x{1'000};
  x.update("m0", "a");
  x.drain();
  CHECK(x.at("m1").lists == 1);
  auto begin = x.now;
  for (int i = 0; i < 100; ++i) {
    x.now += 20ms;
    x.update("m0", std::to_string(i));
    x.drain();
  }
  CHECK(x.at("m1").received.size() > 40); // single events came meanwhile
  CHECK(x.at("m1").lists == 1);
  while (auto at = x.outbox.poll_timeout(1'000)) {
    x.now = *at;
    x.drain();
  }
  CHECK(x.now - begin == 3s);
  CHECK(x.at("m1").lists == 2);
}

TEST_CASE("of several events about one state only the last is sent") {
  test_room x{100};
  x.update("m0", "old");
  x.drain();
  x.update("m0", "a");
  x.pause("m1", "p", true);
  x.update("m2", "c");
  x.update("m0", "b");
  x.pause("m1", "p", false);
  x.pause("m1", "q", true);
  x.now += 1s;
  x.drain();
  CHECK(x.at("m9").received
        == texts{"m0=old", "m2=c", "m0=b", "resume p", "pause q"});
  x.update("m0", "later");
  x.now += 1s;
  x.drain();
  CHECK(x.at("m9").received.back() == "m0=later");
}

TEST_CASE("the begin and end of a producer are both sent, in order") {
  test_room x{100};
  x.update("m0", "a");
  x.drain();
  auto who = x.at("m0").joined_at;
  protocol::producer_info info;
  info.id = producer_id{"p"};
  x.outbox.notify_others(event::producer_added{info}, who);
  x.join("eve");
  x.outbox.notify_others(event::producer_closed{info.id, {}}, who);
  x.now += 1s;
  x.drain();
  CHECK(x.at("m1").received == texts{"m0=a", "new p", "+eve", "end p"});
  CHECK(x.at("m0").received == texts{"m0=a", "+eve"});
  CHECK(x.at("eve").received == texts{"end p"}); // the producer was in her list
}

TEST_CASE("a newcomer is sent neither its own join nor earlier events") {
  test_room x{100};
  x.update("m0", "a");
  x.drain();
  x.update("m1", "before");
  x.leave("m2");
  x.join("eve");
  x.now += 10s;
  x.drain();
  CHECK(x.at("eve").received.empty());
  CHECK(x.at("eve").lists == 0);
  x.join("bob");
  x.now += 10s;
  x.drain();
  CHECK(x.at("eve").received == texts{"+bob"});
  CHECK(x.at("eve").lists == 1);
  CHECK(x.at("bob").lists == 0);
}

TEST_CASE("a member's own changes alone send it no list") {
  test_room x{100};
  x.update("m0", "a");
  x.update("m0", "b");
  x.drain();
  CHECK(x.at("m0").received == texts{"m0=b"});
  CHECK(x.at("m0").lists == 0);
  CHECK(x.at("m1").lists == 1);
  x.update("m0", "c");
  x.update("m1", "c");
  x.update("m0", "d");
  x.now += 10s;
  x.drain();
  CHECK(x.at("m0").lists == 1);
  CHECK(x.at("m1").lists == 2);
}

TEST_CASE("a member that has caught up is not sent the same events again") {
  test_room x{100};
  x.update("m0", "a");
  x.drain();
  x.update("m0", "b");
  x.join("eve");
  x.catch_up("m1");
  CHECK(x.at("m1").received == texts{"m0=a", "m0=b", "+eve"});
  x.catch_up("m1");
  x.update("m0", "c"); // replaces "b" for members that were not sent it
  x.now += 1s;
  x.drain();
  CHECK(x.at("m1").received == texts{"m0=a", "m0=b", "+eve", "m0=c"});
  CHECK(x.at("m2").received == texts{"m0=a", "+eve", "m0=c"});
}

TEST_CASE("the events that each member is sent add up to the present members") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    auto random = net::make_seeded_rng(seed);
    test_room x{40};
    int next = 0;
    for (int step = 0; step < 200; ++step) {
      auto any = [&] {
        return x
            .listeners[random->below(static_cast<uint32_t>(x.listeners.size()))]
            .id;
      };
      switch (random->below(5)) {
        case 0:
          x.join("n" + std::to_string(next++));
          break;
        case 1:
          if (x.listeners.size() > 35)
            x.leave(any());
          break;
        case 2:
          x.update(any(), std::to_string(step));
          break;
        case 3:
          x.catch_up(any());
          break;
        default:
          x.now += std::chrono::milliseconds{random->below(30)};
      }
      x.drain();
    }
    x.now += 1min;
    x.drain();
    for (const auto& member : x.listeners) {
      CAPTURE(member.id);
      // Members that joined before it; all "m…" were there from the start.
      std::set<std::string> there;
      for (const auto& other : x.listeners)
        if (other.joined_at < member.joined_at
            || (other.id[0] == 'm' && member.id[0] == 'm'))
          there.insert(other.id);
      for (const auto& y : member.received) {
        CHECK(y != "+" + member.id);
        if (y[0] == '+')
          REQUIRE(there.insert(y.substr(1)).second);
        else if (y[0] == '-')
          there.erase(y.substr(1));
      }
      there.insert(member.id);
      REQUIRE(there.size() == x.listeners.size());
    }
  }
}

TEST_CASE("a batch concerns viewers if it has events about media") {
  test_room x{3};
  x.update("m0", "a");
  CHECK_FALSE(x.outbox.poll_batch(x.people, x.now)->concerns_viewers());
  x.update("m0", "b");
  x.pause("m0", "p", true);
  CHECK(x.outbox.poll_batch(x.people, x.now)->concerns_viewers());
}

TEST_CASE("the join of an unseen client is its own moment, without an event") {
  test_room x{2};
  auto unseen = x.outbox.admit_unseen();
  CHECK(unseen > x.at("m1").joined_at);
  CHECK_FALSE(x.drain());
  CHECK(x.join("m2") > unseen);
}
