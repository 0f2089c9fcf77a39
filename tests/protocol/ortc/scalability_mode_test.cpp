#include "protocol/ortc/scalability_mode.hpp"

#include "tests/support/capture.hpp"

#include <doctest/doctest.h>

using namespace troupe::protocol;

TEST_CASE("scalability modes are read as mediasoup reads them") {
  const std::pair<const char*, scalability_mode> rows[] = {
      {"L1T1", {1, 1, false}},
      {"L1T3", {1, 3, false}},
      {"S3T3", {3, 3, false}},
      {"L3T3_KEY", {3, 3, true}},
      {"L2T2h", {2, 2, false}},
      {"L3T3_KEY_SHIFT", {3, 3, true}},
      {"L99T98", {99, 98, false}},
      {"L1T123", {1, 12, false}},
      {"L10T10", {10, 10, false}},
      {"", {}},
      {"L", {}},
      {"L3", {}},
      {"L3T", {}},
      {"L0T3", {}},
      {"L3T0", {}},
      {"L123T3", {}},
      {"l3t3", {}},
      {"XL3T3", {}},
      {"L3 T3", {}},
  };
  for (const auto& [text, mode] : rows) {
    CAPTURE_BOUND(text);
    CHECK(parse_scalability_mode(text) == mode);
  }
  CHECK(make_scalability_mode(3, 2) == "L3T2");
}
