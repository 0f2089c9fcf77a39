#include "actors/cluster/cluster_directory.hpp"

#include "protocol/verbs/limits.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

using names = std::vector<std::string>;

/// Node "a" with its directory, and what node "b" knows by it.
struct directory_pair {
  /// Passes all that is due, as a link does.
  size_t pass() {
    size_t count = 0;
    for (; auto x = a.poll_changes(now); ++count)
      CHECK(!b.handle_changes("a", *x));
    return count;
  }

  void link() {
    for (const auto& x : a.snapshot())
      CHECK(!b.handle_snapshot("a", x));
  }

  names at_b(const std::string& room) const {
    return b.nodes_of(room_id{room});
  }

  cluster_directory a;
  cluster_directory b;
  net::time_point now{};
};

} // namespace

TEST_CASE("a room that opens and closes is told to the other nodes") {
  directory_pair at;
  at.link();
  at.a.handle_opened(room_id{"r"});
  CHECK(at.pass() == 1);
  CHECK(at.at_b("r") == names{"a"});
  at.a.handle_closed(room_id{"r"});
  CHECK(at.pass() == 0); // too soon
  CHECK(at.a.poll_timeout() == at.now + 50ms);
  at.now += 50ms;
  CHECK(at.pass() == 1);
  CHECK(at.at_b("r").empty());
}

TEST_CASE("changes are told at most twenty times a second, together") {
  directory_pair at;
  at.link();
  size_t messages = 0;
  for (int i = 0; i < 1000; ++i) {
    at.a.handle_opened(room_id{"r" + std::to_string(i)});
    messages += at.pass();
    at.now += 1ms;
  }
  CHECK(messages == 20);
  at.now += 50ms;
  at.pass();
  CHECK(at.b.rooms_of("a") == 1000);
}

TEST_CASE("a room that closes before it was told is not told") {
  directory_pair at;
  at.a.handle_opened(room_id{"r"});
  at.a.handle_opened(room_id{"r"});
  at.a.handle_closed(room_id{"r"});
  at.a.handle_closed(room_id{"r"});
  CHECK(!at.a.poll_timeout());
  CHECK(!at.a.poll_changes(at.now));
}

TEST_CASE("a new link tells all rooms, in pieces, and then goes on") {
  directory_pair at;
  for (int i = 0; i < 1200; ++i)
    at.a.handle_opened(room_id{"r" + std::to_string(i)});
  while (auto x = at.a.poll_changes(at.now))
    at.now += 50ms;
  at.a.handle_opened(room_id{"pending"});
  CHECK(at.a.snapshot().size() == 3);
  at.link();
  CHECK(at.b.rooms_of("a") == 1201);
  at.now += 50ms;
  CHECK(at.pass() == 1);
  CHECK(at.b.rooms_of("a") == 1201);
  CHECK(at.at_b("pending") == names{"a"});
}

TEST_CASE("a snapshot replaces what was known") {
  directory_pair at;
  at.a.handle_opened(room_id{"old"});
  at.a.handle_opened(room_id{"both"});
  at.link();
  at.a.handle_closed(room_id{"old"});
  at.a.handle_opened(room_id{"new"});
  at.link();
  CHECK(at.at_b("old").empty());
  CHECK(at.at_b("both") == names{"a"});
  CHECK(at.at_b("new") == names{"a"});
}

TEST_CASE("several nodes have a part of a room, until they are forgotten") {
  cluster_directory at;
  for (const auto* node : {"x", "y"})
    CHECK(!at.handle_snapshot(node, {{"r"}, true, true, 0}));
  CHECK(at.nodes_of(room_id{"r"}) == names{"x", "y"});
  at.forget("x");
  CHECK(at.nodes_of(room_id{"r"}) == names{"y"});
  at.forget("y");
  at.forget("unknown");
  CHECK(at.nodes_of(room_id{"r"}).empty());
}

TEST_CASE("a change that was left out is a fault, until the next snapshot") {
  cluster_directory at;
  using fault = directory_fault;
  CHECK(at.handle_changes("x", {{"r"}, {}, 1}) == fault::sequence);
  CHECK(at.handle_snapshot("x", {{}, false, true, 0}) == fault::sequence);
  CHECK(!at.handle_snapshot("x", {{}, true, true, 4}));
  CHECK(!at.handle_changes("x", {{"r"}, {}, 5}));
  CHECK(at.handle_changes("x", {{"s"}, {}, 7}) == fault::sequence);
  CHECK(at.handle_changes("x", {{"s"}, {}, 6}) == fault::sequence);
  CHECK(at.nodes_of(room_id{"s"}).empty());
  CHECK(!at.handle_snapshot("x", {{"s"}, true, true, 7}));
  CHECK(at.nodes_of(room_id{"s"}) == names{"x"});
}

TEST_CASE("ids that are no ids, and too many of them, are left out") {
  cluster_directory at;
  using fault = directory_fault;
  std::string longest(protocol::limits::id, 'r');
  CHECK(!at.handle_snapshot("x", {{longest}, true, true, 0}));
  CHECK(at.handle_changes("x", {{longest + "r", "", "s"}, {}, 1})
        == fault::room);
  CHECK(at.rooms_of("x") == 2);
  names many(max_rooms_per_message + 1, "t");
  CHECK(at.handle_changes("x", {many, {}, 2}) == fault::room);
  CHECK(at.rooms_of("x") == 2);
}

TEST_CASE("a node has no more rooms than a node may have") {
  cluster_directory at;
  CHECK(!at.handle_snapshot("x", {{}, true, true, 0}));
  std::optional<directory_fault> fault;
  uint64_t sequence = 0;
  for (size_t sent = 0; !fault && sent <= 2 * cluster_directory::max_rooms;) {
    names some;
    for (size_t i = 0; i < max_rooms_per_message; ++i)
      some.push_back(std::to_string(sent++));
    fault = at.handle_changes("x", {some, {}, ++sequence});
  }
  CHECK(fault == directory_fault::too_many);
  CHECK(at.rooms_of("x") == cluster_directory::max_rooms);
}

TEST_CASE("the rooms of other nodes are listed by name, in pages") {
  directory_pair x;
  x.link();
  for (auto room : {"c", "a", "b"})
    x.a.handle_opened(room_id{room});
  x.pass();
  auto page = x.b.rooms_after(room_id{}, 2);
  REQUIRE(page.rooms.size() == 2);
  CHECK(page.rooms[0].room == room_id{"a"});
  CHECK(page.rooms[0].nodes == names{"a"});
  CHECK(page.rooms[1].room == room_id{"b"});
  CHECK(page.more);
  page = x.b.rooms_after(room_id{"b"}, 2);
  REQUIRE(page.rooms.size() == 1);
  CHECK(page.rooms[0].room == room_id{"c"});
  CHECK_FALSE(page.more);
  // Its own rooms are not among them.
  CHECK(x.a.rooms_after(room_id{}, 2).rooms.empty());
}
