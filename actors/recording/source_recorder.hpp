#pragma once

#include "actors/recording/part_writer.hpp"
#include "rtp/base/fifo.hpp"
#include "rtp/recording/track_recorder.hpp"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <variant>

namespace troupe::actors {

/// Records what a member sends by one source, at most one track of audio and
/// one of video at a time, as files one after the other.
///
/// A file must know its tracks when it begins. So the first frames wait for
/// those of the other track, if there is one that is not paused, or if it is
/// added within a second. A track that begins later, or has another codec,
/// begins another file. A new track of a codec that the file has continues it.
///
/// Every call ends by polling all of the poll_*() functions until they yield
/// nothing.
class source_recorder {
public:
  /// Identifies a track.
  using track_id = uint64_t;

  /// How long the first frames wait for those of the other track, and for
  /// sender reports. Then the file begins with what there is.
  static constexpr rtp::duration join_patience = rtp::sync_group::max_hold;

  /// How long the first frames of a track alone wait, since the other track may
  /// be added a moment later.
  static constexpr rtp::duration company_patience = std::chrono::seconds{1};

  /// The least time between two requests for key frames of one track, whoever
  /// wants them.
  static constexpr rtp::duration keyframe_interval = std::chrono::seconds{1};

  /// How long a file remains open without a track.
  static constexpr rtp::duration idle_patience = std::chrono::seconds{10};

  /// How long the packets of live video are left out while a replay may come,
  /// which begins before them.
  static constexpr rtp::duration replay_patience = std::chrono::seconds{1};

  /// Frames that wait for another track wait no longer if they are more.
  static constexpr size_t max_held_octets = 8 << 20;

  /// Audio that waits for a key frame, with which another file can begin, waits
  /// with so many frames: twelve seconds.
  static constexpr size_t max_held_audio = 600;

  /// Times are since `start`; see matroska_info for the others.
  struct config {
    net::time_point start{};
    std::string title;
    /// The wall-clock time of the start, since 1970 in UTC.
    std::chrono::nanoseconds date{};
  };

  /// A file begins: its writes follow.
  struct part_began {
    std::string_view extension; // of its name
  };

  /// The file is whole once its writes are done.
  struct part_ended {
    recorded_part facts; // without the names of file and peer
  };

  using event = std::variant<part_began, rtp::file_write, part_ended>;

  struct keyframe_request {
    track_id track = 0;
    uint8_t encoding = 0;
  };

  explicit source_recorder(config x) : config_(std::move(x)) {}

  /// A track begins; there is no other one of its kind, and frame_builder
  /// supports its codec. `x.start` and `x.sync` are set here: tracks of one
  /// CNAME are in step.
  void add_track(track_id which, rtp::track_recorder::config x,
                 const std::string& cname, bool paused, net::time_point now);

  void handle_packets(track_id which,
                      const std::vector<rtp::media_packet>& packets,
                      net::time_point now);

  /// The last group of pictures of a track that has begun.
  void handle_replay(track_id which,
                     const std::vector<rtp::media_packet>& packets,
                     net::time_point now);

  void handle_sender_report(track_id which, const rtp::source_report& x,
                            net::time_point now);

  void handle_pause(track_id which, bool paused, net::time_point now);

  /// The packets before the next one were left out on purpose.
  void skip_gap(track_id which);

  /// The track has ended. Ignored if it is unknown, as everywhere here.
  void end_track(track_id which, net::time_point now);

  /// How many octets wait for the disk.
  void set_waiting(size_t octets) {
    waiting_ = octets;
  }

  void handle_timeout(net::time_point now);

  /// All ends. Only the poll_*() functions may follow.
  void finish(net::time_point now);

  std::optional<event> poll_event();

  std::optional<keyframe_request> poll_keyframe_request() {
    return requests_.pop();
  }

  /// Whether the disk has become too slow since the last call.
  bool poll_degraded() {
    return std::exchange(degraded_, false);
  }

  std::optional<net::time_point> poll_timeout() const;

  /// What the open file has so far; nothing without one.
  std::optional<recorded_part> part() const;

private:
  struct track {
    rtp::media_kind kind = rtp::media_kind::audio;
    std::unique_ptr<rtp::track_recorder> engine;
    bool paused = false;
    // Live video waits for a replay or a key frame until then.
    std::optional<net::time_point> replay_until = {};
    uint64_t drops = 0;                     // of frames, until the last one
    std::optional<rtp::duration> last = {}; // its time
    // The encoding of which a key frame is wanted, and when one may be asked
    // for again.
    std::optional<uint8_t> wanted = {};
    net::time_point request_due = {};
  };

  struct held_frame {
    rtp::media_frame frame;
    // Media is missing since then.
    std::optional<rtp::duration> gap = {};
  };

  // The frames of one kind that no file has yet.
  struct lane {
    rtp::fifo<held_frame> held;
    size_t octets = 0;

    bool empty() const {
      return held.empty();
    }
  };

  lane& lane_of(rtp::media_kind kind) {
    return lanes_[kind == rtp::media_kind::video];
  }

  const lane& lane_of(rtp::media_kind kind) const {
    return lanes_[kind == rtp::media_kind::video];
  }

  bool is_live(rtp::media_kind kind) const;
  bool all_paused() const;
  rtp::duration since_start(net::time_point x) const {
    return x - config_.start;
  }

  void drain(net::time_point now);
  void collect(track& from);
  void collect_frame(track& from, rtp::media_frame x);
  held_frame take(lane& from);
  void drop_old_audio();
  // Passes frames on to files.
  void route(net::time_point now);
  // Whether a frame needs another file, and can have it now.
  bool must_split() const;
  bool can_open(net::time_point now);
  bool awaits_reports() const;
  void begin_wait(net::time_point now);
  bool awaits_company() const;
  // Whether frames have waited too long for a file.
  bool is_overdue(net::time_point now) const;
  // Drops the frames that no file can begin with.
  void drop_undecodable();
  void open();
  void pass_on(lane& from);
  void end_part(rtp::duration now);
  void collect_writes();
  void want_keyframes(net::time_point now);
  void request_keyframes(net::time_point now);
  void note_pauses(net::time_point now);

  config config_;
  std::map<track_id, track> tracks_;
  std::map<std::string, std::weak_ptr<rtp::sync_group>> groups_; // by CNAME
  std::array<lane, 2> lanes_;                                    // audio, video
  // Frames have no file, or wait for sender reports before they get one.
  std::optional<net::time_point> pending_since_;
  // A track alone waits for another one until then.
  std::optional<net::time_point> alone_until_;
  std::optional<part_writer> part_;
  std::optional<rtp::duration> paused_since_;
  std::optional<net::time_point> idle_since_;
  size_t waiting_ = 0;
  bool finished_ = false;
  bool degraded_ = false;
  rtp::keyframe_requester keyframes_;
  rtp::fifo<event> events_;
  rtp::fifo<keyframe_request> requests_;
};

} // namespace troupe::actors
