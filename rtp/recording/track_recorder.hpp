#pragma once

#include "rtp/base/keyframe_requester.hpp"
#include "rtp/recording/frame_builder.hpp"
#include "rtp/recording/gap_filler.hpp"
#include "rtp/recording/media_clock.hpp"
#include "rtp/recording/media_frame.hpp"
#include "rtp/recording/recording_stats.hpp"
#include "rtp/recording/reorder.hpp"

namespace troupe::rtp {

/// Turns the packets of one producer into the frames of a recording, each whole
/// and with its time on the server's clock. Of simulcast it records the highest
/// encoding that arrives.
///
/// Every call ends by polling all of the poll_*() functions until they yield
/// nothing. One thread at a time, together with all tracks of the sync group.
class track_recorder {
public:
  struct config {
    media_kind kind = media_kind::video;
    rtp::codec codec = codec::vp8;
    uint32_t clock_rate = 90000;
    /// The extensions of the producer's packets.
    extension_map extensions = {};
    /// What the tracks of one CNAME share; null for a track alone.
    std::shared_ptr<sync_group> sync = nullptr;
    /// The recording's start: the zero of the frames' times. Frames captured
    /// before it get the earliest times.
    time_point start{};
    /// How long a missing packet is waited for.
    duration patience = std::chrono::seconds{1};
  };

  /// Without frames, silence is recorded this far behind the clock, since late
  /// packets may still come. A writer should wait for longer.
  static constexpr duration silence_lag = std::chrono::milliseconds{1200};

  /// An encoding that is silent for so long is replaced by a lower one.
  static constexpr duration encoding_patience = std::chrono::seconds{1};

  /// Frames that wait for sender reports wait no longer if they are more.
  static constexpr size_t max_held_frames = 2048;
  static constexpr size_t max_held_octets = 8 << 20;

  /// frame_builder must support the codec.
  explicit track_recorder(const config& x);

  /// Takes a packet of the producer, in any order. `now` never goes back; the
  /// packet's own arrival counts for its time.
  void handle_packet(const media_packet& x, time_point now);

  /// Takes a sender report of one of the producer's encodings.
  void handle_sender_report(const source_report& x, time_point now);

  /// The producer was paused: audio is silent from here on, video stands still.
  void handle_pause(time_point now);

  void handle_resume(time_point now);

  /// The packets before the next one were left out on purpose.
  void skip_gap() {
    reorder_.skip_gap();
  }

  void handle_timeout(time_point now);

  /// Whether frames wait for sender reports.
  bool waits() const {
    return !ready_ && !held_.empty();
  }

  /// Waits for sender reports no longer.
  void release(time_point now) {
    clock_.release();
    update(now);
  }

  /// The recording ends: waits for nothing any more, and fills audio up to
  /// `now`. Only the poll_*() functions may follow.
  void finish(time_point now);

  /// The next frame, in order of time.
  std::optional<media_frame> poll_frame();

  /// The encoding of which a key frame is wanted, at most once a second.
  std::optional<uint8_t> poll_keyframe_request() {
    return std::exchange(wanted_, std::nullopt);
  }

  /// The encoding that is recorded; nothing before the first packet.
  std::optional<uint8_t> encoding() const {
    return encoding_;
  }

  /// By how much the times of later frames jumped, if they did.
  std::optional<duration> poll_jump();

  std::optional<time_point> poll_timeout() const;

  recording_stats stats() const;

private:
  // A frame whose time is not known yet.
  struct pending_frame {
    media_clock::origin origin;
    built_frame content;
    std::optional<time_point> at;
  };

  bool select(const media_packet& x, time_point now);
  void take_over(const media_packet& x, time_point now);
  void build_frames();
  void hold(const reorder::frame& from);
  void update(time_point now);
  void request_keyframes(time_point now);
  std::optional<media_frame> poll_held();
  media_frame make_frame(pending_frame& x);
  media_frame make_silence(time_point at);
  // Since the start, and later than the frames before.
  duration ascending(time_point x);

  config config_;
  reorder reorder_;
  frame_builder builder_;
  media_clock clock_;
  gap_filler filler_;
  keyframe_requester keyframes_;
  keyframe_requester upgrades_; // of higher encodings
  std::optional<uint8_t> encoding_;
  std::optional<uint8_t> candidate_; // an encoding that may take over
  time_point last_packet_{};         // of the encoding
  fifo<pending_frame> held_;
  size_t held_octets_ = 0;
  bool ready_ = false;
  bool paused_ = false;
  std::optional<time_point> fill_until_;
  duration next_time_{}; // the earliest of the next frame
  std::optional<uint8_t> wanted_;
  recording_stats stats_;
};

} // namespace troupe::rtp
