#pragma once

#include "net/base/bytes.hpp"
#include "rtp/recording/container_writer.hpp"
#include "rtp/recording/matroska_header.hpp"

namespace troupe::rtp {

/// A block of a cluster, as far as an index needs it.
struct matroska_block {
  /// Counts from 1.
  uint64_t track = 0;
  bool keyframe = false;
  /// In ticks since the recording's start.
  int64_t time = 0;
  /// The frame's first octets; two are enough.
  net::byte_span head;
};

/// Follows the clusters of a file, and finishes it: Cues, SeekHead, Duration
/// and the Segment's size. A writer feeds it while it writes, a repair while it
/// reads, so both finish a file alike.
class matroska_index {
public:
  /// Without video, there is a cue for each such span of time. With video, each
  /// cluster that begins with a key frame has one.
  static constexpr duration audio_cue_interval = std::chrono::seconds{5};

  /// There are no more cues than this; they would take a day of video with a
  /// key frame in every 100 ms.
  static constexpr size_t max_cues = 1'000'000;

  /// The codecs of the tracks by their numbers, from 1 on.
  explicit matroska_index(std::vector<codec> tracks);

  /// A cluster begins at `offset` of the file.
  void begin_cluster(uint64_t offset);

  /// The cluster's next block.
  void add_block(const matroska_block& x);

  uint64_t clusters() const {
    return clusters_;
  }

  /// When the last frame ends, since the recording's start. Opus packets tell
  /// their length. The last frame of a video is taken to last as long as the
  /// one before it in its cluster.
  duration length() const {
    return end_;
  }

  /// The writes that finish a file of `size` octets, in this order: Cues are
  /// appended first, and the Segment's size comes last, so a file that has it
  /// is whole.
  std::vector<file_write> finish(const matroska_layout& layout,
                                 uint64_t size) const;

private:
  struct cue {
    int64_t time;
    uint64_t track;
    uint64_t offset;
  };

  struct track_state {
    codec kind;
    // The cluster of the track's last block, and that block's time.
    uint64_t cluster = 0;
    int64_t time = 0;
  };

  void add_cue(const matroska_block& x);
  duration length_of(const matroska_block& x);
  std::vector<uint8_t> make_cues(const matroska_layout& layout) const;

  std::vector<track_state> tracks_;
  bool has_video_ = false;
  uint64_t clusters_ = 0;
  uint64_t offset_ = 0;         // of the cluster
  bool cluster_is_new_ = false; // it has no block
  duration end_{};
  std::vector<cue> cues_;
};

} // namespace troupe::rtp
