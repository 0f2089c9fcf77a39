#pragma once

#include "actors/ids.hpp"
#include "actors/request_deadline.hpp"
#include "net/datagram.hpp"
#include "protocol/transport_parameters.hpp"
#include "protocol/verbs.hpp"
#include "rtp/layers.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <memory>
#include <string>
#include <variant>
#include <vector>

/// The messages between actors that name no actor themselves. Those that
/// carry a handle stand beside the actor they belong to.
namespace troupe::actors {

struct event_batch;

/// A number by which the events of a room are ordered. A member's seat is the
/// moment at which it came: unique, and what is later is news to it. 0 stands
/// for nobody.
using room_moment = uint64_t;

// -- session -----------------------------------------------------------------

/// A frame that a connection brought.
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
  /// It broke, and the client did not mean it.
  bool lost = false;
};

/// Something about this peer that its client is to know.
struct session_event {
  std::shared_ptr<const protocol::any_event> event;
};

/// What a room tells: of the batch, what came after `since` and is not kept
/// from that seat.
struct room_news {
  std::shared_ptr<const event_batch> batch;
  room_moment since = 0;
  room_moment seat = 0;
  /// Which room it is; see reply::joined.
  uint64_t room = 0;
};

/// The session has no peer any more, and its connection ends with that: the
/// peer is out of its room, or goes on for its user's next connection.
struct session_ended {
  protocol::end_reason why = protocol::end_reason::replaced;
};

/// The user had a peer here already: it, and not the one that asked to join,
/// is the client's from now on.
struct peer_resumed {
  caf::strong_actor_ptr peer;
};

/// INTERNAL: the dialect's timer.
struct dialect_tick {};

// -- room --------------------------------------------------------------------

/// Opens a room that nobody has joined yet.
struct open_room {
  room_id room;
  /// Who opens it: the rooms that a session and an address may let wait are
  /// limited. The actor's id.
  uint64_t session = 0;
  net::socket_address address = {};
  request_deadline until = {};
};

/// INTERNAL: a room without members may have waited for long enough.
struct room_idle_tick {};

/// Shows a member that joined hidden. It keeps its id, whatever `who` says.
struct announce_member {
  request_deadline until;
  protocol::participant who;
};

/// A member that came under an id of the server's says which user it is.
struct identify_member {
  request_deadline until;
  protocol::participant who;
  bool named_by_client = false;
  bool derived = false;
  /// See verb::join.
  std::string rejoin_secret = {};
  bool vouched = false;
};

/// A member calls itself something else.
struct rename_member {
  std::string name;
};

/// A member asks for what only moderators may do.
struct moderate_room {
  std::variant<protocol::verb::kick, protocol::verb::mute,
               protocol::verb::lock_room, protocol::verb::end_room>
      what;
};

/// The peer leaves its room; what it had there is over.
struct leave_room {};

/// A producer's place in the order in which the producers of its room were
/// published. 0 comes before all of them.
using producer_age = uint64_t;

/// Asks for one producer, or for the first of another peer that is younger
/// than `after` and not among `except`.
struct find_producer {
  std::optional<producer_id> producer;
  producer_age after = 0;
  /// Sorted.
  std::vector<producer_age> except;
  /// One's own counts, where nobody else is there, also if it is older than
  /// `after`.
  bool own_if_alone = false;
};

struct list_room_producers {};

/// The connection of a member is lost; it may come back. Ignored unless the
/// member is still held by the session that joined by that peer: the user may
/// have returned before this arrives.
struct member_lost {
  uint64_t joiner = 0;
};

/// It came back with nothing of what it had: to the others, as another.
struct member_renewed {};

/// INTERNAL: some lost member has had its time to come back.
struct grace_tick {};

struct producer_withdrawn {
  producer_id producer;
};

struct producer_pause_changed {
  producer_id producer;
  bool paused = false;
};

/// The room has no member: the last one has left, or the first one was not let
/// in.
struct room_emptied {
  room_id room;
  /// How many joins the room has answered, so that the server can tell whether
  /// another is under way.
  uint64_t joins = 0;
  /// How many of them it has granted.
  uint64_t admitted = 0;
};

/// Ends the room, if it is empty.
struct close_room {};

/// The server ends after that time; who is in a room is told.
struct announce_drain {
  std::chrono::seconds limit{};
};

/// INTERNAL: the timer of the room's events.
struct room_tick {};

/// INTERNAL: who can be heard is to be looked at again.
struct voices_tick {};

/// How many rooms there are.
struct get_census {};

struct census {
  size_t rooms = 0;
};

// -- peer --------------------------------------------------------------------

/// Ends the peer with all its transports, producers and consumers.
struct close_peer {};

/// The connection is lost. What the peer has goes on, for as long as its room
/// keeps it. Ignored unless the peer is still held by the session that joined
/// by `joiner`.
struct session_lost {
  uint64_t joiner = 0;
};

/// The same by the room's will: its client is told, and its connection ended.
struct dismiss_peer {
  protocol::end_reason why = protocol::end_reason::kicked;
};

/// Pauses the peer's producers, of one kind or of both.
struct mute_peer {
  std::optional<protocol::media_kind> kind;
};

/// A consumer's producer is gone, and the consumer with it.
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

/// What a consumer is sent has changed: other layers of the producer's, or
/// nothing.
struct consumer_layers_changed {
  consumer_id consumer;
  std::optional<rtp::layers> layers;
};

/// How well a producer's encodings arrive has changed; all that have begun.
struct producer_rated {
  producer_id producer;
  std::vector<protocol::event::encoding_score> encodings;
};

/// Other layers of a producer are wanted than before: up to this one, or none.
struct producer_layers_wanted {
  producer_id producer;
  std::optional<uint8_t> highest;
};

// -- transport ---------------------------------------------------------------

/// What one receive burst brought for one transport. The receiving actor owns
/// it alone and decrypts in place.
using burst = std::shared_ptr<net::datagram_batch>;

/// A TCP connection of the transport is gone.
struct tuple_closed {
  net::transport_tuple tuple;
};

struct get_transport_parameters {};

/// The server's half of a transport, to be signalled.
struct transport_parameters {
  protocol::ice_parameters ice;
  protocol::dtls_parameters dtls;
};

struct connect_dtls {
  protocol::dtls_parameters remote;
  /// The client did not say which of its transports it means: another one's
  /// parameters may come as well.
  bool guessed = false;
  /// Where the client of a plain transport is, instead.
  std::optional<protocol::plain_address> plain = {};
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

/// INTERNAL: NACK and report timers.
struct producer_tick {};

/// INTERNAL: fewer layers have been wanted for a while.
struct demand_tick {};

/// A client asks for a key frame.
struct request_key_frame {};

// -- consumer ----------------------------------------------------------------

struct pause_consumer {};

struct resume_consumer {};

struct close_consumer {};

struct set_consumer_layers {
  int spatial_layer = 0;
  std::optional<int> temporal_layer;
};

struct set_consumer_rank {
  uint8_t priority = 1;
};

// -- stats -------------------------------------------------------------------

/// Asks for an actor's W3C webrtc-stats dictionaries.
struct get_actor_stats {};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::done)
