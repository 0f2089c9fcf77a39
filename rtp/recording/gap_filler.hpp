#pragma once

#include "rtp/base/types.hpp"

#include <array>
#include <optional>

namespace troupe::rtp {

/// Decides where a recorded Opus track needs packets of silence, so that the
/// audio lasts as long as the wall clock when it is decoded packet after
/// packet. Fills what was lost, pauses, and what the encoder left out
/// (discontinuous transmission). Audio that would take the time of audio before
/// it is dropped.
///
/// Invariant: if all is recorded in the order that these functions tell, the
/// audio before a frame ends between 10 ms before it and 20 ms after it.
class gap_filler {
public:
  /// 20 ms of silence in one Opus packet of mono CELT (RFC 6716, section 3.1).
  static constexpr std::array<uint8_t, 3> silence{0xF8, 0xFF, 0xFE};
  static constexpr duration silence_length = std::chrono::milliseconds{20};

  /// Audio that begins earlier than this before the end is dropped.
  static constexpr duration max_overlap = std::chrono::milliseconds{20};

  /// Audio from before `start` is not recorded.
  explicit gap_filler(time_point start) : start_(start) {}

  /// The time of the next silence to record before a frame of this time, or
  /// nothing.
  std::optional<time_point> poll_before(time_point frame) {
    return fill(frame, silence_length / 2);
  }

  /// The time of the next silence to record while no frame is there, so that
  /// the audio lasts up to `until`, or nothing.
  std::optional<time_point> poll_until(time_point until) {
    return fill(until, silence_length);
  }

  /// Whether to record a frame of this time and length; nothing must be left to
  /// fill before it.
  bool admit(time_point frame, duration length) {
    if (frame < end_.value_or(start_) - max_overlap)
      return false;
    end_ = end_.value_or(frame) + length;
    return true;
  }

  /// Where the audio ends; nothing before the first frame.
  std::optional<time_point> end() const {
    return end_;
  }

  /// How many packets of silence were recorded.
  uint64_t filled() const {
    return filled_;
  }

private:
  std::optional<time_point> fill(time_point until, duration least) {
    if (!end_ || until - *end_ < least)
      return std::nullopt;
    ++filled_;
    auto out = *end_;
    *end_ += silence_length;
    return out;
  }

  time_point start_;
  std::optional<time_point> end_;
  uint64_t filled_ = 0;
};

} // namespace troupe::rtp
