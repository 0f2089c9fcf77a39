#pragma once

#include "actors/messages.hpp"
#include "actors/roster.hpp"
#include "net/base/time.hpp"
#include "protocol/worded.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// An event of a room on its way to the members.
struct room_event {
  std::shared_ptr<const protocol::worded_event> what;
  room_moment when = 0;
  /// The seat of the one member that is not told.
  room_moment except = 0;
};

/// What a room has to tell at one time, in the order in which it happened. One
/// object for all members: each takes what is meant for its own seat.
struct event_batch {
  std::vector<room_event> events;
  /// Everybody in the room, where it is time for that.
  std::shared_ptr<const protocol::worded_participants> people;
  /// When the last of the changes came that `people` tells of.
  room_moment people_changed = 0;
  /// The seat of the member that all those changes were about, if one only.
  room_moment people_about = 0;

  /// Whether the list is news to the member of that seat: something about
  /// another has changed since it came.
  bool tells_people(room_moment seat) const {
    return people && people_changed > seat && people_about != seat;
  }
};

/// How often rooms tell.
struct event_pacing {
  /// Up to so many members are told at once, each of every change.
  size_t small_room = 30;
  /// Between two batches of a larger room: so much for each member, within
  /// these bounds. Quiet rooms do not wait: the first event after a pause
  /// leaves at once.
  net::duration per_member = std::chrono::microseconds{40};
  net::duration shortest = std::chrono::milliseconds{20};
  net::duration longest = std::chrono::milliseconds{50};
  /// The same between two lists of all participants. A list grows with the
  /// room and goes to everybody in it; this way what a member is sent of them
  /// stays below some 256 kbit/s, however large the room is.
  net::duration list_per_member = std::chrono::milliseconds{3};
};

/// Gathers what a room tells its members, so that the cost of telling grows
/// with time and not with the number of events: one batch per tick. Of several
/// events that say how one thing stands (a member's mute, a producer's pause)
/// the last one remains.
///
/// Invariant: a member is told of nothing that happened before it came, of
/// nothing twice, and of one thing's beginning before its end.
class event_outbox {
public:
  explicit event_outbox(event_pacing pacing = {}) : pacing_(pacing) {}

  /// A newcomer, of whom the others are told. Returns its seat: it is told of
  /// what is later than that.
  room_moment admit(protocol::participant who);

  /// An event about the member of that seat, for all the others. The seat may
  /// be one that has been given up.
  void tell_others(protocol::any_event what, room_moment about) {
    add(std::move(what), about, about);
  }

  /// An event for everybody, the member of that seat included.
  void tell_all(protocol::any_event what, room_moment about) {
    add(std::move(what), about, 0);
  }

  /// What waits and is later than `since`, for one member that is to hear it
  /// before its tick; null where there is nothing. The next batch has it again,
  /// for all others: the member must be told from `moment()` on only.
  std::shared_ptr<const event_batch> pending_since(room_moment since) const;

  /// Of everything that was told so far.
  room_moment moment() const {
    return now_;
  }

  /// What is to be told now, to all of `people`, or null.
  std::shared_ptr<const event_batch> poll_batch(const roster& people,
                                                net::time_point now);

  /// The same, whether or not it is time.
  std::shared_ptr<const event_batch> flush(const roster& people,
                                           net::time_point now);

  /// When the list of participants has changed since the last batch that told
  /// it; 0 where it has not.
  room_moment list_changed() const {
    return list_changed_;
  }

  /// When poll_batch() is next wanted in a room of that size.
  std::optional<net::time_point> poll_timeout(size_t members) const;

private:
  // What is said of which thing: a later event of the same subject replaces an
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
  // When and about whom the list has changed since it was last told.
  room_moment list_changed_ = 0;
  room_moment list_about_ = 0;
  std::optional<net::time_point> last_batch_;
  std::optional<net::time_point> last_list_;
};

} // namespace troupe::actors
