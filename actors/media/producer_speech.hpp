#pragma once

#include "actors/base/ids.hpp"
#include "actors/speech/loudest_speakers.hpp"
#include "actors/speech/speech_activity.hpp"
#include "rtp/packet/header_extensions.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

/// How loud a producer's audio is, and whether it is forwarded. Without a call
/// of begin(), as for video, nothing is read and all is forwarded.
class producer_speech {
public:
  /// The levels of packets, found by `ids`, go to `activity`, its member's, and
  /// to `loudest`, its room's, which decides what is forwarded. Each may be
  /// null.
  void begin(const producer_id& which, const rtp::extension_map& ids,
             std::shared_ptr<speech_activity> activity,
             std::shared_ptr<loudest_speakers> loudest) {
    ids_ = ids;
    activity_ = std::move(activity);
    if (loudest)
      slot_.emplace(std::move(loudest), which);
  }

  /// Sets whether the producer runs or is paused; it runs at first.
  void set_running(bool x) {
    if (slot_)
      slot_->set_running(x);
  }

  /// Whether handle_packets() is wanted.
  bool listens() const {
    return activity_ || slot_;
  }

  /// Reads the audio levels of packets that have arrived.
  void handle_packets(const std::vector<rtp::packet>& packets,
                      net::time_point now) {
    for (const auto& x : packets)
      if (auto level = rtp::read_audio_level(x, ids_)) {
        if (activity_)
          activity_->note_level(level->level, now);
        if (slot_)
          slot_->handle_level(level->level, now);
      }
  }

  /// Whether leaves_out() may be true.
  bool limited() const {
    return slot_.has_value();
  }

  /// Whether its packets are left out at present, since others are louder.
  bool leaves_out(net::time_point now) {
    if (!slot_ || slot_->open(now))
      return false;
    left_out_ = true;
    return true;
  }

  /// Whether packets were left out since the last call.
  bool take_left_out() {
    return std::exchange(left_out_, false);
  }

private:
  rtp::extension_map ids_;
  std::shared_ptr<speech_activity> activity_;
  std::optional<loudest_speakers::slot> slot_;
  bool left_out_ = false;
};

} // namespace troupe::actors
