#pragma once

#include "actors/recording/manifest.hpp"
#include "rtp/recording/matroska_writer.hpp"

#include <optional>
#include <utility>

namespace troupe::actors {

/// Writes one file of a recording, and keeps account of what it has and lacks.
/// While the disk is too slow, it leaves out media rather than let them wait in
/// memory without a bound. All times are since the recording's start.
class part_writer {
public:
  /// With more octets that wait for the disk, video is left out up to the next
  /// key frame; with more than the second, audio, too.
  static constexpr size_t max_waiting_video = 8 << 20;
  static constexpr size_t max_waiting_audio = 16 << 20;

  /// More spans of one kind are joined to the last one.
  static constexpr size_t max_spans = 1'000;

  struct config {
    rtp::matroska_info info;
    /// The file's time 0.
    rtp::duration zero{};
    /// At most one of audio and one of video.
    std::vector<rtp::track_description> tracks;
  };

  explicit part_writer(config x);

  /// Whether the file has a track of this codec.
  bool has(rtp::codec x) const {
    return find(x).has_value();
  }

  bool has_video() const {
    return !facts_.video.empty();
  }

  /// Takes a frame of a codec that the file has, while so many octets wait for
  /// the disk.
  void handle_frame(rtp::media_frame x, size_t waiting);

  /// Media is missing.
  void note_gap(rtp::duration from, rtp::duration to);

  /// All tracks were paused.
  void note_pause(rtp::duration from, rtp::duration to);

  void handle_timeout(rtp::duration now);

  std::optional<rtp::duration> poll_timeout() const;

  /// The file ends. Only the poll_*() functions may follow.
  void finish(rtp::duration now);

  std::optional<rtp::file_write> poll_write() {
    return writer_.poll_write();
  }

  /// Whether the disk has become too slow since the last call.
  bool poll_degraded() {
    return std::exchange(newly_degraded_, false);
  }

  /// Whether video is left out up to its next key frame.
  bool awaits_keyframe() const {
    return video_gap_.has_value();
  }

  /// What the manifest says, but for the names of file and peer.
  recorded_part facts() const;

  /// ".webm" or ".mkv".
  std::string_view extension() const {
    return extension_;
  }

private:
  std::optional<size_t> find(rtp::codec x) const;
  // Whether the frame may be written; keeps account of gaps.
  bool admit(const rtp::media_frame& x, size_t waiting);

  rtp::duration zero_;
  std::vector<rtp::codec> tracks_;
  std::string_view extension_;
  rtp::matroska_writer writer_;
  recorded_part facts_;
  // Since when audio or video is left out.
  std::optional<rtp::duration> audio_gap_;
  std::optional<rtp::duration> video_gap_;
  bool newly_degraded_ = false;
};

/// The time in whole milliseconds, which is how a manifest has it.
inline int64_t to_milliseconds(rtp::duration x) {
  return std::chrono::floor<std::chrono::milliseconds>(x).count();
}

} // namespace troupe::actors
