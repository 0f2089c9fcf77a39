#include "actors/base/caf_error.hpp"

#include <doctest/doctest.h>

#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>

using namespace troupe;
using protocol::error_code;

TEST_CASE(
    "every protocol error survives the conversion to a caf::error and back") {
  for (int i = 1; i <= static_cast<int>(error_code::internal); ++i) {
    auto plain = protocol::make_error(static_cast<error_code>(i));
    CHECK(actors::from_caf(actors::to_caf(plain)) == plain);
    protocol::error worded{static_cast<error_code>(i), "in other words"};
    CHECK(actors::from_caf(actors::to_caf(worded)) == worded);
  }
}

TEST_CASE("a refusal's reason survives the conversion as well") {
  for (auto reason : {protocol::error_reason::token_expired,
                      protocol::error_reason::draining}) {
    auto plain = protocol::make_error(reason);
    auto back = actors::from_caf(actors::to_caf(plain));
    CHECK(back.reason == reason);
    CHECK(back == plain);
  }
}

TEST_CASE("any other caf::error becomes an internal error without details") {
  auto internal = protocol::make_error(error_code::internal);
  CHECK(actors::from_caf(caf::sec::request_timeout) == internal);
  CHECK(actors::from_caf(caf::sec::request_receiver_down) == internal);
  CHECK(actors::from_caf(caf::exit_reason::user_shutdown) == internal);
}
