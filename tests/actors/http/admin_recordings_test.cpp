#include "actors/http/admin_recordings.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

std::vector<manifest> some_recordings() {
  std::vector<manifest> out(3);
  for (size_t i = 0; i < out.size(); ++i) {
    out[i].id = recording_id{"a" + std::to_string(i)};
    out[i].room = room_id{"r"};
  }
  out[1].state = recording_state::finished;
  out[1].reason = "stopped";
  out[1].parts.resize(2);
  out[1].parts[0].size = 10;
  out[1].parts[1].size = 5;
  return out;
}

/// Whether the page has these of the three recordings, and a next page.
void check_page(const std::string& json, const std::string& has, bool next) {
  CAPTURE(json);
  for (const char i : {'0', '1', '2'})
    CHECK((json.find(std::string{"\"id\":\"a"} + i) != std::string::npos)
          == (has.find(i) != std::string::npos));
  CHECK((json.find("\"next\"") != std::string::npos) == next);
}

} // namespace

TEST_CASE("a list of recordings has their size, and why they ended") {
  const auto json = recording_list_json(some_recordings(), 1, "a0");
  CHECK(json
        == R"({"recordings":[{"id":"a1","room":"r","title":"",)"
           R"("startedAt":"1970-01-01T00:00:00.000Z","durationMs":0,)"
           R"("state":"finished","reason":"stopped","size":15}],"next":"a1"})");
}

TEST_CASE("a list of recordings comes in pages") {
  const auto all = some_recordings();
  check_page(recording_list_json(all, 100, ""), "012", false);
  check_page(recording_list_json(all, 2, ""), "01", true);
  check_page(recording_list_json(all, 2, "a1"), "2", false);
  check_page(recording_list_json(all, 2, "a2"), "", false);
  check_page(recording_list_json(all, 2, "gone"), "", false);
}
