#include "actors/session/lobby_wait.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
using protocol::error_reason;

namespace {

constexpr net::time_point start{};

protocol::verb::join join_of(const std::string& name,
                             std::chrono::seconds patience = 60s) {
  protocol::verb::join out;
  out.name = name;
  out.patience = patience;
  out.time_in_line = 5s;
  return out;
}

} // namespace

TEST_CASE("a join waits for a host or for its turn, if the client can") {
  lobby_wait x;
  const auto host = protocol::make_error(error_reason::waiting_for_host);
  const auto turn = protocol::make_error(error_reason::in_line);
  CHECK(x.time_for(host) == 0s);
  x.begin_join(5, join_of("Ann"));
  CHECK(x.time_for(host) == 60s);
  CHECK(x.time_for(turn) == 5s);
  CHECK(x.time_for(protocol::make_error(error_reason::lobby_full)) == 0s);
  x.begin_join(5, join_of("Ann", 0s));
  CHECK(x.time_for(host) == 0s);
  x.begin_join(5, join_of("Ann"));
  x.end_join();
  CHECK(x.time_for(host) == 0s);
  CHECK(x.time_for(turn) == 0s);
}

TEST_CASE("a wait that has ended says how long it was") {
  lobby_wait x;
  x.begin_join(5, join_of("Ann"));
  x.begin(9, start + 1s, start + 6s);
  x.handle({5, knock_verdict::let_in});
  auto ended = x.poll_end(start + 3500ms);
  REQUIRE(ended);
  CHECK(ended->waited == 2500ms);
}

TEST_CASE("a wait ends by what the room says of this join") {
  lobby_wait x;
  x.begin_join(5, join_of("Ann"));
  x.begin(9, start, start + 60s);
  CHECK(x.poll_timeout() == start + 60s);
  x.handle({4, knock_verdict::turned_away});
  CHECK_FALSE(x.poll_end(start));
  x.handle({5, knock_verdict::let_in});
  auto ended = x.poll_end(start);
  REQUIRE(ended);
  CHECK(ended->token == 9);
  CHECK(ended->what.name == "Ann");
  CHECK(ended->verdict == knock_verdict::let_in);
  CHECK_FALSE(x.poll_end(start));
  CHECK_FALSE(x.poll_timeout());
}

TEST_CASE("a verdict may come before the session knows of the wait") {
  lobby_wait x;
  x.begin_join(5, join_of("Ann"));
  x.handle({5, knock_verdict::turned_away});
  CHECK_FALSE(x.poll_end(start));
  x.begin(9, start, start + 60s);
  auto ended = x.poll_end(start);
  REQUIRE(ended);
  CHECK(ended->verdict == knock_verdict::turned_away);
}

TEST_CASE("a wait about which the room says nothing ends in time") {
  lobby_wait x;
  x.begin_join(5, join_of("Ann"));
  x.begin(9, start, start + 60s);
  CHECK_FALSE(x.poll_end(start + 59s));
  auto ended = x.poll_end(start + 60s);
  REQUIRE(ended);
  CHECK(ended->verdict == knock_verdict::no_answer);
}

TEST_CASE("a verdict about a former join does not end the next wait") {
  lobby_wait x;
  x.begin_join(5, join_of("Ann"));
  x.handle({5, knock_verdict::turned_away});
  x.begin_join(6, join_of("Ann"));
  x.begin(9, start, start + 60s);
  x.handle({5, knock_verdict::turned_away});
  CHECK_FALSE(x.poll_end(start));
}
