#include "actors/cluster/neighbour_table.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

using change_kind = neighbour_change::kind;

net::cluster_preface preface_of(const std::string& node,
                                uint64_t incarnation = 1) {
  net::cluster_preface out;
  out.cluster = "test";
  out.node = node;
  out.incarnation = incarnation;
  out.level = 1;
  out.oldest_level = 1;
  return out;
}

struct table_scene {
  /// All changes since the last call, as "node kind".
  std::vector<std::string> changes() {
    std::vector<std::string> out;
    while (auto x = table.poll_change())
      out.push_back(x->name + " " + std::string{to_string(x->what)});
    return out;
  }

  std::vector<uint64_t> stale() {
    std::vector<uint64_t> out;
    while (auto x = table.poll_stale_link())
      out.push_back(*x);
    return out;
  }

  void hello(uint64_t link) {
    table.handle_hello(link, {}, 0, now);
  }

  node_state state(const std::string& node) const {
    auto* x = table.find(node);
    REQUIRE(x);
    return x->state;
  }

  neighbour_table table{500ms, 2s, 4};
  net::time_point now{};
};

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("a node is dead after a time without hellos, and its link is stale") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  CHECK(at.changes() == strings{"b appeared"});
  at.now += 500ms;
  at.hello(1);
  CHECK(at.table.poll_timeout() == at.now + 2s);
  at.now += 1999ms;
  at.table.handle_timeout(at.now);
  CHECK(at.state("b") == node_state::connected);
  at.now += 1ms;
  at.table.handle_timeout(at.now);
  CHECK(at.changes() == strings{"b died"});
  CHECK(at.stale() == std::vector<uint64_t>{1});
  CHECK(at.table.died() == 1);
  CHECK(at.table.suspected() == 0);
  at.table.handle_timeout(at.now + 5s);
  CHECK(at.changes().empty());
}

TEST_CASE("a node without a link is suspect, and returns by another one") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  at.table.handle_link_down(1, at.now);
  CHECK(at.state("b") == node_state::suspect);
  at.now += 1900ms;
  at.table.handle_timeout(at.now);
  at.table.handle_link_up(preface_of("b"), 2, at.now);
  CHECK(at.changes() == strings{"b appeared", "b suspected", "b returned"});
  CHECK(at.state("b") == node_state::connected);
  CHECK(at.stale().empty());
  CHECK(at.table.suspected() == 1);
  CHECK(at.table.died() == 0);
}

TEST_CASE("a suspect node is dead after the timeout") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  at.table.handle_link_down(1, at.now);
  at.now += 2s;
  at.table.handle_timeout(at.now);
  CHECK(at.changes() == strings{"b appeared", "b suspected", "b died"});
  CHECK(at.stale().empty());
  at.table.handle_link_up(preface_of("b"), 2, at.now);
  CHECK(at.changes() == strings{"b appeared"});
}

TEST_CASE("a suspect node whose process is gone is dead at once") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  at.table.handle_refused("b", at.now);
  CHECK(at.state("b") == node_state::connected);
  at.table.handle_link_down(1, at.now);
  at.table.handle_refused("c", at.now);
  CHECK(at.state("b") == node_state::suspect);
  at.table.handle_refused("b", at.now);
  CHECK(at.state("b") == node_state::dead);
  CHECK(at.table.died() == 1);
}

TEST_CASE("another incarnation ends the one before at once") {
  table_scene at;
  at.table.handle_link_up(preface_of("b", 1), 1, at.now);
  at.table.handle_link_up(preface_of("b", 2), 2, at.now);
  CHECK(at.changes() == strings{"b appeared", "b died", "b appeared"});
  CHECK(at.stale() == std::vector<uint64_t>{1});
  CHECK(at.table.find("b")->incarnation == 2);
  // The old link's end changes nothing.
  at.table.handle_link_down(1, at.now);
  CHECK(at.state("b") == node_state::connected);
  CHECK(at.changes().empty());
}

TEST_CASE("a second link of the same process replaces the first, unnoticed") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  at.table.handle_link_up(preface_of("b"), 2, at.now);
  CHECK(at.changes() == strings{"b appeared"});
  CHECK(at.stale() == std::vector<uint64_t>{1});
  at.table.handle_link_down(1, at.now);
  CHECK(at.state("b") == node_state::connected);
}

TEST_CASE("a goodbye ends a node at once, without suspicion or a death") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  at.table.handle_goodbye(1, at.now);
  at.table.handle_link_down(1, at.now);
  CHECK(at.changes() == strings{"b appeared", "b left"});
  CHECK(at.stale() == std::vector<uint64_t>{1});
  CHECK(at.table.suspected() == 0);
  CHECK(at.table.died() == 0);
}

TEST_CASE("round trips are smoothed, and the clock's offset allows for them") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  at.table.handle_round_trip(1, 8ms);
  CHECK(at.table.find("b")->rtt == net::duration{8ms});
  at.table.handle_round_trip(1, 16ms);
  CHECK(at.table.find("b")->rtt == net::duration{9ms});
  link_hello hello;
  hello.wall_clock = 5000;
  at.table.handle_hello(1, hello, 2000, at.now);
  CHECK(at.table.find("b")->clock_offset == 3004ms);
  // Any clock at all is only a number.
  hello.wall_clock = INT64_MIN;
  at.table.handle_hello(1, hello, INT64_MAX, at.now);
}

TEST_CASE("dead nodes are listed for a while, and not more than there may be") {
  table_scene at;
  for (uint64_t i = 1; i <= 6; ++i) {
    at.table.handle_link_up(preface_of("n" + std::to_string(i)), i, at.now);
    at.table.handle_goodbye(i, at.now);
    at.now += 1s;
  }
  at.table.handle_timeout(at.now);
  CHECK(at.table.all().size() == 4);
  CHECK(!at.table.find("n2"));
  CHECK(at.table.find("n3"));
  at.table.handle_timeout(at.now + neighbour_table::remembered);
  CHECK(at.table.all().empty());
  CHECK(!at.table.poll_timeout());
}

TEST_CASE("a node whose hellos come late is given more time, for a while") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  at.now += 1500ms; // a second late
  at.hello(1);
  CHECK(at.table.leniency("b") == 3s);
  at.now += 4999ms;
  at.table.handle_timeout(at.now);
  CHECK(at.state("b") == node_state::connected);
  at.hello(1);
  CHECK(at.table.leniency("b") == 6s); // no more than three times the timeout
  for (auto i = 0; i < 200; ++i) {
    at.now += 500ms;
    at.hello(1);
  }
  CHECK(at.table.leniency("b") < 1ms);
  at.now += 2001ms;
  at.table.handle_timeout(at.now);
  CHECK(at.changes() == strings{"b appeared", "b died"});
}

TEST_CASE(
    "a new process is given no more time for what its name's last one did") {
  table_scene at;
  at.table.handle_link_up(preface_of("b", 1), 1, at.now);
  at.now += 1500ms;
  at.hello(1);
  at.table.handle_link_up(preface_of("b", 2), 2, at.now);
  CHECK(at.table.leniency("b") == 0s);
  CHECK(at.table.leniency("unknown") == 0s);
}

TEST_CASE("time in which this node could not run does not count as silence") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  at.table.handle_link_up(preface_of("c"), 2, at.now);
  at.table.handle_link_down(2, at.now);
  at.now += 2200ms;
  at.table.handle_stall(1900ms, at.now);
  at.table.handle_timeout(at.now);
  CHECK(at.state("b") == node_state::connected);
  CHECK(at.state("c") == node_state::suspect);
  CHECK(at.table.poll_timeout() == at.now + 1700ms);
  at.now += 1700ms;
  at.table.handle_timeout(at.now);
  CHECK(at.state("b") == node_state::dead);
  CHECK(at.state("c") == node_state::dead);
}

TEST_CASE(
    "a node that could not run for longer than the timeout was dead itself") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  at.now += 10s;
  at.table.handle_stall(9500ms, at.now);
  at.table.handle_timeout(at.now);
  CHECK(at.state("b") == node_state::dead);
}

TEST_CASE("a stall moves no sign of life into the future") {
  table_scene at;
  at.table.handle_link_up(preface_of("b"), 1, at.now);
  at.now += 1s;
  at.hello(1);
  at.table.handle_stall(800ms, at.now);
  CHECK(at.table.find("b")->heard == at.now);
}
