#pragma once

#include "protocol/verbs/verbs.hpp"

#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace troupe::protocol::whep {

/// Decides which producers a viewer is sent, at most one of each kind: those of
/// the member that it has pinned, or the room's program. An engine that is told
/// of the room's media.
///
/// The program of each kind is, in this order: what a publisher by WHIP sends;
/// what the active speaker sends; what was chosen last, while it is sent; what
/// the member of the other kind sends; the oldest. Of one member's videos a
/// shared screen comes first, of its audio the microphone. A producer that is
/// paused is chosen only if none runs.
class program {
public:
  /// Watches this member only.
  void pin(peer_id who) {
    pinned_ = std::move(who);
  }

  /// Begins with a room as a viewer has joined it.
  void begin(const reply::joined& x);

  void handle(const event::producer_added& x);
  void handle(const event::producer_closed& x);
  void handle(const event::producer_paused& x);
  void handle(const event::producer_resumed& x);
  void handle(const event::active_speaker& x);
  void handle(const event::peer_joined& x);
  void handle(const event::peer_left& x);

  /// All other events change nothing.
  template <class Event>
  void handle(const Event&) {}

  /// The viewer cannot be sent this producer: it is never chosen again.
  void skip(const producer_id& which);

  /// Whether skip() was called.
  bool has_skipped() const {
    return has_skipped_;
  }

  /// The producer is gone.
  void remove(const producer_id& which);

  /// Whether choose() may have another answer since the last call.
  bool poll_changed() {
    return std::exchange(changed_, false);
  }

  /// The producer that the viewer should be sent now, or nothing.
  std::optional<producer_id> choose(media_kind kind) const;

  /// Notes whose media of that kind the viewer is sent now.
  void note_sent(media_kind kind, const peer_id& whose) {
    sent(kind) = whose;
    changed_ = true;
  }

private:
  struct source {
    producer_info info;
    bool screen = false;
    bool skipped = false;
  };

  source* find(const producer_id& which);
  void set_paused(const producer_id& which, bool paused);
  void add(const producer_info& x);
  void note_member(const participant& who);
  bool is_better(const source& a, const source& b, media_kind kind) const;
  int rank(const peer_id& whose, media_kind kind) const;

  peer_id& sent(media_kind kind) {
    return sent_[static_cast<size_t>(kind)];
  }

  const peer_id& sent(media_kind kind) const {
    return sent_[static_cast<size_t>(kind)];
  }

  std::optional<peer_id> pinned_;
  std::vector<source> sources_; // the oldest first
  std::set<peer_id> whip_;      // members that publish by WHIP
  std::optional<peer_id> speaker_;
  std::array<peer_id, 2> sent_; // by kind; empty: nobody's
  bool has_skipped_ = false;
  bool changed_ = true;
};

} // namespace troupe::protocol::whep
