#pragma once

#include "actors/base/client_facts.hpp"
#include "actors/base/quota.hpp"
#include "actors/config/config.hpp"
#include "actors/data/chat_listener.hpp"
#include "actors/data/data_bot.hpp"
#include "actors/data/data_relay_actor.hpp"
#include "actors/forward/forward_actor.hpp"
#include "actors/media/producer_entry.hpp"
#include "actors/media/shard_actor.hpp"
#include "actors/recording/recording_library.hpp"
#include "actors/room/peer_handle.hpp"
#include "actors/room/recording_messages.hpp"
#include "actors/room/room_cluster.hpp"
#include "actors/room/room_data.hpp"
#include "actors/room/room_report.hpp"
#include "actors/room/session_listener.hpp"
#include "actors/speech/speech_activity.hpp"
#include "actors/trunk/trunk_actor.hpp"
#include "actors/webhooks/webhook_actor.hpp"
#include "rtp/packet/memory_budget.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// A request to join: the participant, its peer and its session.
struct join_room {
  room_id room;
  protocol::participant who;
  peer_handle peer;
  session_listener_actor session;
  /// The client chose its id, and so may come back under it.
  bool named_by_client = false;
  /// The id is derived from a secret.
  bool derived = false;
  /// The room must exist already.
  bool must_exist = false;
  request_deadline until = {};
  /// Not shown to others until it is announced.
  bool hidden = false;
  protocol::participant_rights rights = {};
  // For the peer that the user had before, if that one continues.
  std::optional<protocol::rtp_capabilities> capabilities = {};
  net::socket_address signaled_at = {};
  /// Proves that the client is the user whose id it gives.
  std::string rejoin_secret = {};
  /// A token names the client as that user.
  bool vouched = false;
  /// For the log.
  client_facts client = {};
  /// How long the client can wait in the room's lobby.
  std::chrono::seconds patience = {};
  /// How long the client can wait in line for a busy server.
  std::chrono::seconds time_in_line = {};
  /// It only consumes: see protocol::verb::join.
  bool viewer = false;
};

/// A producer that a member offers to the others.
struct producer_published {
  producer_entry entry;
};

/// The part of a room that its peers use: the directory of producers. The room
/// identifies a sender by its actor, not by an id in the message: a response
/// that changes the id may be on its way, or have come too late.
using room_directory_actor =
    room_data_actor::extend_with<room_recording_actor>::extend<
        // A producer by its id, or the next one to consume.
        // Errors: producer_not_found, no_producer.
        caf::replies_to<find_producer>::with<producer_entry>,
        // All producers of others.
        caf::replies_to<list_room_producers>::with<protocol::reply::producers>,
        // Lists a producer and notifies the others. Ignored from a non-member.
        caf::reacts_to<producer_published>,
        // Removes a producer from the list and notifies the others.
        caf::reacts_to<producer_withdrawn>,
        // Notifies the others, also of the change of the peer's roster entry.
        caf::reacts_to<producer_pause_changed>,
        // Shows a member that joined hidden. Errors: already_joined,
        // not_joined.
        caf::replies_to<announce_member>::with<protocol::reply::joined>,
        // Gives a member the id of the user that it says it is; a member with
        // producers keeps its id. Errors: forbidden, not_joined.
        caf::replies_to<identify_member>::with<protocol::reply::joined>,
        // Changes a member's name, and notifies all.
        caf::reacts_to<rename_member>,
        // Kicks, mutes, makes hosts, locks or ends. Errors: forbidden,
        // peer_not_found, limit_reached, and bad_request from a member that
        // names itself.
        caf::replies_to<moderate_room>::with<done>,
        // Keeps a member whose connection is lost for the grace time. Ignored
        // if it has another connection by now.
        caf::reacts_to<member_lost>,
        // Notifies the others that it left and joined.
        caf::reacts_to<member_renewed>,
        // Removes a member.
        caf::reacts_to<leave_room>>;

/// The response to a join: what its client is sent, and what its peer uses.
struct room_joined {
  protocol::reply::joined joined;
  room_directory_actor room;
  /// Sends for the new member's transports and consumers.
  shard_actor shard;
  /// The speech activity of the new member.
  std::shared_ptr<actors::speech_activity> speech;
  /// Shared by all members of the room.
  room_quotas quotas;
  std::shared_ptr<loudest_speakers> loudest;
  /// The peer that the user had here already, which continues instead of the
  /// new one.
  peer_handle former = {};
};

/// The ROOM actor interface.
using room_actor = room_directory_actor::extend<
    // Adds a member. If the user is a member already, its peer continues
    // instead of the new one, and its old session, if there still is one, is
    // notified. A client that cannot prove to be that user needs to be admitted
    // like any other, and loses the host's rights to the next member by age.
    // Errors: limit_reached; forbidden if the id is taken, the room is locked,
    // or `room.takeover` requires a proof. With the reason waiting_for_host the
    // client waits in the room's lobby, if it can wait at all: its session is
    // sent a knock_ended.
    caf::replies_to<join_room>::with<room_joined>,
    // Ends the room, if it is empty.
    caf::reacts_to<close_room>,
    // Notifies all members.
    caf::reacts_to<announce_drain>,
    // What the server's operator may know about the room.
    caf::replies_to<get_room_report>::with<room_report>,
    // Kicks, mutes, locks or ends. Errors: peer_not_found.
    caf::replies_to<administer_room>::with<done>,
    // Starts a recording. Errors: wrong_state, unsupported, overloaded.
    caf::replies_to<start_room_recording>::with<protocol::reply::recording>,
    // Ends it. Errors: recording_not_found.
    caf::replies_to<stop_room_recording>::with<done>,
    // Forwards a member's media, as rtc.forward-allow says. Errors: forbidden,
    // bad_request, peer_not_found, wrong_state if the member is on another
    // node, limit_reached.
    caf::replies_to<start_forward>::with<forward_info>,
    caf::replies_to<list_forwards>::with<forward_list>,
    // One forward; asks for a key frame of it; ends it.
    caf::replies_to<get_forward>::with<forward_found>,
    caf::replies_to<refresh_forward>::with<forward_found>,
    caf::replies_to<stop_forward>::with<forward_found>,
    // What its recordings say.
    caf::reacts_to<recording_ended>, caf::reacts_to<recording_degraded>,
    // INTERNAL: asks members for their consent.
    caf::reacts_to<ask_for_consent>,
    // INTERNAL: the library has answered.
    caf::reacts_to<recordings_listed>,
    // Sends a message of the server's own. Errors: unsupported, limit_reached.
    caf::replies_to<send_to_room>::with<sent_to_room>,
    // INTERNAL: a member has said something in the chat.
    caf::reacts_to<chat_heard>,
    // INTERNAL: a bot has answered, which other nodes are to be told.
    caf::reacts_to<bot_answered>,
    // INTERNAL: members had a moment to consume a channel of the server's.
    caf::reacts_to<server_channel_tick>,
    // INTERNAL: the next batch of events is due.
    caf::reacts_to<room_tick>,
    // INTERNAL: the grace time of a lost member is over.
    caf::reacts_to<grace_tick>,
    // INTERNAL: the next list of the lobby is due, or a wait has ended.
    caf::reacts_to<lobby_tick>,
    // INTERNAL: samples who speaks, while a member sends audio.
    caf::reacts_to<speech_tick>,
    // Which other nodes have the room, and what their rooms say.
    caf::reacts_to<room_neighbour>, caf::reacts_to<room_neighbours_known>,
    caf::reacts_to<room_message_from>,
    // What its trunks say.
    caf::reacts_to<trunk_message>, caf::reacts_to<relay_ended>,
    // What its relays of data producers say.
    caf::reacts_to<data_relay_says>, caf::reacts_to<data_relay_idle>,
    caf::reacts_to<data_relay_violated>,
    // INTERNAL: the other nodes are to be told what has changed.
    caf::reacts_to<replica_tick>>;

/// The ROOM GATE actor interface: admits clients to rooms.
using room_gate_actor = caf::typed_actor<
    // Passes the request to its room, which is created when needed. Errors: the
    // room's, room_not_found, overloaded. With the reason in_line the client
    // waits for its turn: its session is sent a knock_ended.
    caf::replies_to<join_room>::with<room_joined>,
    // Opens a room that stays for a while without members, once a busy server
    // allows it. Errors: room_exists, overloaded, limit_reached.
    caf::replies_to<open_room>::with<done>>;

/// Is notified when a room has no member, since the last one has left, none was
/// admitted, or the room was ended; and of what is recorded of it.
using room_listener_actor = caf::typed_actor<caf::reacts_to<room_emptied>,
                                             caf::reacts_to<room_recorded>>;

/// Shared by all rooms of this node.
struct room_services {
  config::room_keys limits;
  shard_services shards;
  /// Runs the data channels; null if there are none.
  sctp_actor sctp = {};
  /// How many newcomers wait in line while the server is busy.
  size_t max_in_line = 500;
  /// Null unless the node is clustered.
  std::shared_ptr<const room_cluster> cluster = {};
  /// Null unless there are receivers of webhooks.
  std::shared_ptr<const webhook_outlet> webhooks = {};
  /// Null if this node does not record.
  std::shared_ptr<const recording_services> recordings = {};
  recording_policy record = {};
  /// Null if members cannot ask for recordings.
  std::shared_ptr<recording_library> library = {};
  /// Null if this node forwards no RTP.
  std::shared_ptr<const forward_services> forwards = {};
};

/// Spawns the actor of an empty room. It ends with its listener.
room_actor spawn_room(caf::actor_system& system, room_id id,
                      room_services services, room_listener_actor listener);

} // namespace troupe::actors
