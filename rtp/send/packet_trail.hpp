#pragma once

#include "rtp/send/timestamp_aligner.hpp"

#include <array>

namespace troupe::rtp {

/// The latest packets of one encoding as far as the forwarders of steady
/// streams need them: such a stream is sent without its forwarder, which notes
/// several packets at a time later (see forwarder::catch_up()). Shared by all
/// consumers, so that a packet is examined once for all of them.
///
/// A position counts the packets that were recorded. A forwarder that is at
/// position n has noted those before it.
class packet_trail {
public:
  /// A forwarder may be so many packets behind: a second of audio, or several
  /// frames of video, each of which comes as one batch.
  static constexpr uint32_t reach = 52;

  /// A larger batch is not recorded: there a forwarder's work is shared by its
  /// packets anyway. Frames of 3 Mbit/s have no more packets.
  static constexpr uint32_t largest_batch = 12;

  /// Packets that waited longer than this are for the forwarder to judge.
  static constexpr duration max_age = std::chrono::milliseconds{100};

  /// A packet that was recorded.
  struct step {
    int64_t sequence = 0;
    int64_t timestamp = 0;
    time_point arrival{};
    time_point now{}; // when it was forwarded
    picture_numbers numbers;
    uint16_t octets = 0; // of payload
    bool completes_picture = false;
  };

  packet_trail(uint8_t encoding, uint32_t clock_rate);

  /// Takes the next batch of this encoding. Records it and returns true if its
  /// packets directly continue those before, in sequence and in time, and
  /// nothing in them can change what a steady stream is sent. Otherwise each
  /// forwarder must handle the batch.
  bool take(const std::vector<media_packet>& batch, time_point now);

  /// Takes a packet that each forwarder must handle.
  void note(const media_packet& x);

  /// The position after the latest packet.
  uint32_t end() const {
    return end_;
  }

  /// Whether all packets since that position are still known.
  bool reaches(uint32_t position) const {
    return end_ - position <= reach;
  }

  /// Calls `f(const step&)` with the packets from one position up to another.
  template <class F>
  void for_each(uint32_t from, uint32_t to, F f) const {
    for (; from != to; ++from)
      f(steps_[from % steps_.size()]);
  }

  /// Whether a stream has the same past, as far as the next packet's number and
  /// time are judged by it: it expects `sequence` next.
  bool leads(int64_t sequence, const timestamp_aligner& timestamps) const {
    return sequence == next_ && clock_.in_step_with(timestamps);
  }

private:
  bool continues(const media_packet& x, time_point now) const;

  // Room for a batch that turns out not to be recorded, too. Positions wrap, so
  // it is a power of two.
  static constexpr size_t room = reach + largest_batch;
  static_assert((room & (room - 1)) == 0);

  uint8_t encoding_;
  uint32_t end_ = 0;
  int64_t next_ = 0; // the sequence expected next
  timestamp_aligner clock_;
  std::array<step, room> steps_; // a ring
};

} // namespace troupe::rtp
