#include "actors/session/request_turn.hpp"

#include "protocol/verbs/error.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using actors::request_turn;
using std::chrono::milliseconds;

namespace {

const net::time_point start{std::chrono::hours{1}};

protocol::outcome joined() {
  return protocol::success{protocol::reply::joined{}};
}

protocol::outcome done() {
  return protocol::success{protocol::reply::ok{}};
}

protocol::outcome refused() {
  return protocol::make_error(protocol::error_code::forbidden);
}

} // namespace

TEST_CASE("a turn is taken from the request to its answer, however it ends") {
  request_turn turn;
  CHECK_FALSE(turn.taken());
  for (const auto& result : {joined(), done(), refused()}) {
    turn.begin();
    CHECK(turn.taken());
    turn.end(result, start);
    CHECK_FALSE(turn.taken());
  }
}

TEST_CASE("the time of a join that succeeds is measured") {
  request_turn turn;
  turn.begin();
  turn.begin_join(start);
  CHECK(turn.end(joined(), start + milliseconds{30}) == milliseconds{30});
}

TEST_CASE("a request that is answered as a join but is none is not measured") {
  request_turn turn;
  turn.begin();
  CHECK_FALSE(turn.end(joined(), start));
}

TEST_CASE("a join that is refused is not measured, nor the request after it") {
  request_turn turn;
  turn.begin();
  turn.begin_join(start);
  CHECK_FALSE(turn.end(refused(), start + milliseconds{30}));
  turn.begin();
  CHECK_FALSE(turn.end(joined(), start + milliseconds{40}));
}
