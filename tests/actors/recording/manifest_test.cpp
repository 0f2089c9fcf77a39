#include "actors/recording/manifest.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <utility>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

using peer = protocol::peer_id;

/// A manifest with something in each of its members.
manifest full_manifest() {
  manifest x;
  x.id = recording_id{"k3v9"};
  x.room = protocol::room_id{"Café 1"};
  x.room_sid = "RM_x7";
  x.title = "The \"first\" one";
  x.by = peer{"ann"};
  x.by_name = "Ann";
  x.started_at = std::chrono::sys_days{2026y / 11 / 24} + 23h + 15min + 7ms;
  x.duration = 60'000;
  x.state = recording_state::finished;
  x.reason = "stopped";
  x.members = {{peer{"ann"}, "Ann", 0, {}}, {peer{"bob"}, "", 5, 0}};
  x.parts = {{"ann-camera-1.webm",
              peer{"ann"},
              recording_source::camera,
              "opus",
              "vp8",
              4711,
              12,
              59'000,
              {{1, 2}, {3, 3}},
              {{4, 5}},
              true},
             {"bob-screen-1.mkv",
              peer{"bob"},
              recording_source::screen,
              "",
              "h264",
              0,
              0,
              0,
              {},
              {},
              false}};
  x.timeline = {{3, "speaker", peer{"bob"}}, {9, "speaker", peer{}}};
  return x;
}

/// The shortest text that is a manifest, with `from` replaced.
std::string altered(std::string_view from = "", std::string_view to = "") {
  std::string out =
      R"({"version":1,"id":"a1","room":"r","title":"t","by":null,)"
      R"("startedAt":"2026-11-24T23:15:00.000Z","durationMs":1,)"
      R"("state":"recording","reason":null,"members":[],"parts":[)"
      R"({"file":"a.webm","peerId":"p","source":"camera","audio":"opus",)"
      R"("video":null,"size":1,"startOffsetMs":0,"durationMs":1,)"
      R"("pauses":[[1,2]],"gaps":[],"degraded":false}],"timeline":[]})";
  if (!from.empty()) {
    const auto at = out.find(from);
    REQUIRE(at != std::string::npos);
    out.replace(at, from.size(), to);
  }
  return out;
}

} // namespace

TEST_CASE("a manifest is read as it was written") {
  const auto x = full_manifest();
  const auto again = parse_manifest(to_json(x));
  REQUIRE(again.has_value());
  CHECK(*again == x);
}

TEST_CASE("a manifest of the operator's recording that goes on has nulls") {
  manifest x;
  x.id = recording_id{"a1"};
  x.room = protocol::room_id{"r"};
  CHECK(to_json(x)
        == R"({"version":1,"id":"a1","room":"r","title":"","by":null,)"
           R"("startedAt":"1970-01-01T00:00:00.000Z","durationMs":0,)"
           R"("state":"recording","reason":null,"members":[],"parts":[],)"
           R"("timeline":[]})");
  CHECK(*parse_manifest(to_json(x)) == x);
}

TEST_CASE("a time before the recording's start is written as 0") {
  auto x = full_manifest();
  x.parts[0].start_offset = -3;
  x.parts[0].gaps = {{-2, 4}};
  const auto again = parse_manifest(to_json(x));
  REQUIRE(again.has_value());
  CHECK(again->parts[0].start_offset == 0);
  CHECK(again->parts[0].gaps == std::vector<recorded_span>{{0, 4}});
}

TEST_CASE("a manifest that is not as it must be is refused") {
  REQUIRE(parse_manifest(altered()).has_value());
  const std::initializer_list<std::pair<std::string_view, std::string_view>>
      faults{{"\"version\":1", "\"version\":2"},
             {"\"id\":\"a1\"", "\"id\":\"../a\""},
             {"\"id\":\"a1\"", "\"id\":\"A1\""},
             {"\"room\":\"r\"", "\"room\":\"\""},
             {"a.webm", "../../etc/passwd"},
             {"a.webm", ".hidden"},
             {"a.webm", ""},
             {"a.webm", "manifest.json"},
             {"11-24T", "11-31T"},
             {"23:15", "24:15"},
             {"23:15", "2x:15"},
             {".000Z", "Z"},
             {"\"durationMs\":1", "\"durationMs\":-1"},
             {"\"size\":1", "\"size\":9007199254740993"},
             {"\"state\":\"recording\"", "\"state\":\"lost\""},
             {"camera", "window"},
             {"[[1,2]]", "[[2,1]]"},
             {"[[1,2]]", "[[1]]"},
             {"[[1,2]]", "[1,2]"},
             {"\"members\":[]", "\"members\":[{}]"},
             {"\"timeline\":[]", "\"timeline\":7"}};
  for (const auto& [from, to] : faults) {
    CAPTURE(to);
    const auto read = parse_manifest(altered(from, to));
    CHECK(read.has_error());
    CHECK(read.error() == std::errc::bad_message);
  }
}

TEST_CASE("a manifest beyond the limits is refused") {
  CHECK(parse_manifest(altered() + std::string(1000, ' ')).has_value());
  CHECK_FALSE(parse_manifest(altered() + std::string(max_manifest_octets, ' '))
                  .has_value());
  std::string pauses = "[0,1]";
  for (size_t i = 1; i < max_manifest_entries; ++i)
    pauses += ",[0,1]";
  CHECK(parse_manifest(altered("[1,2]", pauses)).has_value());
  CHECK_FALSE(parse_manifest(altered("[1,2]", pauses + ",[0,1]")).has_value());
  CHECK_FALSE(parse_manifest(std::string(100'000, '[')).has_value());
}

TEST_CASE("a slug keeps what a file's name may have") {
  CHECK(to_slug("Room_1.a-b") == "Room_1.a-b");
  CHECK(to_slug("Caf\u00e9 au lait") == "Caf_au_lait");
  CHECK(to_slug("../../etc") == "_._.._etc");
  CHECK(to_slug(".hidden") == "_hidden");
  CHECK(to_slug("") == "_");
  CHECK(to_slug(std::string(100, 'x')) == std::string(64, 'x'));
}

TEST_CASE("only a slug is taken for one") {
  for (const auto* x : {"a", "A.b-c_9", "_"})
    CHECK(is_slug(x));
  for (const auto* x : {"", ".", "..", ".a", "a/b", "a b", "\xc3\xa9"})
    CHECK_FALSE(is_slug(x));
  CHECK(is_slug(std::string(64, 'x')));
  CHECK_FALSE(is_slug(std::string(65, 'x')));
}

TEST_CASE("an id of a recording has lower-case letters and digits") {
  CHECK(is_recording_id("abc09"));
  for (const auto* x : {"", "A", "a-b", "a.b"})
    CHECK_FALSE(is_recording_id(x));
  CHECK_FALSE(is_recording_id(std::string(65, 'x')));
}
