#include "protocol/dialects/common/dialect_outbox.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::protocol;

TEST_CASE("an outbox returns requests and frames in the order of their calls") {
  dialect_outbox out;
  out.ask(1, verb::leave{});
  out.ask(2, verb::leave{});
  out.send({"a", false});
  out.send({"b", true});
  CHECK(out.poll_request()->token == 1);
  CHECK(out.poll_request()->token == 2);
  CHECK_FALSE(out.poll_request());
  CHECK(out.poll_frame() == frame{"a", false});
  CHECK(out.poll_frame() == frame{"b", true});
  CHECK_FALSE(out.poll_frame());
  CHECK_FALSE(out.poll_close());
}

TEST_CASE("the close is returned once, after the last frame") {
  dialect_outbox out;
  out.send({"a", false});
  out.close({1008, "too many"});
  CHECK_FALSE(out.poll_close());
  CHECK(out.poll_frame());
  auto close = out.poll_close();
  REQUIRE(close);
  CHECK(close->code == 1008);
  CHECK(close->reason == "too many");
  CHECK_FALSE(out.poll_close());
  CHECK(out.closing());
}

TEST_CASE("a closing connection sends no further frame") {
  dialect_outbox out;
  CHECK_FALSE(out.closing());
  out.close({1000, {}});
  out.send({"late", false});
  CHECK_FALSE(out.poll_frame());
}

TEST_CASE("the first reason to close counts") {
  dialect_outbox out;
  out.close({1008, "first"});
  out.close({1011, "second"});
  CHECK(out.poll_close()->reason == "first");
  out.close({1011, "third"});
  CHECK_FALSE(out.poll_close());
}

TEST_CASE("requests outlive a close unless they are dropped") {
  dialect_outbox out;
  out.ask(1, verb::leave{});
  out.ask(2, verb::leave{});
  out.close({1000, {}});
  CHECK(out.poll_request()->token == 1);
  out.drop_requests();
  CHECK_FALSE(out.poll_request());
}
