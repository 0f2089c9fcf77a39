#include "protocol/ortc/h264_profile.hpp"

#include "tests/support/capture.hpp"

#include <doctest/doctest.h>

using namespace troupe::protocol;

namespace {

parameter_map h264(const char* profile_level_id, int64_t asymmetry = 0) {
  return {{"profile-level-id", profile_level_id},
          {"level-asymmetry-allowed", asymmetry}};
}

} // namespace

TEST_CASE("profiles follow RFC 6184, table 5") {
  using enum h264_profile;
  const std::pair<const char*, h264_profile_level> rows[] = {
      {"42e01f", {constrained_baseline, {31}}},
      {"42E01F", {constrained_baseline, {31}}},
      {"4d801f", {constrained_baseline, {31}}},
      {"58c01f", {constrained_baseline, {31}}},
      {"42001f", {baseline, {31}}},
      {"58801f", {baseline, {31}}},
      {"4d0032", {main, {50}}},
      {"640c1f", {constrained_high, {31}}},
      {"640034", {high, {52}}},
      {"f4001f", {predictive_high_444, {31}}},
      {"42e00b", {constrained_baseline, {11}}},
      {"42f00b", {constrained_baseline, h264_level_1b}},
      {"42100b", {baseline, h264_level_1b}},
      {"4d100b", {main, h264_level_1b}},
  };
  for (const auto& [text, expected] : rows) {
    CAPTURE_BOUND(text);
    const auto parsed = parse_h264_profile_level(text);
    REQUIRE(parsed);
    CHECK(*parsed == expected);
    const auto canonical = to_string(*parsed);
    REQUIRE(canonical);
    CHECK(parse_h264_profile_level(*canonical) == parsed);
  }
}

TEST_CASE("an invalid profile-level-id is refused") {
  for (auto text :
       {"", "42e01", "42e01f0", "xyz123", "000000", "42e0ff", "42e009",
        "64001 ", "-42e01", "0x42e0", "ffffff", "640b1f"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_h264_profile_level(text).has_value());
  }
}

TEST_CASE("the answered level is the lower one unless both allow asymmetry") {
  auto answer = [](const parameter_map& local, const parameter_map& remote) {
    const auto out = answer_h264(local, remote);
    REQUIRE(out.has_value());
    return out->profile_level_id.value_or("none");
  };
  CHECK(answer(h264("42e01f"), h264("42e015")) == "42e015");
  CHECK(answer(h264("42e015"), h264("42e01f")) == "42e015");
  CHECK(answer(h264("42e01f", 1), h264("42e015", 1)) == "42e01f");
  CHECK(answer(h264("42e01f", 1), h264("42e015", 0)) == "42e015");
  CHECK(answer(h264("42f00b"), h264("42e00b")) == "42f00b");
  CHECK(answer(h264("42e00b"), h264("42f00b")) == "42e00b");
  CHECK(answer({}, {}) == "none");
  CHECK(answer({}, h264("42e034")) == "42e01f");
  CHECK_FALSE(answer_h264(h264("42e01f"), h264("42001f")).has_value());
  CHECK_FALSE(answer_h264(h264("rubbish"), h264("rubbish")).has_value());
}
