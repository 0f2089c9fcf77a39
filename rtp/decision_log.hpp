#pragma once

#include "rtp/layers.hpp"
#include "rtp/types.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace troupe::rtp {

/// Why a consumer gets what it gets.
enum class decision_reason : uint8_t {
  /// All that its client wants.
  wanted,
  /// The receiver's link carries no more.
  link,
  /// The producer sends no more, or no more that its client can decode.
  source,
  /// The server has too much to do.
  overload,
  /// Its client, or the producer's, paused it.
  paused,
  /// Packets had waited too long and were dropped.
  late,
  /// The receiver, or the server for it, asked for a key frame.
  keyframe,
  /// Others have spoken since: it is not among the last N.
  last_n,
  /// Others are louder: this voice is not forwarded.
  loudness,
};

std::string_view to_string(decision_reason x);

/// What was decided, and what was known then.
struct decision {
  time_point at{};
  decision_reason reason = decision_reason::wanted;
  /// What is to be sent from then on; nothing for none.
  std::optional<layers> target;
  /// What the link was held to carry, if anything was known.
  std::optional<uint64_t> link_bps;
  /// The share of packets that the receiver lacked.
  float loss = 0;
};

/// The last decisions about one consumer. Its memory grows with their number,
/// since most consumers see only a few.
class decision_log {
public:
  static constexpr size_t capacity = 32;

  /// Adds one. Key frames that are asked for in a row count as one.
  void add(const decision& x) {
    if (x.reason == decision_reason::keyframe && count_ > 0
        && newest().reason == decision_reason::keyframe)
      return;
    if (count_ < capacity)
      ring_.push_back(x);
    else
      ring_[count_ % capacity] = x;
    ++count_;
  }

  /// Calls `f(decision)` for each that is kept, the oldest first.
  template <class F>
  void for_each(F f) const {
    for (auto i = count_ > capacity ? count_ - capacity : 0; i < count_; ++i)
      f(ring_[i % capacity]);
  }

  bool empty() const {
    return count_ == 0;
  }

  /// The latest; there must be one.
  const decision& newest() const {
    return ring_[(count_ - 1) % capacity];
  }

private:
  std::vector<decision> ring_;
  size_t count_ = 0;
};

} // namespace troupe::rtp
