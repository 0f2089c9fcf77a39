#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::rtp {

/// Why a recorder dropped a frame. Each dropped frame increments exactly one of
/// these.
enum class frame_drop : uint8_t {
  /// A packet of it did not come in time.
  incomplete,
  /// Frames before it are missing, and it is no key frame.
  awaiting_keyframe,
  /// Its packets do not follow the rules of the payload format.
  malformed,
  /// A key frame without the parameter sets that decoding needs.
  no_parameters,
  /// Audio for its time has been recorded before.
  overlap,
};

inline constexpr size_t frame_drop_count = 5;

std::string_view to_string(frame_drop reason);

/// A counter for each reason.
class frame_drop_counters {
public:
  void add(frame_drop reason, uint64_t n = 1) {
    counts_[static_cast<size_t>(reason)] += n;
  }

  uint64_t of(frame_drop reason) const {
    return counts_[static_cast<size_t>(reason)];
  }

  uint64_t total() const {
    auto sum = uint64_t{0};
    for (auto n : counts_)
      sum += n;
    return sum;
  }

  bool operator==(const frame_drop_counters&) const = default;

private:
  std::array<uint64_t, frame_drop_count> counts_{};
};

} // namespace troupe::rtp
