#pragma once

#include "actors/base/messages.hpp"
#include "actors/room/roster.hpp"
#include "net/base/time.hpp"
#include "protocol/verbs/shared_encoding.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// An event of a room on its way to the members.
struct room_event {
  std::shared_ptr<const protocol::shared_event_encoding> what;
  room_moment when = 0;
  /// The join time of the member that is not notified; 0 if there is none.
  room_moment except = 0;
};

/// The events of a room at one time, in the order in which they happened. All
/// members share one object; each takes what fits its own join time.
struct event_batch {
  std::vector<room_event> events;
  /// All participants, if the list is due.
  std::shared_ptr<const protocol::shared_participants_encoding> participants;
  /// When the last change of the list happened.
  room_moment participants_changed = 0;
  /// The join time of the only member that has changed; 0 if several have.
  room_moment participants_about = 0;

  /// Whether viewers are sent it: it has events about the members' media.
  bool concerns_viewers() const;

  /// Whether the list is new to the member that joined at `joined_at`: another
  /// member has changed since then.
  bool has_new_participants(room_moment joined_at) const {
    return participants && participants_changed > joined_at
           && participants_about != joined_at;
  }
};

/// How often rooms send events.
struct event_pacing {
  /// In rooms up to this size, members are notified of every change at once.
  size_t small_room = 30;
  /// The time between two batches of a larger room, per member, within these
  /// bounds. The first event after a pause is sent at once.
  net::duration per_member = std::chrono::microseconds{40};
  net::duration shortest = std::chrono::milliseconds{20};
  net::duration longest = std::chrono::milliseconds{50};
  /// The same for lists of all participants. A list grows with the room and
  /// goes to all members; this keeps what a member is sent of them below some
  /// 256 kbit/s, however large the room is.
  net::duration list_per_member = std::chrono::milliseconds{3};
};

/// Gathers the events that a room sends its members, so that their cost grows
/// with time and not with the number of events: one batch per tick. Of several
/// events about the same state (a member's mute, a producer's pause) only the
/// last remains.
///
/// Invariant: a member is sent no event from before it joined, no event twice,
/// and the beginning of something before its end.
class event_outbox {
public:
  explicit event_outbox(event_pacing pacing = {}) : pacing_(pacing) {}

  /// Adds a member and notifies the others. Returns its join time: the member
  /// is sent later events only.
  room_moment admit(protocol::participant who);

  /// Returns the join time of a client that the others are not notified of.
  room_moment admit_unseen() {
    return ++now_;
  }

  /// Queues an event about the member that joined at `about`, for all others.
  /// That member may have left.
  void notify_others(protocol::any_event what, room_moment about) {
    add(std::move(what), about, about);
  }

  /// Queues an event for all members, the one that joined at `about` included.
  void notify_all(protocol::any_event what, room_moment about) {
    add(std::move(what), about, 0);
  }

  /// Waiting events later than `since`, for one member that must get them
  /// before its tick; null if there are none. The next batch has them again for
  /// the others: send this member only events after `moment()`.
  std::shared_ptr<const event_batch> pending_since(room_moment since) const;

  /// The time of the latest event.
  room_moment moment() const {
    return now_;
  }

  /// Returns the batch that is due for all of `people`, or null.
  std::shared_ptr<const event_batch> poll_batch(const roster& people,
                                                net::time_point now);

  /// The same, due or not.
  std::shared_ptr<const event_batch> flush(const roster& people,
                                           net::time_point now);

  /// When the list of participants has changed since it was last sent; 0 if it
  /// has not.
  room_moment list_changed() const {
    return list_changed_;
  }

  /// When poll_batch() is next wanted in a room of that size.
  std::optional<net::time_point> poll_timeout(size_t members) const;

private:
  // What an event is about: a later event of the same subject replaces an
  // earlier one.
  using subject = std::pair<int, std::string>;

  static std::optional<subject> subject_of(const protocol::any_event& what);

  void add(protocol::any_event what, room_moment about, room_moment except);

  net::time_point batch_at(size_t members) const;
  net::time_point list_at(size_t members) const;

  event_pacing pacing_;
  room_moment now_ = 0;
  std::vector<room_event> waiting_;
  std::map<subject, room_moment> latest_;
  // When the list has changed since it was last sent, and about which member.
  room_moment list_changed_ = 0;
  room_moment list_about_ = 0;
  std::optional<net::time_point> last_batch_;
  std::optional<net::time_point> last_list_;
};

} // namespace troupe::actors
