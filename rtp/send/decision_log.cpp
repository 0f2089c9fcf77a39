#include "rtp/send/decision_log.hpp"

#include <algorithm>

namespace troupe::rtp {

std::string_view to_string(decision_reason x) {
  switch (x) {
    case decision_reason::wanted:
      return "wanted";
    case decision_reason::link:
      return "link";
    case decision_reason::source:
      return "source";
    case decision_reason::overload:
      return "overload";
    case decision_reason::paused:
      return "paused";
    case decision_reason::late:
      return "late";
    case decision_reason::keyframe:
      return "keyframe";
    case decision_reason::last_n:
      return "last-n";
    case decision_reason::loudness:
      return "loudness";
  }
  return "unknown";
}

// From the lowest: 1 bit for whether there is a link, 1 for whether there are
// layers, 6 for the temporal and 4 for the spatial one, 4 for the reason, 48
// for the time in microseconds.
decision_log::entry decision_log::pack(const decision& x) {
  using std::chrono::microseconds;
  auto at = std::chrono::floor<microseconds>(x.at.time_since_epoch()).count();
  auto target = x.target.value_or(layers{});
  auto bits = static_cast<uint64_t>(at) << 16
              | (static_cast<uint64_t>(x.reason) & 15) << 12
              | uint64_t{target.spatial & 15u} << 8
              | uint64_t{target.temporal & 63u} << 2
              | uint64_t{x.target.has_value()} << 1
              | uint64_t{x.link_bps.has_value()};
  auto link = std::min<uint64_t>(x.link_bps.value_or(0), UINT32_MAX);
  return {bits, static_cast<uint32_t>(link), x.loss};
}

decision decision_log::unpack(const entry& x) {
  decision out;
  out.at =
      time_point{std::chrono::microseconds{static_cast<int64_t>(x.bits) >> 16}};
  out.reason = static_cast<decision_reason>((x.bits >> 12) & 15);
  if ((x.bits & 2) != 0)
    out.target = layers{static_cast<uint8_t>((x.bits >> 8) & 15),
                        static_cast<uint8_t>((x.bits >> 2) & 63)};
  if ((x.bits & 1) != 0)
    out.link_bps = x.link_bps;
  out.loss = x.loss;
  return out;
}

} // namespace troupe::rtp
