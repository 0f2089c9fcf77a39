#pragma once

#include "actors/config.hpp"
#include "actors/peer_handle.hpp"
#include "actors/producer_actor.hpp"
#include "actors/quota.hpp"
#include "actors/room_data.hpp"
#include "actors/room_report.hpp"
#include "actors/room_voices.hpp"
#include "actors/session_listener.hpp"
#include "actors/shard_actor.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// A newcomer: who, the actor that acts for it, and the session to tell.
struct join_room {
  room_id room;
  protocol::participant who;
  peer_handle peer;
  session_listener_actor session;
  /// The client chose its id, and so may come back under it.
  bool named_by_client = false;
  /// The id follows from a secret.
  bool derived = false;
  /// The room must be there already.
  bool must_exist = false;
  request_deadline until = {};
  /// Shown to nobody until it is announced.
  bool hidden = false;
  protocol::participant_rights rights = {};
  // For the peer that was there before, if it goes on.
  std::optional<protocol::rtp_capabilities> capabilities = {};
  net::socket_address signaled_at = {};
  /// Shows that the newcomer is the user whose place it asks for.
  std::string rejoin_secret = {};
  /// A token names it as that user.
  bool vouched = false;
};

/// A producer as the room lists it.
struct producer_entry {
  protocol::producer_info info;
  /// How its client sends it.
  protocol::rtp_parameters sent;
  /// What consumers negotiate against.
  protocol::rtp_parameters consumable;
  /// "simple", "simulcast" or "svc".
  std::string type;
  producer_actor producer;
  /// How its owner is heard: for what overload leaves of its video.
  std::shared_ptr<actors::voice> voice;
  /// How well it arrives.
  std::shared_ptr<const score_board> scores =
      std::make_shared<const score_board>(0);
  /// The room's to know.
  producer_age age = 0;
};

/// A producer that a member offers to the others.
struct producer_published {
  producer_entry entry;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::join_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::open_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::announce_member)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::identify_member)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::rename_member)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::moderate_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::member_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::member_renewed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::grace_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::leave_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::find_producer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::list_room_producers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producer_entry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producer_published)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producer_withdrawn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producer_pause_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::room_emptied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::close_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::announce_drain)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::get_room_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::room_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::administer_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::room_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::voices_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::protocol::reply::producers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::protocol::reply::joined)

namespace troupe::actors {

/// The part of a room that its peers use: the directory of producers. Who asks
/// is known by the actor that asks, not by an id that it names: an answer that
/// gives a peer another id may be on its way, or have come too late for it.
using room_directory_actor = room_data_actor::extend<
    // A producer by its id, or the next one to consume.
    // Errors: producer_not_found, no_producer.
    caf::replies_to<find_producer>::with<producer_entry>,
    // All producers of others.
    caf::replies_to<list_room_producers>::with<protocol::reply::producers>,
    // Lists a producer and tells the others. Ignored from who is no member.
    caf::reacts_to<producer_published>,
    // Takes it off the list and tells the others.
    caf::reacts_to<producer_withdrawn>,
    // Tells the others, as well as what it means for the peer's roster entry.
    caf::reacts_to<producer_pause_changed>,
    // Shows a member that joined hidden. Errors: already_joined, not_joined.
    caf::replies_to<announce_member>::with<protocol::reply::joined>,
    // Has a member go on as the user that it says it is; it keeps its id where
    // it offers something by that. Errors: forbidden, not_joined.
    caf::replies_to<identify_member>::with<protocol::reply::joined>,
    // Gives a member another name, and tells all.
    caf::reacts_to<rename_member>,
    // Kicks, mutes, locks or ends. Errors: forbidden, bad_request.
    caf::replies_to<moderate_room>::with<done>,
    // Keeps a member for a while whose connection is lost. Ignored where that
    // has another connection by now.
    caf::reacts_to<member_lost>,
    // Tells the others that it left and joined.
    caf::reacts_to<member_renewed>,
    // Says good-bye to a member.
    caf::reacts_to<leave_room>>;

/// The answer to a newcomer: what to tell its client, and where to ask on.
struct room_joined {
  protocol::reply::joined joined;
  room_directory_actor room;
  /// Where the newcomer's transports and consumers send from.
  shard_actor shard;
  /// How others hear the newcomer.
  std::shared_ptr<actors::voice> voice;
  /// Shared by all of the room.
  room_quotas quotas;
  std::shared_ptr<room_floor> floor;
  /// The peer that the user had here already, which goes on in the newcomer's
  /// place.
  peer_handle former = {};
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::room_joined)

namespace troupe::actors {

/// The ROOM actor interface.
using room_actor = room_directory_actor::extend<
    // Adds a member. Where the user has one here already, that one goes on
    // instead of the newcomer; its old session, if there still is one, is told.
    // A newcomer that cannot prove to be that user needs to be admitted like
    // any other, and loses the host's rights to the next member by age.
    // Errors: limit_reached; forbidden where the id is taken, the room is
    // locked, or `room.takeover` wants a proof.
    caf::replies_to<join_room>::with<room_joined>,
    // Ends the room, if it is empty.
    caf::reacts_to<close_room>,
    // Tells everybody.
    caf::reacts_to<announce_drain>,
    // What those who operate the server may know of the room.
    caf::replies_to<get_room_report>::with<room_report>,
    // Kicks, mutes, locks or ends. Errors: bad_request.
    caf::replies_to<administer_room>::with<done>,
    // What the server itself says. Errors: unsupported, limit_reached.
    caf::replies_to<say_in_room>::with<said_in_room>,
    // INTERNAL: a channel of the server's has been there for a moment.
    caf::reacts_to<server_channel_tick>,
    // INTERNAL: the next batch of events is due.
    caf::reacts_to<room_tick>,
    // INTERNAL: a lost member has not come back.
    caf::reacts_to<grace_tick>,
    // INTERNAL: looks who speaks, while anybody sends audio.
    caf::reacts_to<voices_tick>>;

/// Where a newcomer asks to be let in.
using room_gate_actor = caf::typed_actor<
    // Hands the newcomer to its room, which comes into being when needed.
    // Errors: the room's, room_not_found, overloaded.
    caf::replies_to<join_room>::with<room_joined>,
    // Opens a room that stays for a while without members.
    // Errors: room_exists, overloaded, limit_reached.
    caf::replies_to<open_room>::with<done>>;

/// Told when a room has no member, since the last one has left or nobody was
/// let in.
using room_listener_actor = caf::typed_actor<caf::reacts_to<room_emptied>>;

/// What every room of this node shares.
struct room_services {
  config::room_keys limits;
  shard_services shards;
  /// Runs the data channels; null where there are none.
  sctp_actor sctp = {};
};

/// Spawns the actor of an empty room. It ends with its listener.
room_actor spawn_room(caf::actor_system& system, room_id id,
                      room_services services, room_listener_actor listener);

} // namespace troupe::actors
