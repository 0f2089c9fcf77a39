#pragma once

#include "actors/base/ids.hpp"
#include "net/base/time.hpp"
#include "protocol/verbs/verbs.hpp"

#include <map>
#include <optional>
#include <vector>

namespace troupe::actors {

/// Detects who speaks in a room, from samples of the members that can be heard.
/// An engine that counts samples, one each `interval`; it emits events only for
/// changes.
///
/// The rule, as documented for clients:
/// - A member speaks from the first sample in which it is heard, until it has
///   not been heard for `hangover` samples.
/// - If there is no active speaker, or it has stopped speaking, the loudest
///   member that is heard becomes the active speaker at once.
/// - While the active speaker speaks, another member replaces it that was the
///   loudest, and `lead` dB louder than it or heard while it was not, in
///   `patience` samples one after the other.
/// - After `silence` samples in which no member speaks, none is active.
class active_speaker_detector {
public:
  static constexpr net::duration interval = std::chrono::milliseconds{300};
  static constexpr int hangover = 3;
  static constexpr int lead = 6;
  static constexpr int patience = 3;
  static constexpr int silence = 7;

  /// Handles all members that can be heard at this moment, and their volumes.
  void handle_sample(std::vector<protocol::event::peer_volume> sample);

  /// The member is gone; the next sample emits the change.
  void remove(const peer_id& who);

  /// Whether more samples of silence would change nothing.
  bool idle() const {
    return speaking_.empty() && reported_speaking_.empty() && !active_
           && !reported_active_;
  }

  /// The active speaker that an event was made of last.
  const std::optional<peer_id>& reported() const {
    return reported_active_;
  }

  /// Returns speaking_peers before active_speaker.
  std::optional<protocol::any_event> poll_event();

private:
  struct speaker {
    int volume = 0;
    int quiet = 0; // samples since it was heard
  };

  using volumes = std::vector<protocol::event::peer_volume>;

  void note_speaking(const volumes& sample);
  void choose_active(const volumes& sample);
  void challenge(const protocol::event::peer_volume& loudest);
  void set_active(std::optional<peer_id> who);
  void report();

  std::map<peer_id, speaker> speaking_;
  std::vector<peer_id> reported_speaking_; // in order of the ids
  std::optional<peer_id> active_;
  std::optional<peer_id> reported_active_;
  std::optional<peer_id> challenger_;
  int wins_ = 0;
  int silent_ = 0;
  std::optional<protocol::any_event> speaking_changed_;
  std::optional<protocol::any_event> active_changed_;
};

} // namespace troupe::actors
