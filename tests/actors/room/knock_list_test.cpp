#include "actors/room/knock_list.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{};

/// A client of that session, which waits for a minute at most.
knock knock_of(uint64_t session, const std::string& name,
               net::duration patience = 60s) {
  knock out;
  out.session_id = session;
  out.joiner = session + 100;
  out.name = name;
  out.until = start + patience;
  return out;
}

std::vector<std::string> names(const knock_list& x) {
  std::vector<std::string> out;
  for (const auto& one : x.list(start))
    out.push_back(one.name);
  return out;
}

} // namespace

TEST_CASE("the list of those that wait begins with the longest wait") {
  knock_list x;
  x.enable(true);
  REQUIRE(x.add(knock_of(7, "Ann"), start, 2));
  REQUIRE(x.add(knock_of(3, "Bob"), start + 5s, 2));
  auto list = x.list(start + 9s);
  REQUIRE(list.size() == 2);
  CHECK(list[0].name == "Ann");
  CHECK(list[0].seconds == 9);
  CHECK(list[1].name == "Bob");
  CHECK(list[1].seconds == 4);
  CHECK(list[0].id != list[1].id);
}

TEST_CASE("a full list refuses other sessions only") {
  knock_list x;
  REQUIRE(x.add(knock_of(1, "Ann"), start, 1));
  const auto id = x.list(start).front().id;
  CHECK_FALSE(x.add(knock_of(2, "Bob"), start, 1));
  // The same client knocks again, under another name.
  REQUIRE(x.add(knock_of(1, "Anna"), start + 5s, 1));
  auto list = x.list(start + 5s);
  REQUIRE(list.size() == 1);
  CHECK(list[0].id == id);
  CHECK(list[0].name == "Anna");
  CHECK(list[0].seconds == 5);
}

TEST_CASE("one client or all are taken from the list") {
  knock_list x;
  for (uint64_t i = 1; i <= 3; ++i)
    x.add(knock_of(i, std::to_string(i)), start, 9);
  const auto second = x.list(start)[1].id;
  auto one = x.take(second);
  REQUIRE(one.size() == 1);
  CHECK(one[0].session_id == 2);
  CHECK(one[0].joiner == 102);
  CHECK(x.take(second).empty());
  CHECK((names(x) == std::vector<std::string>{"1", "3"}));
  CHECK(x.take({}).size() == 2);
  CHECK(x.size() == 0);
}

TEST_CASE("a client that was let in is known until it has joined") {
  knock_list x;
  x.add(knock_of(1, "Ann"), start, 9);
  CHECK(x.waits(1));
  CHECK_FALSE(x.was_let_in(1));
  x.let_in(x.take({}).front().session_id);
  CHECK_FALSE(x.waits(1));
  CHECK(x.was_let_in(1));
  CHECK(x.forget(1));
  CHECK_FALSE(x.was_let_in(1));
  CHECK_FALSE(x.forget(1));
}

TEST_CASE("a client whose session ends waits no more") {
  knock_list x;
  x.add(knock_of(1, "Ann"), start, 9);
  x.add(knock_of(2, "Bob"), start, 9);
  CHECK(x.forget(1));
  CHECK((names(x) == std::vector<std::string>{"Bob"}));
}

TEST_CASE("former members are known by their secrets while there is a lobby") {
  knock_list x;
  x.remember("early");
  x.enable(true);
  CHECK_FALSE(x.remembers("early"));
  x.remember("");
  CHECK_FALSE(x.remembers(""));
  x.remember("first");
  CHECK(x.remembers("first"));
  CHECK_FALSE(x.remembers("other"));
  for (size_t i = 1; i < knock_list::most_remembered; ++i)
    x.remember(std::to_string(i));
  CHECK(x.remembers("first"));
  x.remember("last");
  CHECK_FALSE(x.remembers("first"));
  CHECK(x.remembers("last"));
  x.enable(false);
  x.enable(true);
  CHECK_FALSE(x.remembers("last"));
}

TEST_CASE("each client waits for as long as it can") {
  knock_list x;
  x.add(knock_of(1, "Ann", 60s), start, 9);
  x.add(knock_of(2, "Bob", 8s), start, 9);
  CHECK(x.poll_timeout() == start + 8s);
  CHECK_FALSE(x.poll_expired(start + 7s));
  auto late = x.poll_expired(start + 8s);
  REQUIRE(late);
  CHECK(late->name == "Bob");
  CHECK_FALSE(x.poll_expired(start + 8s));
  CHECK(x.poll_expired(start + 60s));
}

TEST_CASE("changes are reported at once after a pause, then once a second") {
  knock_list x;
  x.enable(true);
  CHECK(x.poll_change(start));
  CHECK_FALSE(x.poll_change(start + 5s));
  x.add(knock_of(1, "Ann"), start, 9);
  CHECK(x.poll_change(start + 5s));
  x.add(knock_of(2, "Bob"), start, 9);
  x.forget(1);
  CHECK_FALSE(x.poll_change(start + 5999ms));
  CHECK(x.poll_timeout() == start + 6s);
  CHECK(x.poll_change(start + 6s));
  CHECK_FALSE(x.poll_change(start + 9s));
}

TEST_CASE("a room without lobby has nothing to report") {
  knock_list x;
  x.note_change();
  x.enable(false);
  CHECK_FALSE(x.active());
  CHECK_FALSE(x.poll_change(start));
  CHECK_FALSE(x.poll_timeout());
  x.enable(true);
  CHECK(x.active());
}

TEST_CASE("a message may be sent once a second") {
  knock_list x;
  CHECK(x.admit_message(start));
  CHECK_FALSE(x.admit_message(start + 999ms));
  CHECK(x.admit_message(start + 1s));
}
