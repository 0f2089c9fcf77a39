#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/leave_reason.hpp"
#include "actors/base/local_messages.hpp"
#include "actors/base/request_deadline.hpp"
#include "net/base/datagram.hpp"
#include "protocol/verbs/transport_parameters.hpp"
#include "protocol/verbs/verbs.hpp"
#include "rtp/base/layers.hpp"

#include <caf/actor_control_block.hpp>

#include <memory>
#include <string>
#include <variant>
#include <vector>

/// Messages between actors that contain no actor handle. Those that contain one
/// stand beside the actor they belong to.
namespace troupe::actors {

struct event_batch;

/// A number that orders the events of a room. A member's join time is the
/// moment at which it joined: unique, and only later events are sent to it. 0
/// stands for no member.
using room_moment = uint64_t;

// -- session -----------------------------------------------------------------

/// A frame that arrived on a connection.
struct frame_received {
  std::string payload;
  bool binary = false;
  /// Counts the frame as undelivered while it lives; see
  /// net::incoming_message.
  std::shared_ptr<void> receipt = {};
};

/// The client has read most of what was sent; see net::connection.
struct connection_drained {};

/// The connection is over.
struct connection_closed {
  /// It broke, and the client did not end it.
  bool lost = false;
};

/// An event for this peer's client.
struct session_event {
  std::shared_ptr<const protocol::any_event> event;
};

/// Events of a room for a member: those of the batch that came after `since`
/// and do not except `joined_at`, the member's join time.
struct room_events {
  std::shared_ptr<const event_batch> batch;
  room_moment since = 0;
  room_moment joined_at = 0;
  /// Identifies the room; see reply::joined.
  uint64_t room = 0;
};

/// The session has lost its peer and must close its connection: the peer has
/// left its room, or belongs to its user's next connection.
struct session_ended {
  protocol::end_reason why = protocol::end_reason::replaced;
};

/// The user had a peer already: that one, and not the one that asked to join,
/// is the client's from now on.
struct peer_resumed {
  caf::strong_actor_ptr peer;
};

/// How a wait in a room's lobby, or in the server's line, has ended.
enum class knock_verdict : uint8_t {
  /// The client is to join again, and will not have to wait.
  let_in,
  turned_away,
  /// No host has answered in time.
  no_answer,
  /// The room has no member any more.
  room_over,
  /// The server was busy for as long as the client could wait.
  still_busy,
};

/// A wait in a room's lobby or in the server's line has ended. It began with
/// the join by the peer whose actor id is `joiner`; this may arrive before the
/// response to that.
struct knock_ended {
  uint64_t joiner = 0;
  knock_verdict verdict = knock_verdict::let_in;
};

/// INTERNAL: the dialect's timer.
struct dialect_tick {};

// -- room --------------------------------------------------------------------

/// Opens a room before any member joins it.
struct open_room {
  room_id room;
  /// The actor id of the session: the rooms without members that a session and
  /// an address may open are limited.
  uint64_t session = 0;
  net::socket_address address = {};
  request_deadline until = {};
  /// How long the client can wait in line for a busy server.
  std::chrono::seconds time_in_line = {};
  /// INTERNAL: no other node of the cluster has the room.
  bool searched = false;
};

/// INTERNAL: a room without members may have reached its time limit.
struct room_idle_tick {};

/// INTERNAL: time to look whether newcomers that wait in line may go on.
struct line_tick {};

/// Shows a member that joined hidden. It keeps its id, whatever `who` says.
struct announce_member {
  request_deadline until;
  protocol::participant who;
};

/// A member that joined under an id of the server's identifies its user.
struct identify_member {
  request_deadline until;
  protocol::participant who;
  bool named_by_client = false;
  bool derived = false;
  /// See verb::join.
  std::string rejoin_secret = {};
  bool vouched = false;
};

/// A member changes its display name.
struct rename_member {
  std::string name;
};

/// A member requests what only moderators may do.
struct moderate_room {
  protocol::moderator_verbs::variant what;
};

/// The peer leaves its room; all that it has there ends.
struct leave_room {
  leave_reason why = leave_reason::left;
};

/// The rank of a producer in the order in which the producers of its room were
/// published. 0 comes before all of them.
using producer_age = uint64_t;

/// Requests one producer, or the first of another peer that is younger than
/// `after` and not in `except`.
struct find_producer {
  std::optional<producer_id> producer;
  producer_age after = 0;
  /// Sorted.
  std::vector<producer_age> except;
  /// If no other member is in the room, the peer's own producers count, too,
  /// even if older than `after`.
  bool own_if_alone = false;
};

struct list_room_producers {};

/// The connection of a member is lost; it may come back. Ignored unless the
/// member still belongs to the session that joined by that peer: the user may
/// have returned before this arrives.
struct member_lost {
  uint64_t joiner = 0;
};

/// The member came back without its former state: others see it as another.
struct member_renewed {};

/// INTERNAL: the grace time of a lost member may be over.
struct grace_tick {};

struct producer_withdrawn {
  producer_id producer;
};

struct producer_pause_changed {
  producer_id producer;
  bool paused = false;
  /// Who paused it, if its own client did not.
  std::optional<protocol::moderator> by = {};
};

/// Why a room has no member.
enum class empty_reason : uint8_t {
  /// The last one has left, or the first one was not admitted. A room that a
  /// client has opened may wait for others.
  no_member,
  /// A moderator or the server's operator has ended the room. It does not wait.
  ended,
};

/// The room has no member.
struct room_emptied {
  room_id room;
  /// How many joins the room has answered: tells the server whether another is
  /// under way.
  uint64_t joins = 0;
  /// How many of them were granted.
  uint64_t admitted = 0;
  empty_reason why = empty_reason::no_member;
};

/// Ends the room, if it is empty.
struct close_room {};

/// The server ends after this time; the members of rooms are notified.
struct announce_drain {
  std::chrono::seconds limit{};
};

/// INTERNAL: the timer of the room's events.
struct room_tick {};

/// INTERNAL: hosts are to be told who waits in the lobby, or someone has waited
/// there for too long.
struct lobby_tick {};

/// INTERNAL: time to sample who speaks.
struct speech_tick {};

/// INTERNAL: the timer of what a room tells the other nodes.
struct replica_tick {};

/// Requests the number of rooms.
struct get_room_count {};

struct room_count {
  size_t rooms = 0;
};

// -- peer --------------------------------------------------------------------

/// Ends the peer with all its transports, producers and consumers.
struct close_peer {
  leave_reason why = leave_reason::left;
};

/// The connection is lost. All that the peer has stays, for as long as its room
/// keeps the member. Ignored unless the peer still belongs to the session that
/// joined by `joiner`.
struct session_lost {
  uint64_t joiner = 0;
};

/// Ends the peer for its room: its client is notified and disconnected.
struct dismiss_peer {
  protocol::end_reason why = protocol::end_reason::kicked;
  std::optional<protocol::moderator> by = {};
};

/// Pauses the peer's producers, of one kind or of both.
struct mute_peer {
  std::optional<protocol::media_kind> kind;
  protocol::moderator by = {};
};

/// An event of the room that concerns this peer's client alone.
struct notify_peer {
  protocol::any_event what;
};

/// A consumer has ended with its producer.
struct consumer_ended {
  consumer_id consumer;
  producer_id producer;
};

struct consumer_producer_paused {
  consumer_id consumer;
  bool paused = false;
};

struct consumer_score_changed {
  consumer_id consumer;
  protocol::consumer_scores scores;
};

/// The layers that a consumer is sent have changed; nothing if it is sent none.
struct consumer_layers_changed {
  consumer_id consumer;
  std::optional<rtp::layers> layers;
};

/// The scores of all encodings of a producer that have begun; some changed.
struct producer_rated {
  producer_id producer;
  std::vector<protocol::event::encoding_score> encodings;
};

// -- transport ---------------------------------------------------------------

/// The datagrams of one receive burst for one transport. The receiving actor is
/// the only owner and decrypts in place.
using burst = std::shared_ptr<net::datagram_batch>;

/// A TCP connection of the transport has closed.
struct tuple_closed {
  net::transport_tuple tuple;
};

struct get_transport_parameters {};

/// The server's half of a transport, to be signaled to the client.
struct transport_parameters {
  protocol::ice_parameters ice;
  protocol::dtls_parameters dtls;
};

struct connect_dtls {
  protocol::dtls_parameters remote;
  /// The client did not name the transport: the parameters of another one may
  /// follow.
  bool guessed = false;
};

struct restart_transport_ice {};

struct close_transport {};

/// Done.
struct done {};

/// INTERNAL: the timers of ICE, DTLS and feedback.
struct transport_tick {};

// -- producer ----------------------------------------------------------------

struct pause_producer {};

struct resume_producer {};

struct close_producer {};

/// Ends a producer that no consumer receives.
struct close_unused_producer {};

/// INTERNAL: NACK and report timers.
struct producer_tick {};

/// INTERNAL to the producer: packets have waited long enough for the end of
/// their frame.
struct hold_tick {};

/// INTERNAL: fewer layers have been wanted for a while.
struct demand_tick {};

/// INTERNAL: fewer encodings of a producer have been attended for a while.
struct attention_tick {};

/// A client requests a key frame.
struct request_key_frame {};

// -- consumer ----------------------------------------------------------------

struct pause_consumer {};

struct resume_consumer {};

struct close_consumer {};

// -- order -------------------------------------------------------------------

/// Answered with `done` when all that the sender sent before has been handled,
/// also by the actor that this one passes its commands on to.
struct fence {};

// -- stats -------------------------------------------------------------------

/// Requests an actor's W3C webrtc-stats dictionaries.
struct get_actor_stats {};

} // namespace troupe::actors
