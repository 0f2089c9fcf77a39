#include "actors/webhooks/webhook_queue.hpp"

#include <doctest/doctest.h>

#include <map>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// A queue in virtual time.
struct scene {
  explicit scene(webhook_limits limits = {}) : queue(limits, *random) {}

  // An event of room "a" that is named `id` has this priority.
  void add(const std::string& id, const std::string& room = "a",
           webhook_priority priority = webhook_priority::minor) {
    queue.handle_event({id, room, R"({"id":")" + id + "\"}", priority}, now);
  }

  // Starts what is due now.
  std::vector<webhook_attempt> start() {
    std::vector<webhook_attempt> out;
    while (auto x = queue.poll_attempt(now))
      out.push_back(std::move(*x));
    return out;
  }

  // The ids of what is due now.
  std::vector<std::string> started() {
    std::vector<std::string> out;
    for (auto& x : start())
      out.push_back(x.id);
    return out;
  }

  // All that was lost, as "id why".
  std::vector<std::string> lost() {
    std::vector<std::string> out;
    while (auto x = queue.poll_end())
      if (x->loss)
        out.push_back(x->event.id + " " + std::string{to_string(*x->loss)});
    return out;
  }

  // Runs for `time`. Each attempt is noted, with its time, and answered at
  // once.
  void run(net::duration time, webhook_result how) {
    const auto until = now + time;
    for (;;) {
      for (auto& x : start()) {
        tries.emplace_back(x.id, now - net::time_point{});
        queue.handle_result(x.number, how, now);
        while (auto end = queue.poll_end())
          (end->loss ? given_up : delivered).push_back(end->event.id);
      }
      const auto next = queue.poll_timeout();
      if (!next || *next > until)
        break;
      now = std::max(now, *next);
    }
    now = until;
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(7);
  webhook_queue queue;
  net::time_point now{};
  std::vector<std::pair<std::string, net::duration>> tries;
  std::vector<std::string> delivered;
  std::vector<std::string> given_up;
};

using ids = std::vector<std::string>;

} // namespace

TEST_CASE("the events of a room are sent one after the other") {
  scene x;
  x.add("1");
  x.add("2");
  auto first = x.start();
  REQUIRE(first.size() == 1);
  CHECK(first[0].id == "1");
  CHECK(first[0].room == "a");
  CHECK(first[0].body == R"({"id":"1","numDropped":0})");
  x.queue.handle_result(first[0].number, webhook_result::delivered, x.now);
  CHECK(x.started() == ids{"2"});
  CHECK(x.queue.size() == 1);
}

TEST_CASE("events of eight rooms are under way at once") {
  scene x;
  for (int i = 0; i < 10; ++i)
    x.add(std::to_string(i), "room " + std::to_string(i));
  auto first = x.start();
  CHECK(first.size() == 8);
  CHECK(!x.queue.poll_timeout());
  x.queue.handle_result(first[3].number, webhook_result::delivered, x.now);
  CHECK(x.started() == ids{"8"});
}

TEST_CASE("a room that is tried again holds up no other room") {
  scene x;
  for (int i = 0; i < 8; ++i)
    x.add("bad", "room " + std::to_string(i));
  for (auto& attempt : x.start())
    x.queue.handle_result(attempt.number, webhook_result::failed, x.now);
  x.add("good", "another");
  CHECK(x.started() == ids{"good"});
}

TEST_CASE("ten tries begin 0.5 s apart, and each pause is twice as long") {
  scene x;
  x.add("1");
  x.run(1h, webhook_result::failed);
  REQUIRE(x.tries.size() == 10);
  CHECK(x.given_up == ids{"1"});
  net::duration pause = 500ms;
  for (size_t i = 1; i < x.tries.size(); ++i) {
    const auto gap = x.tries[i].second - x.tries[i - 1].second;
    CHECK(gap >= pause * 3 / 4);
    CHECK(gap <= pause * 5 / 4);
    pause = std::min<net::duration>(2 * pause, 60s);
  }
}

TEST_CASE("a receiver that is down for two minutes gets all, in order") {
  scene x;
  ids sent;
  for (int i = 0; i < 200; ++i) {
    const auto room = std::string{char('a' + i % 5)};
    sent.push_back(std::to_string(i));
    x.add(sent.back(), room);
    x.run(600ms, webhook_result::failed);
  }
  CHECK(x.delivered.empty());
  x.run(2min, webhook_result::delivered);
  CHECK(x.given_up.empty());
  REQUIRE(x.delivered.size() == sent.size());
  std::map<int, int> last; // by room
  for (const auto& id : x.delivered) {
    const auto number = std::stoi(id);
    const auto room = number % 5;
    CHECK((!last.contains(room) || last[room] < number));
    last[room] = number;
  }
}

TEST_CASE("410 drops an event, and the next one follows at once") {
  scene x;
  x.add("1");
  x.add("2");
  x.queue.handle_result(x.start().at(0).number, webhook_result::refused, x.now);
  CHECK(x.lost() == ids{"1 refused"});
  CHECK(x.started() == ids{"2"});
}

TEST_CASE("a full queue gives up the oldest events of members and tracks") {
  scene x{{.events = 4}};
  x.add("start", "a", webhook_priority::major);
  x.add("1");
  x.add("2", "b");
  x.add("end", "a", webhook_priority::major);
  x.add("3");
  CHECK(x.lost() == ids{"1 full"});
  x.add("start", "c", webhook_priority::major);
  CHECK(x.lost() == ids{"2 full"});
  x.add("end", "c", webhook_priority::major);
  CHECK(x.lost() == ids{"3 full"});
  // Only those of whole rooms are left: a new one of a member is no better.
  x.add("4");
  CHECK(x.lost() == ids{"4 full"});
  x.add("start", "d", webhook_priority::major);
  CHECK(x.lost() == ids{"start full"});
  CHECK(x.queue.size() == 4);
}

TEST_CASE("the next event says how many were lost before it") {
  scene x{{.events = 1}};
  x.add("1");
  x.add("2");
  x.add("3");
  CHECK(x.lost() == ids{"1 full", "2 full"});
  auto attempt = x.start().at(0);
  CHECK(attempt.body == R"({"id":"3","numDropped":2})");
  x.queue.handle_result(attempt.number, webhook_result::refused, x.now);
  x.add("4");
  // The loss of 3 is also that of what 3 would have said.
  CHECK(x.start().at(0).body == R"({"id":"4","numDropped":3})");
}

TEST_CASE("an event that is under way is not given up for others") {
  scene x{{.events = 1}};
  x.add("1");
  auto attempt = x.start().at(0);
  x.add("2");
  x.add("3");
  CHECK(x.lost() == ids{"2 full"});
  x.queue.handle_result(attempt.number, webhook_result::delivered, x.now);
  CHECK(x.started() == ids{"3"});
}

TEST_CASE("giving up events for space does not make a room try more often") {
  scene x{{.events = 2}};
  x.add("1");
  x.queue.handle_result(x.start().at(0).number, webhook_result::failed, x.now);
  const auto due = x.queue.poll_timeout();
  for (int i = 2; i < 50; ++i)
    x.add(std::to_string(i));
  CHECK(x.started().empty());
  CHECK(x.queue.poll_timeout() == due);
}

TEST_CASE("lasting events are tried for ever, and count apart") {
  scene x{{.events = 1, .lasting = 2}};
  const auto lasting = webhook_priority::lasting;
  x.add("1", "a", lasting);
  x.add("2", "b");
  x.add("3", "c");
  x.add("4", "a", lasting);
  x.add("5", "a", lasting);
  CHECK(x.lost() == ids{"2 full", "5 full"});
  x.run(24h, webhook_result::failed);
  CHECK(x.given_up == ids{"3"});
  x.run(2min, webhook_result::delivered);
  CHECK(x.delivered == ids{"1", "4"});
  CHECK(!x.queue.oldest());
}

TEST_CASE("a result that nobody waits for changes nothing") {
  scene x;
  x.add("1");
  auto attempt = x.start().at(0);
  x.queue.handle_result(attempt.number + 1, webhook_result::delivered, x.now);
  x.queue.handle_result(attempt.number, webhook_result::failed, x.now);
  x.queue.handle_result(attempt.number, webhook_result::delivered, x.now);
  CHECK(x.queue.size() == 1);
  CHECK(x.queue.oldest() == x.now);
}

TEST_CASE("no event is lost or sent twice under random answers") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    auto random = net::make_seeded_rng(seed);
    scene x{{.events = 30, .lasting = 10, .parallel = 3, .tries = 3}};
    std::map<std::string, int> left;
    std::map<std::string, int> last; // tried in each room
    std::vector<webhook_attempt> under_way;
    int made = 0;
    auto take_ends = [&] {
      while (auto end = x.queue.poll_end())
        CHECK(left[end->event.id]++ == 0);
    };
    for (int step = 0; step < 1'000; ++step) {
      const auto what = random->below(4);
      if (what == 0)
        for (int i = 0; i < 3; ++i, ++made)
          x.add(std::to_string(made + 1), "r" + std::to_string(made % 7),
                static_cast<webhook_priority>(random->below(3)));
      for (auto& y : x.start()) {
        CHECK(last[y.room] <= std::stoi(y.id));
        last[y.room] = std::stoi(y.id);
        under_way.push_back(std::move(y));
      }
      CHECK(under_way.size() <= 3);
      if (what > 1 && !under_way.empty()) {
        const auto which = random->below(uint32_t(under_way.size()));
        x.queue.handle_result(under_way[which].number,
                              static_cast<webhook_result>(random->below(3)),
                              x.now);
        under_way.erase(under_way.begin() + which);
      }
      x.now += std::chrono::milliseconds{random->below(3'000)};
      take_ends();
      // What was under way while a queue filled comes back to it.
      CHECK(x.queue.size() <= 30 + 3 + 10 + 3);
    }
    for (auto& y : under_way)
      x.queue.handle_result(y.number, webhook_result::delivered, x.now);
    x.run(24h, webhook_result::delivered);
    take_ends();
    for (const auto& id : x.delivered)
      ++left[id];
    for (const auto& id : x.given_up)
      ++left[id];
    CHECK(x.queue.size() == 0);
    CHECK(left.size() == size_t(made));
  }
}
