#pragma once

#include "rtp/base/fifo.hpp"
#include "rtp/recording/container_writer.hpp"
#include "rtp/recording/matroska_index.hpp"

#include <array>

namespace troupe::rtp {

/// Writes WebM or Matroska files (RFC 9559) whose parts can be read at any
/// time, after a crash, too.
///
/// The header is one append, and so is each cluster, with its size: a torn one
/// is recognised, and lost as a whole. A cluster lasts at most a second, has a
/// bounded size, and ends before a key frame of video, so that a player can
/// seek to each. It is written before its first frame is two seconds old,
/// whichever track has stopped. Frames are in order of time across tracks.
///
/// Duration, Cues and the Segment's size are written at the end only. Until
/// then players take the file for a live one, and count its duration as they
/// read; numbers written meanwhile would be wrong a second later. After a
/// crash matroska_repair writes them.
class matroska_writer final : public container_writer {
public:
  struct config {
    matroska_info info = {};
    /// The tracks, in the order of their numbers here; at least one. More
    /// cannot come later.
    std::vector<track_description> tracks;
    /// The most that a cluster holds. It gets no more frames once it has as
    /// many octets.
    duration max_cluster_length = std::chrono::seconds{1};
    size_t max_cluster_octets = 4 << 20;
    /// The age of a cluster's first frame at which it is written.
    duration max_cluster_age = std::chrono::milliseconds{1800};
    /// How long, and with how many octets, frames wait for those of other
    /// tracks that come before them. Waiting ends as soon as each other track
    /// has a later frame, so a track that has stopped is what makes others
    /// wait.
    duration max_hold = std::chrono::milliseconds{1500};
    size_t max_held_octets = 8 << 20;
  };

  /// What a block's size field of four octets allows for, with a margin.
  static constexpr size_t max_frame_octets = 64 << 20;

  /// How far before the newest frame in the file a late one may be: blocks
  /// count their time from the cluster's in 16 bits.
  static constexpr duration max_lateness = std::chrono::seconds{30};

  explicit matroska_writer(config x);

  std::optional<frame_refusal> handle_frame(size_t track,
                                            media_frame frame) override;

  void handle_timeout(duration now) override;

  std::optional<duration> poll_timeout() const override;

  void finish() override;

  std::optional<file_write> poll_write() override;

  /// How many frames were refused for each reason.
  uint64_t refused(frame_refusal reason) const {
    return refused_[static_cast<size_t>(reason)];
  }

  /// How many frames came so late that they stand behind later ones.
  uint64_t late_frames() const {
    return late_frames_;
  }

  /// The length of what has been written, also by writes not yet polled.
  duration length() const {
    return index_.length();
  }

  /// The file's size after the same.
  uint64_t size() const {
    return size_;
  }

private:
  struct track_state {
    codec kind;
    fifo<media_frame> held;
    duration last{}; // the time of the newest frame
  };

  std::optional<frame_refusal> check(size_t track,
                                     const media_frame& frame) const;
  // The track whose frame is next, if it needs not wait.
  std::optional<size_t> next_track(bool wait) const;
  void write_held(bool wait);
  void write_frame(size_t track, const media_frame& frame);
  void begin_cluster(int64_t time);
  // When the open cluster is to be written in any case.
  duration cluster_due() const;
  void end_cluster();
  void append(std::vector<uint8_t> octets);

  config config_;
  std::vector<track_state> tracks_;
  matroska_layout layout_;
  matroska_index index_;
  size_t held_octets_ = 0;
  duration newest_{};            // of all frames, or the time that was told
  duration written_{};           // the newest in clusters
  std::vector<uint8_t> cluster_; // empty if there is none
  int64_t cluster_time_ = 0;
  size_t last_cluster_octets_ = 0;
  uint64_t size_ = 0;
  fifo<file_write> writes_;
  bool finished_ = false;
  std::array<uint64_t, frame_refusal_count> refused_{};
  uint64_t late_frames_ = 0;
};

} // namespace troupe::rtp
