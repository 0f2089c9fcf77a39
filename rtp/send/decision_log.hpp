#pragma once

#include "rtp/base/layers.hpp"
#include "rtp/base/types.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace troupe::rtp {

/// Why a consumer is sent its present layers.
enum class decision_reason : uint8_t {
  /// It is sent all that its client wants.
  wanted,
  /// The receiver's link carries no more.
  link,
  /// The producer sends no more, or no more that its client can decode.
  source,
  /// The server is overloaded.
  overload,
  /// Its client or the producer's client paused it.
  paused,
  /// Packets waited too long and were dropped.
  late,
  /// The receiver asked for a key frame, or the server did on its behalf.
  keyframe,
  /// Others have spoken since: the producer is not among the last N speakers.
  last_n,
  /// Others are louder: this audio is not forwarded.
  loudness,
};

std::string_view to_string(decision_reason x);

/// A decision and what was known at that time.
struct decision {
  time_point at{};
  decision_reason reason = decision_reason::wanted;
  /// The layers to be sent from then on; nothing for none.
  std::optional<layers> target;
  /// The estimate of the link, if there was one.
  std::optional<uint64_t> link_bps;
  /// The share of packets that were lost.
  float loss = 0;
};

/// The latest decisions about one consumer. Its memory grows with their number,
/// since most consumers see only a few: an entry takes 16 octets. Times are
/// kept to the microsecond; a rate above 4.29 Gbit/s is kept as that.
class decision_log {
public:
  static constexpr size_t capacity = 32;

  /// Adds a decision. Consecutive key frame requests count as one.
  void add(const decision& x) {
    if (x.reason == decision_reason::keyframe && count_ > 0
        && newest().reason == decision_reason::keyframe)
      return;
    if (count_ < capacity)
      ring_.push_back(pack(x));
    else
      ring_[count_ % capacity] = pack(x);
    ++count_;
  }

  /// Calls `f(decision)` for each stored decision, the oldest first.
  template <class F>
  void for_each(F f) const {
    for (auto i = count_ > capacity ? count_ - capacity : 0; i < count_; ++i) {
      const auto x = unpack(ring_[i % capacity]);
      f(x);
    }
  }

  bool empty() const {
    return count_ == 0;
  }

  /// The latest; there must be one.
  decision newest() const {
    return unpack(ring_[(count_ - 1) % capacity]);
  }

  /// Octets on the heap.
  size_t memory() const {
    return ring_.capacity() * sizeof(entry);
  }

private:
  struct entry {
    uint64_t bits = 0; // the time and all that is small: see pack()
    uint32_t link_bps = 0;
    float loss = 0;
  };

  static_assert(sizeof(entry) == 16);

  static entry pack(const decision& x);
  static decision unpack(const entry& x);

  std::vector<entry> ring_;
  size_t count_ = 0;
};

} // namespace troupe::rtp
