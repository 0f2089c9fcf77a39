#pragma once

#include "protocol/verbs/data_verbs.hpp"
#include "protocol/verbs/end_reason.hpp"
#include "protocol/verbs/ids.hpp"
#include "protocol/verbs/json_text.hpp"
#include "protocol/verbs/lobby_verbs.hpp"
#include "protocol/verbs/recording_verbs.hpp"
#include "protocol/verbs/replies.hpp"
#include "protocol/verbs/rtp_parameters.hpp"
#include "protocol/verbs/scores.hpp"
#include "protocol/verbs/transport_parameters.hpp"
#include "protocol/verbs/verb_list.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The canonical verbs: every dialect translates its requests, replies and
/// events to and from them. A verb names its reply. A member is optional if
/// some document omits it; the code that carries out the verb knows the
/// default.
namespace troupe::protocol {

enum class direction : uint8_t { send, recv };

/// The rights of a joining client, from its token or the defaults.
struct participant_rights {
  bool publish = true;
  bool subscribe = true;
  /// Whether it may moderate. If absent, it may as the member that has been in
  /// the room for longest, or once a host has made it a host.
  std::optional<bool> moderate = {};
  /// Whether it may record the room. If absent, it may while it may moderate.
  std::optional<bool> record = {};
};

// -- requests ----------------------------------------------------------------

/// How a client without WebRTC will send and receive.
struct plain_options {
  bool rtcp_mux = false; // RTCP uses the port of RTP
  bool comedia = true;   // the first sender to the port is the client
};

namespace verb {

struct get_capabilities {
  using reply = protocol::reply::capabilities;

  room_id room;
};

/// Opens a room that exists for a while without members. Refused as room_exists
/// if there is one of that name.
struct create_room {
  using reply = protocol::reply::ok;

  room_id room;
};

/// Presents the token of a client that sends it after connecting, if the
/// handshake requires one. Refused as unauthorized.
struct authenticate {
  using reply = protocol::reply::ok;

  std::string token;
};

struct leave {
  using reply = protocol::reply::ok;
};

/// Joins a room, which is created by its first member; all other verbs of a
/// peer need that. Errors: already_joined, and those of the gate.
struct join {
  using reply = protocol::reply::joined;

  room_id room;
  peer_id peer;
  std::string name;
  std::optional<rtp_capabilities> capabilities;
  /// The client chose the id: a client that joins later with this id is the
  /// same user and replaces this one, or resumes its lost connection. An id
  /// that the server made cannot be taken over.
  bool named_by_client = false;
  /// The id was derived from a secret of the client, so a client with the same
  /// derived id is the same user.
  bool derived = false;
  /// Refused as room_not_found if no client has opened the room.
  bool must_exist = false;
  /// The client only consumes: no member is notified of it, and it only of
  /// media. Refused as room_not_found if nobody else is in the room.
  bool viewer = false;
  /// The member is not shown to the others until `announce`: for clients that
  /// create their transports before they join.
  bool hidden = false;
  json_text device = {};
  participant_rights rights = {};
  /// A client in another room leaves it once this room has admitted it, and
  /// stays there if it is refused. Without this flag it is refused as
  /// already_joined.
  bool moves = false;
  /// A member of this room whose id the server made gets this id and keeps its
  /// transports. It replaces the member that has the id. It keeps its own id if
  /// other members know its producers by it.
  bool renames = false;
  /// The secret that the room gave this user with an earlier join, as proof
  /// that it is the same user. Empty if the client sends none.
  std::string rejoin_secret = {};
  /// A token names `peer` as its user. Set by authorize() only.
  bool vouched = false;
  /// How long the client can wait in a lobby. Set by its session only.
  std::chrono::seconds patience{};
  /// How long it can wait in line for a busy server. Set by its session only.
  std::chrono::seconds time_in_line{};
};

/// Shows a member that joined hidden; answered as a join. What concerns others
/// needs that. Until then it is not notified of other members either.
struct announce {
  using reply = protocol::reply::joined;

  std::string name;
  json_text device = {};
  std::optional<rtp_capabilities> capabilities;
};

struct set_display_name {
  using reply = protocol::reply::ok;

  std::string name;
};

struct create_transport {
  using reply = protocol::reply::transport_created;

  std::optional<protocol::direction> direction;
  bool force_tcp = false;
  /// Requests SCTP, for data channels, with that many streams.
  std::optional<num_sctp_streams> sctp;
  /// Requests plain RTP over UDP instead of WebRTC.
  std::optional<plain_options> plain = {};
  /// The client may send ICE checks without PRIORITY, and media instead of
  /// consent checks (docs/adr/0046). Set by dialects for such clients only.
  bool lenient_ice = false;
  /// The member is there for as long as this transport: it leaves if the client
  /// does not connect in time, loses its path or closes it. Set by dialects for
  /// clients that have no connection for signaling.
  bool keeps_member = false;
};

/// Without id or direction: the oldest transport that is not yet connected.
struct connect_transport {
  using reply = protocol::reply::transport_connected;

  std::optional<transport_id> transport;
  std::optional<protocol::direction> direction;
  dtls_parameters dtls;
  /// The address of a plain client without comedia; there is no DTLS then.
  std::optional<plain_address> plain = {};
};

struct restart_ice {
  using reply = protocol::reply::ice_restarted;

  std::optional<transport_id> transport;
};

/// Without transport: the first that was created for sending, else the first.
/// Refused as forbidden if the peer may not publish.
struct produce {
  using reply = protocol::reply::produced;

  std::optional<transport_id> transport;
  media_kind kind = media_kind::audio;
  rtp_parameters parameters;
  bool paused = false;
  json_text app_data;
};

/// Without transport: the last that was created for receiving, else the last.
/// Without producer: the first of another peer that this peer does not consume
/// yet. Without capabilities: those of the join. Refused as overloaded while
/// the server admits nothing new, as forbidden if the peer may not subscribe.
struct consume {
  using reply = protocol::reply::consumed;

  std::optional<transport_id> transport;
  std::optional<producer_id> producer;
  std::optional<rtp_capabilities> capabilities;
  bool paused = true;
  /// Without producer, and alone in the room: the peer's own (a preview).
  bool own_if_alone = false;
  /// The stream to use, in place of capabilities (docs/adr/0049).
  std::optional<rtp_parameters> stream = {};
};

struct pause_producer {
  using reply = protocol::reply::ok;

  producer_id producer;
};

struct resume_producer {
  using reply = protocol::reply::ok;

  producer_id producer;
};

struct close_producer {
  using reply = protocol::reply::ok;

  producer_id producer;
};

/// Without consumer: all consumers of this peer.
struct pause_consumer {
  using reply = protocol::reply::consumers;

  std::optional<consumer_id> consumer;
};

struct resume_consumer {
  using reply = protocol::reply::consumers;

  std::optional<consumer_id> consumer;
};

struct close_consumer {
  using reply = protocol::reply::ok;

  consumer_id consumer;
};

struct set_preferred_layers {
  using reply = protocol::reply::ok;

  consumer_id consumer;
  int spatial_layer = 0;
  std::optional<int> temporal_layer;
};

/// 1 (lowest) to 255: how the consumers of a transport share its bitrate.
struct set_priority {
  using reply = protocol::reply::ok;

  consumer_id consumer;
  int priority = 1;
};

struct request_key_frame {
  using reply = protocol::reply::ok;

  consumer_id consumer;
};

struct list_producers {
  using reply = protocol::reply::producers;
};

/// Requests the statistics of one transport, producer, consumer, data producer
/// or data consumer of this peer.
struct get_stats {
  using reply = protocol::reply::stats;

  std::string id;
};

// The verbs of a moderator; refused as forbidden to all others. Errors:
// peer_not_found.

/// Removes a member from the room.
struct kick {
  using reply = protocol::reply::ok;

  peer_id peer;
};

/// Pauses a member's producers of one kind or of both. Only the member itself
/// can resume them.
struct mute {
  using reply = protocol::reply::ok;

  peer_id peer;
  std::optional<media_kind> kind;
};

/// Pauses the producers of one kind or of both of all members but the sender.
struct mute_all {
  using reply = protocol::reply::ok;

  std::optional<media_kind> kind;
};

/// Notifies a member that it should resume its producers of a kind. Refused as
/// limit_reached if it was asked a moment ago.
struct ask_to_unmute {
  using reply = protocol::reply::ok;

  peer_id peer;
  media_kind kind = media_kind::audio;
};

/// Lets a member moderate until it leaves. Refused as forbidden if its token
/// withholds that right.
struct make_host {
  using reply = protocol::reply::ok;

  peer_id peer;
};

/// A locked room refuses new members.
struct lock_room {
  using reply = protocol::reply::ok;

  bool locked = true;
};

/// Removes all members and ends the room.
struct end_room {
  using reply = protocol::reply::ok;
};

} // namespace verb

/// The verbs that a session carries out itself.
using session_verbs = verb_list<verb::get_capabilities, verb::create_room,
                                verb::authenticate, verb::leave>;

/// The verbs that a peer passes to its room.
using moderator_verbs = decltype(
    verb_list<verb::kick, verb::mute, verb::mute_all, verb::ask_to_unmute,
              verb::make_host, verb::lock_room, verb::end_room>{}
    + lobby_verbs{});

/// The verbs that a peer carries out.
using peer_verbs = decltype(
    verb_list<verb::join, verb::announce, verb::set_display_name,
              verb::create_transport, verb::connect_transport,
              verb::restart_ice, verb::produce, verb::consume,
              verb::pause_producer, verb::resume_producer, verb::close_producer,
              verb::pause_consumer, verb::resume_consumer, verb::close_consumer,
              verb::set_preferred_layers, verb::set_priority,
              verb::request_key_frame, verb::list_producers, verb::get_stats>{}
    + moderator_verbs{} + data_verbs{} + recording_verbs{});

using request = decltype(session_verbs{} + peer_verbs{})::variant;

// -- events ------------------------------------------------------------------

namespace event {

struct peer_joined {
  participant peer;
};

struct peer_left {
  peer_id peer;
};

/// The member's name, `audio_muted`, `video_paused` or `host` changed.
struct peer_updated {
  participant peer;
};

struct producer_added {
  producer_info producer;
};

struct producer_closed {
  producer_id producer;
  peer_id peer;
};

struct producer_paused {
  producer_id producer;
  peer_id peer;
  std::optional<moderator> by = {}; // absent if its own client paused it
};

struct producer_resumed {
  producer_id producer;
  peer_id peer;
};

/// The consumer ended because its producer did.
struct consumer_closed {
  consumer_id consumer;
  producer_id producer;
};

/// The consumer's producer was paused or resumed.
struct consumer_paused {
  consumer_id consumer;
};

struct consumer_resumed {
  consumer_id consumer;
};

/// The score of the consumer's stream or of its producer changed.
struct consumer_score {
  consumer_id consumer;
  consumer_scores scores = {};
};

/// The layers that the consumer is sent; nothing without spatial layer.
struct consumer_layers_changed {
  consumer_id consumer;
  std::optional<int> spatial_layer;
  std::optional<int> temporal_layer;
};

/// The scores of this peer's producer: all encodings that have begun. First
/// sent when a stream begins.
struct producer_score {
  producer_id producer;
  std::vector<encoding_score> encodings;
};

/// The highest spatial layer of this peer's producer that other members want;
/// absent if they want none. Higher layers need not be sent.
struct producer_layers_wanted {
  producer_id producer;
  std::optional<int> spatial_layer;
};

/// The active speaker is now this other peer, or no peer.
struct active_speaker {
  std::optional<peer_id> peer;
  int volume = 0; // dBov: -127 (silence) to 0
};

struct peer_volume {
  peer_id peer;
  int volume = -127; // dBov
};

/// The peers that are speaking now, the loudest first.
struct speaking_peers {
  std::vector<peer_volume> peers;
};

struct room_locked {
  bool locked = true;
  std::optional<moderator> by = {};
};

/// This peer may moderate from now on, or no longer.
struct host_changed {
  bool host = true;
  /// Absent if nobody decided it: the former host has left.
  std::optional<moderator> by = {};
};

/// A moderator asks this peer to resume its producers of that kind.
struct unmute_requested {
  media_kind kind = media_kind::audio;
  moderator by = {};
};

/// The server will end: it opens no new rooms, and ends this one after that
/// time at the latest.
struct server_draining {
  int seconds = 0;
};

/// A moderator has removed this peer.
struct kicked {
  room_id room;
  std::optional<moderator> by = {};
};

struct room_closed {
  room_id room;
  std::optional<moderator> by = {};
};

} // namespace event

using any_event = std::variant<
    event::peer_joined, event::peer_left, event::peer_updated,
    event::producer_added, event::producer_closed, event::producer_paused,
    event::producer_resumed, event::consumer_closed, event::consumer_paused,
    event::consumer_resumed, event::consumer_score,
    event::consumer_layers_changed, event::producer_score,
    event::producer_layers_wanted, event::active_speaker, event::speaking_peers,
    event::room_locked, event::host_changed, event::unmute_requested,
    event::lobby_changed, event::lobby_list, event::lobby_entered,
    event::lobby_message, event::server_draining, event::kicked,
    event::room_closed, event::data_producer_added, event::data_producer_closed,
    event::data_consumer_closed, event::data_consumer_paused,
    event::data_consumer_resumed, event::data_consumer_buffered_low,
    event::recording_started, event::recording_stopped,
    event::recording_consent_asked>;

} // namespace troupe::protocol
