#pragma once

#include "rtp/recording/window_minimum.hpp"

#include <vector>

namespace troupe::rtp {

/// What the recorded tracks of one CNAME share (RFC 3550, section 6.5.1: their
/// sender reports show one wall clock): the offset from the sender's clock to
/// the server's. Because it is one, the tracks stay in step whatever their
/// packets' delays are.
///
/// Times of the sender's clock are time_points that only differences have a
/// meaning of. One thread at a time.
class sync_group {
public:
  /// How long the first frames wait for sender reports of all tracks.
  static constexpr duration max_hold = std::chrono::seconds{5};

  /// Sender reports that differ from the arrivals by more are ignored.
  static constexpr duration max_report_error = std::chrono::seconds{1};

  /// Once tracks have times, the offset moves by a thousandth of the time that
  /// passes, so that no listener notices. Larger differences are corrected at
  /// once.
  static constexpr duration max_slew = std::chrono::milliseconds{500};
  static constexpr int slew_divisor = 1000;

  /// So many of them in a row that agree show that the sender's clock was set.
  static constexpr unsigned proof = 3;

  /// Adds a track; its number is for the other functions.
  size_t add_track();

  /// The track has no relation to the sender's clock, from the first packet on
  /// or because it was lost.
  void handle_start(size_t track, time_point now);

  /// The track's media time is related to the sender's clock.
  void handle_reference(size_t track) {
    tracks_[track].referenced = true;
  }

  /// The track has ended: nobody waits for it.
  void handle_end(size_t track) {
    tracks_[track].ended = true;
  }

  /// Whether the track's frames need not wait: all tracks are related to the
  /// sender's clock, or that took too long.
  bool ready(size_t track, time_point now);

  /// The track waits no longer.
  void release(size_t track) {
    tracks_[track].ready = true;
  }

  /// When a track that waits is ready in any case.
  time_point hold_end(size_t track) const {
    return tracks_[track].since + max_hold;
  }

  /// Whether packets that arrived `transit` after they were captured by the
  /// sender's clock fit the offset, if that is known.
  bool fits(duration transit) const {
    return !least_transit_
           || std::chrono::abs(transit - *least_transit_) <= max_report_error;
  }

  /// Whether to believe a sender report that shows this transit. A refused one
  /// changes nothing, but for the last of several that agree: then the sender's
  /// clock was set, and a new epoch begins.
  bool admit(duration transit);

  /// A packet of the track arrived `transit` after it was captured by the
  /// sender's clock.
  void add_transit(size_t track, duration transit, time_point arrival);

  /// From the sender's clock to the server's; it moves towards least_transit().
  /// All tracks have one, one that joins while it moves, too. Nothing before
  /// the first packet with a report.
  std::optional<duration> offset() const {
    return offset_;
  }

  /// The least transit of the last ten seconds, of all tracks.
  ///
  /// Tracks differ by how long their encoders take. While the one with the
  /// least transits is silent, this follows the others with the difference that
  /// was known, so that it does not change.
  std::optional<duration> least_transit() const {
    return least_transit_;
  }

  /// Which setting of the sender's clock the offset is for: a report admitted
  /// under an earlier one has no relation to it.
  unsigned epoch() const {
    return epoch_;
  }

private:
  struct member {
    time_point since{}; // when it began to wait
    bool started = false;
    bool referenced = false;
    bool ready = false;
    bool ended = false;
    bool seen = false; // there was a transit
    window_minimum transits;
    duration least{}; // the value of `transits`
    duration lead{};  // of the track with the least transits, at most 0
  };

  void update_least();
  void move_offset(time_point now);

  std::vector<member> tracks_;
  int64_t newest_second_ = INT64_MIN;
  std::optional<duration> least_transit_;
  std::optional<duration> offset_;
  time_point moved_{}; // the offset, last
  unsigned epoch_ = 0;
  duration suspect_{}; // the transit of the last refused report
  unsigned suspects_ = 0;
};

} // namespace troupe::rtp
