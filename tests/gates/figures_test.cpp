#include "tests/gates/figures.hpp"

#include <doctest/doctest.h>

using namespace troupe::gates;

namespace {

figure_table table(double messages) {
  return {{"webinar/light", {{"messages", messages}}}};
}

} // namespace

TEST_CASE("a count within three percent of the file is not reported") {
  CHECK(compare(table(1), table(1), true).empty());
  CHECK(compare(table(1), table(1.029), true).empty());
  CHECK(compare(table(1), table(0.971), true).empty());
}

TEST_CASE("a count that is worse by more is red and names all of it") {
  auto found = compare(table(0.5), table(0.52), true);
  REQUIRE(found.size() == 1);
  CHECK(found[0].what == verdict::worse);
  CHECK(is_red(found[0].what));
  CHECK(found[0].text
        == "webinar/light: messages per packet was 0.5 and is 0.52 (+4.0 %)");
}

TEST_CASE("a count that is better is said, but not red") {
  auto found = compare(table(1), table(0.9), true);
  REQUIRE(found.size() == 1);
  CHECK(found[0].what == verdict::better);
  CHECK_FALSE(is_red(found[0].what));
  CHECK(found[0].text
        == "webinar/light: messages per packet was 1 and is 0.9 (-10.0 %)");
}

TEST_CASE("a count that was zero may not rise") {
  CHECK(compare(table(0), table(0), true).empty());
  auto found = compare(table(0), table(0.01), true);
  REQUIRE(found.size() == 1);
  CHECK(found[0].what == verdict::worse);
}

TEST_CASE("what the server does may change in neither direction") {
  auto forwarded = [](double x) {
    return figure_table{{"large/wide", {{"forwarded_per_packet_in", x}}}};
  };
  CHECK(compare(forwarded(10), forwarded(10.1), true).empty());
  for (auto now : {9.0, 11.0}) {
    auto found = compare(forwarded(10), forwarded(now), true);
    REQUIRE(found.size() == 1);
    CHECK(found[0].what == verdict::worse);
  }
}

TEST_CASE("a scenario or a count that the file lacks is an error") {
  auto found = compare({}, table(1), true);
  REQUIRE(found.size() == 1);
  CHECK(found[0].what == verdict::unknown);
  CHECK(is_red(found[0].what));
  CHECK(found[0].text == "the file has no scenario webinar/light");
  found = compare({{"webinar/light", {}}}, table(1), true);
  REQUIRE(found.size() == 1);
  CHECK(is_red(found[0].what));
  CHECK(found[0].text == "webinar/light: the file has no messages");
}

TEST_CASE("what only the file has is an error in a run of all scenarios") {
  auto found = compare(table(1), {}, true);
  REQUIRE(found.size() == 1);
  CHECK(is_red(found[0].what));
  CHECK(compare(table(1), {}, false).empty());
  // A count is missing whatever was run.
  found = compare(table(1), {{"webinar/light", {}}}, false);
  REQUIRE(found.size() == 1);
  CHECK(is_red(found[0].what));
}

TEST_CASE("a file of figures is read as it was written") {
  figure_table x{{"large/wide", {{"calls", 0.0123457}, {"messages", 2}}},
                 {"webinar/light", {{"messages", 1.5}}}};
  auto text = to_json(x);
  CHECK(parse_figures(text) == x);
  CHECK(text.find("    \"calls\": 0.0123457,\n") != std::string::npos);
  CHECK(parse_figures(to_json({})) == figure_table{});
}

TEST_CASE("a file of another form is refused") {
  for (auto text : {"", "[]", R"({"a":1})", R"({"a":{"b":"c"}})"})
    CHECK_FALSE(parse_figures(text));
}
