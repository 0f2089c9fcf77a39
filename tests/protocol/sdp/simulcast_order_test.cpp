#include "protocol/sdp/simulcast_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace troupe::protocol;

namespace {

// The names in the order of layers, separated by spaces.
std::string ordered(std::vector<sdp_rid> rids) {
  order_by_layers(rids);
  std::string out;
  for (const auto& x : rids)
    out += (out.empty() ? "" : " ") + x.id;
  return out;
}

std::vector<sdp_rid> named(const std::vector<std::string>& names) {
  std::vector<sdp_rid> out;
  for (const auto& x : names)
    out.emplace_back().id = x;
  return out;
}

} // namespace

TEST_CASE("streams with well-known names are ordered by them") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"f", "h", "q"}, "q h f"},
      {{"h", "m", "l"}, "l m h"},
      {{"high", "mid", "low"}, "low mid high"},
      {{"high", "medium", "low"}, "low medium high"},
      {{"hi", "mid", "lo"}, "lo mid hi"},
      {{"full", "half", "quarter"}, "quarter half full"},
      {{"F", "H", "Q"}, "Q H F"},
      // Two of them are enough.
      {{"f", "h"}, "h f"},
      {{"h", "m"}, "m h"},
      {{"h", "l"}, "l h"},
      {{"h", "q"}, "q h"},
      {{"h"}, "h"},
      {{}, ""}};
  for (const auto& [names, expected] : cases) {
    auto sorted = names;
    std::ranges::sort(sorted);
    do
      CHECK(ordered(named(sorted)) == expected);
    while (std::ranges::next_permutation(sorted).found);
  }
}

TEST_CASE("restrictions come before names, those of the size first") {
  const sdp_rid a{"f", 320 * 180, 900'000};
  const sdp_rid b{"h", 640 * 360, 500'000};
  const sdp_rid c{"q", UINT64_MAX, 100'000}; // unrestricted
  CHECK(ordered({a, b, c}) == "f h q");
  CHECK(ordered({c, b, a}) == "f h q");
  // Sizes that do not tell all of them apart tell nothing.
  auto same = a;
  same.max_pixels = b.max_pixels;
  CHECK(ordered({same, b, c}) == "q h f");
}

TEST_CASE("of streams that nothing tells apart the first is the highest") {
  CHECK(ordered(named({"0", "1", "2"})) == "2 1 0");
  CHECK(ordered(named({"a", "b"})) == "b a");
  CHECK(ordered(named({"f", "h", "x"})) == "x h f");
  CHECK(ordered(named({"f", "F"})) == "F f");
}
