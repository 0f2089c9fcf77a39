#include "protocol/sdp/simulcast_order.hpp"

#include "protocol/verbs/mime_type.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace troupe::protocol {

namespace {

// What clients name the streams of simulcast, from the lowest to the highest.
// "h" is half of the size beside "q" or "f", and the highest beside "l" or "m".
constexpr std::array<std::array<std::string_view, 3>, 6> known_names{{
    {"q", "h", "f"},
    {"l", "m", "h"},
    {"lo", "mid", "hi"},
    {"low", "mid", "high"},
    {"low", "medium", "high"},
    {"quarter", "half", "full"},
}};

// Sorts by a key, if that tells all of them apart.
template <class Key>
bool sort_by(std::vector<sdp_rid>& rids, Key key) {
  auto sorted = rids;
  std::ranges::sort(sorted, {}, key);
  if (std::ranges::adjacent_find(sorted, {}, key) != sorted.end())
    return false;
  rids = std::move(sorted);
  return true;
}

bool sort_by_names(std::vector<sdp_rid>& rids) {
  for (const auto& names : known_names) {
    const auto place = [&](const sdp_rid& x) {
      return std::ranges::find(names, to_lower(x.id)) - names.begin();
    };
    const auto is_known = [&](const sdp_rid& x) {
      return place(x) < std::ssize(names);
    };
    if (std::ranges::all_of(rids, is_known))
      return sort_by(rids, place);
  }
  return false;
}

} // namespace

void order_by_layers(std::vector<sdp_rid>& rids) {
  if (!sort_by(rids, &sdp_rid::max_pixels)
      && !sort_by(rids, &sdp_rid::max_bitrate) && !sort_by_names(rids))
    std::ranges::reverse(rids);
}

} // namespace troupe::protocol
