#pragma once

#include "rtp/base/drop_reason.hpp"
#include "rtp/base/fifo.hpp"
#include "rtp/packet/media_packet.hpp"
#include "rtp/recording/frame_drop.hpp"

#include <optional>
#include <span>
#include <vector>

namespace troupe::rtp {

/// Puts the packets of one encoding into order and groups them into frames: the
/// packets of one media timestamp, up to the marker or to the next timestamp
/// (VP9 and AV1: all layers of a picture; audio: each packet).
///
/// A missing packet is waited for; once it is given up, the frame around the
/// hole is dropped, and so is all video up to the next key frame. Invariant: a
/// frame has all of its packets, and so has every frame before it back to a key
/// frame. Whether the packets' payloads fit together is for frame_builder.
///
/// Memory is bounded by `max_packets`.
class reorder {
public:
  struct config {
    media_kind kind = media_kind::video;
    /// How long a missing packet is waited for, from the arrival of the first
    /// packet after it.
    duration patience = std::chrono::seconds{1};
    /// A packet this far ahead shows that the sender restarted; none before it
    /// is waited for. A power of two.
    size_t max_packets = 2048;
    /// Longer frames are dropped.
    size_t max_frame_packets = 4096;
  };

  /// The packets of one frame, in order.
  struct frame {
    std::span<const media_packet> packets;
    /// Frames before it are missing, so decoding must be able to begin here.
    bool restart = false;
  };

  explicit reorder(const config& x) : config_(x) {}

  /// Takes a packet, in any order. Returns why it was refused: it is a
  /// duplicate, or it comes after it was given up.
  std::optional<drop_reason> handle_packet(const media_packet& x,
                                           time_point now);

  /// Gives up packets that were missing for too long.
  void handle_timeout(time_point now);

  /// The frame that was polled last cannot be decoded: drops the others up to
  /// the next key frame.
  void handle_broken_frame() {
    if (!frame_.empty())
      dropped_ = frame_.front().timestamp;
    lose_sync();
  }

  /// The packets before the next one were left out on purpose. Gives up missing
  /// packets.
  void skip_gap();

  /// The next packet may have any sequence number: another encoding takes over.
  void restart();

  /// Gives up all missing packets, at the end of the recording. An unfinished
  /// frame is dropped by the next poll_frame().
  void flush();

  /// The next frame. Valid until the next call.
  std::optional<frame> poll_frame();

  /// Whether frames are being dropped until a key frame comes.
  bool awaits_keyframe() const {
    return config_.kind == media_kind::video && !synced_;
  }

  /// Whether a packet has come since the beginning or the last skip_gap().
  bool started() const {
    return next_.has_value();
  }

  /// When handle_timeout() is next wanted, or nothing while nothing is missing.
  std::optional<time_point> poll_timeout() const {
    if (waiting_ == 0)
      return std::nullopt;
    return deadline_;
  }

  /// How many packets were given up.
  uint64_t packets_lost() const {
    return lost_;
  }

  const frame_drop_counters& drops() const {
    return drops_;
  }

private:
  // A packet behind a hole.
  struct slot {
    std::optional<media_packet> packet;
    time_point since{};
  };

  // A packet in order.
  struct entry {
    media_packet packet;
    bool after_hole = false;
  };

  slot& at(int64_t sequence) {
    return ring_[static_cast<size_t>(sequence) & (ring_.size() - 1)];
  }

  void grow(size_t span);
  void release(const media_packet& x);
  // Releases what has no hole before it any more.
  void advance();
  void give_up_hole();
  void update_deadline();
  void lose_sync();
  void drop(int64_t timestamp, frame_drop reason);
  void drop_unfinished(frame_drop reason);
  bool skips(const media_packet& x);
  void count_skipped();
  // Takes the next packet in order; true if that completes the frame.
  bool take();
  bool finish();

  config config_;
  std::optional<int64_t> next_; // the sequence that is due
  int64_t floor_ = INT64_MIN;   // lower sequences are too old
  bool after_hole_ = false;     // of the next packet to release
  std::vector<slot> ring_;
  size_t waiting_ = 0; // packets in the ring
  int64_t newest_ = 0; // the highest sequence in the ring
  time_point deadline_{};
  fifo<entry> ready_;
  std::vector<media_packet> frame_;
  bool complete_ = false; // `frame_` was polled
  bool synced_ = false;
  bool restart_ = false; // of the frame in `frame_`
  bool ended_ = false;
  // The timestamps of a frame that is being skipped, and of the last one that
  // was dropped and counted.
  std::optional<int64_t> skipped_;
  std::optional<int64_t> dropped_;
  uint64_t lost_ = 0;
  frame_drop_counters drops_;
};

} // namespace troupe::rtp
