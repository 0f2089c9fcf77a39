#pragma once

#include "actors/cluster/admin_messages.hpp"
#include "actors/cluster/room_messages.hpp"

#include <caf/meta/type_name.hpp>
#include <caf/typed_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// The messages between the gateways of two nodes. They contain no handles.
///
/// A message never changes once a version with it has been released: nodes of
/// the version before and of this one work together. What is new is a message
/// of its own with the next level, and is sent only to nodes that have reached
/// that level (`link_hello::level`).
namespace troupe::actors {

/// The newest level of these messages that this version understands, and the
/// oldest.
inline constexpr uint16_t cluster_level = 1;
inline constexpr uint16_t oldest_cluster_level = 1;

/// The most rooms in one message.
inline constexpr size_t max_rooms_per_message = 512;

/// What a node says of itself: the first message of each end of a link, and one
/// for each heartbeat. It is answered at once with `seen`.
struct link_hello {
  std::string name;
  uint64_t incarnation = 0;
  uint16_t level = 0;
  uint16_t oldest_level = 0;
  /// The CPU time in use, as a share of what the node may use: 0 to 1.
  double load = 0;
  bool draining = false;
  /// Milliseconds since 1970, by the sender's clock.
  int64_t wall_clock = 0;
  std::string public_url;
  uint32_t rooms = 0;
  uint32_t members = 0;
  /// Counts the hellos on this link, from 1.
  uint64_t sequence = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_hello& x) {
  return f(caf::meta::type_name("troupe::link_hello"), x.name, x.incarnation,
           x.level, x.oldest_level, x.load, x.draining, x.wall_clock,
           x.public_url, x.rooms, x.members, x.sequence);
}

/// The hello with this number has arrived, and so has all that was sent before
/// it on the same link.
struct seen {
  uint64_t sequence = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, seen& x) {
  return f(caf::meta::type_name("troupe::seen"), x.sequence);
}

/// Rooms of which the sender has a part from now on, or no longer.
struct rooms_changed {
  std::vector<std::string> opened;
  std::vector<std::string> closed;
  /// One more than that of the change or snapshot before.
  uint64_t sequence = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rooms_changed& x) {
  return f(caf::meta::type_name("troupe::rooms_changed"), x.opened, x.closed,
           x.sequence);
}

/// All rooms of which the sender has a part, in pieces that follow each other.
/// The last piece replaces what the receiver knew.
struct rooms_snapshot {
  std::vector<std::string> rooms;
  bool first = false;
  bool last = false;
  /// That of the last change which the snapshot contains.
  uint64_t sequence = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rooms_snapshot& x) {
  return f(caf::meta::type_name("troupe::rooms_snapshot"), x.rooms, x.first,
           x.last, x.sequence);
}

/// The sender leaves the cluster. The receiver closes the link.
struct goodbye {};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, goodbye&) {
  return f(caf::meta::type_name("troupe::goodbye"));
}

/// The GATEWAY interface of level 1: what other nodes may send to a node. Links
/// are opened with the interface of the oldest level that both ends support.
using gateway_v1_actor = caf::typed_actor<
    // Says that the sender lives, and what it is.
    caf::reacts_to<link_hello>,
    // Acknowledges a hello and all that was sent before it.
    caf::reacts_to<seen>,
    // Tells which rooms have come and gone.
    caf::reacts_to<rooms_changed>,
    // Tells all rooms when a link is up.
    caf::reacts_to<rooms_snapshot>,
    // Ends the link; the sender leaves the cluster.
    caf::reacts_to<goodbye>,
    // From a room on the sender's node to the room of the same id.
    caf::reacts_to<room_snapshot>, caf::reacts_to<room_delta>,
    caf::reacts_to<part_wanted>, caf::reacts_to<part_closed>,
    caf::reacts_to<voices_heard>, caf::reacts_to<member_command>,
    caf::reacts_to<open_trunk>, caf::reacts_to<want_stream>,
    caf::reacts_to<stream_refused>,
    // The same of data channels.
    caf::reacts_to<want_data>, caf::reacts_to<data_relay>,
    caf::reacts_to<data_credit>, caf::reacts_to<data_relay_over>,
    // What the server says, and the chat's history.
    caf::reacts_to<server_said>, caf::reacts_to<chat_told>,
    caf::reacts_to<chat_wanted>,
    // A request of the admin API, and a piece of the answer.
    caf::reacts_to<admin_ask>, caf::reacts_to<admin_answer>>;

} // namespace troupe::actors
