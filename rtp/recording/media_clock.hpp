#pragma once

#include "rtp/packet/header_extensions.hpp"
#include "rtp/packet/media_packet.hpp"
#include "rtp/recording/sync_group.hpp"

#include <memory>
#include <utility>

namespace troupe::rtp {

/// Gives the frames of one track their times on the server's clock.
///
/// Sender reports, or the abs-capture-time extension where packets have it,
/// tell when a media timestamp was captured by the sender's clock; the sync
/// group, by how much that differs from the server's. Without reports for too
/// long, the least delay of arrival stands for them.
///
/// Later corrections move the times by 1 ms per second of media, so that no
/// listener notices; larger errors are corrected at once, and reported as a
/// jump. One thread at a time.
class media_clock {
public:
  /// A larger correction is a jump.
  static constexpr duration max_slew = sync_group::max_slew;

  /// Timestamps that run away from the arrivals by more from one packet to the
  /// next need a new report: the sender's media clock may have stopped.
  static constexpr duration max_drift = std::chrono::seconds{1};

  /// The times of frames are at most so far from their arrival.
  static constexpr duration max_lateness = std::chrono::seconds{10};

  struct config {
    uint32_t clock_rate = 90000;
    extension_map extensions;
  };

  /// `group` must not be null.
  media_clock(const config& x, std::shared_ptr<sync_group> group);

  media_clock(const media_clock&) = delete;
  media_clock& operator=(const media_clock&) = delete;

  ~media_clock() {
    group_->handle_end(track_);
  }

  /// Takes each packet, in any order.
  void handle_packet(const media_packet& x);

  /// Takes a sender report. False if it was ignored, as it does not fit the
  /// packets' arrivals.
  bool handle_report(const source_report& x);

  /// The source was paused; its media clock may have been stopped.
  void handle_resume() {
    resumed_ = true;
  }

  /// Whether time_of() may be called: it does not wait for reports any more.
  bool ready(time_point now) {
    return group_->ready(track_, now);
  }

  /// Waits no longer for reports.
  void release() {
    group_->release(track_);
  }

  /// When ready() becomes true in any case.
  time_point hold_end() const {
    return group_->hold_end(track_);
  }

  /// What a frame's time follows from: its first packet.
  struct origin {
    uint8_t encoding = 0;
    int64_t timestamp = 0;
    time_point arrival{};
  };

  /// The time of a frame on the server's clock. Call it once for each frame, in
  /// order.
  time_point time_of(const origin& x);

  /// By how much the times jumped since the last call, if they did.
  std::optional<duration> poll_jump() {
    return std::exchange(jump_, std::nullopt);
  }

  uint64_t reports_ignored() const {
    return reports_ignored_;
  }

private:
  // An instant of the sender's clock and its media timestamp.
  struct reference {
    int64_t timestamp = 0;
    time_point captured{};
    unsigned epoch = 0;
    // From the abs-capture-time extension, which reports do not replace.
    bool from_packet = false;
  };

  struct latest_packet {
    int64_t timestamp = 0;
    time_point arrival{};
  };

  // One encoding.
  struct source {
    std::optional<reference> known;
    std::optional<latest_packet> latest;
    // Arrival minus media time, for as long as there is no reference.
    window_minimum delays;
  };

  struct output {
    uint8_t encoding = 0;
    int64_t timestamp = 0;
    time_point at{};
  };

  duration length(int64_t ticks) const;
  time_point captured(const reference& x, int64_t timestamp) const {
    return x.captured + length(timestamp - x.timestamp);
  }

  source& source_of(uint8_t encoding);
  void select(uint8_t encoding, time_point arrival);
  void adopt(source& x, uint8_t encoding, const reference& from);
  void lose_reference(source& x, time_point arrival);
  void read_capture_time(const media_packet& x, source& to);
  void note_transit(source& x, const latest_packet& from);
  void note_delays(const source& x, uint8_t encoding);
  time_point unsmoothed(const origin& x);

  config config_;
  std::shared_ptr<sync_group> group_;
  size_t track_;
  ntp_clock ntp_{duration{}};
  std::vector<source> sources_;    // by encoding
  std::optional<uint8_t> current_; // the encoding of the packets
  std::optional<duration> offset_; // used last
  std::optional<output> last_;
  std::optional<duration> jump_;
  bool resumed_ = false;
  uint64_t reports_ignored_ = 0;
};

} // namespace troupe::rtp
