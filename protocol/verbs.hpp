#pragma once

#include "protocol/application_data.hpp"
#include "protocol/data_verbs.hpp"
#include "protocol/error.hpp"
#include "protocol/ids.hpp"
#include "protocol/rtp_parameters.hpp"
#include "protocol/scores.hpp"
#include "protocol/transport_parameters.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The canonical verbs: what every dialect's requests, replies and events are
/// translated to and from. Optional members are those that some document
/// leaves out; whoever carries the verb out knows the obvious default.
namespace troupe::protocol {

enum class direction : uint8_t { send, recv };

// -- what is said about people and streams -----------------------------------

/// A member of a room, as others see it.
struct participant {
  peer_id id;
  std::string name;
  bool audio_muted = true;  // no running audio producer
  bool video_paused = true; // no running video producer
  json_text device = {};    // what its client says of itself

  bool operator==(const participant&) const = default;
};

/// What a newcomer may do, by what let it in.
struct participant_rights {
  bool publish = true;
  bool subscribe = true;
  /// Whether it may kick, mute, lock and end; nothing leaves that to whether
  /// it is the host.
  std::optional<bool> moderate = {};
};

/// A producer, as others see it.
struct producer_info {
  producer_id id;
  peer_id peer;
  media_kind kind = media_kind::audio;
  bool paused = false;
  json_text app_data;

  bool operator==(const producer_info&) const = default;
};

// -- requests ----------------------------------------------------------------

/// How a client that knows no WebRTC means to send and receive.
struct plain_wish {
  bool rtcp_mux = false; // RTCP comes to the port of RTP
  bool comedia = true;   // who sends there first is the client
};

/// Where it is to send, or where it is.
struct plain_address {
  std::string ip;
  uint16_t port = 0;
  std::optional<uint16_t> rtcp_port = {}; // nothing with rtcp_mux
};

namespace verb {

struct get_capabilities {
  room_id room;
};

/// Opens a room that stays for a while without members. Refused as
/// room_exists where there is one of that name.
struct create_room {
  room_id room;
};

/// Enters a room, which comes into being with its first member.
struct join {
  room_id room;
  peer_id peer;
  std::string name;
  std::optional<rtp_capabilities> capabilities;
  /// The client chose the id: a newcomer of the same id is the same user and
  /// takes its place, or goes on where its lost connection was. Ids that the
  /// server made cannot be taken.
  bool named_by_client = false;
  /// The id follows from a secret of the client's, so that who has it is the
  /// same user, too.
  bool derived = false;
  /// Refused as room_not_found where nobody has opened the room.
  bool must_exist = false;
  /// In the room, but not shown to the others until `announce`: for clients
  /// that make their transports before they join.
  bool hidden = false;
  json_text device = {};
  participant_rights rights = {};
  /// Whoever is in a room leaves it once this one has let the peer in; where
  /// it does not, the peer stays where it was. Otherwise refused as
  /// already_joined.
  bool moves = false;
  /// Whoever is in this room under an id that the server made goes on under
  /// this one, with its transports. It takes the place of who has that id, and
  /// keeps its own where others know producers by it.
  bool renames = false;
  /// The secret that the room gave this user with an earlier join, to prove
  /// that it is the same user. Empty where the client shows none.
  std::string rejoin_secret = {};
  /// A token names `peer` as its user. Set by authorize() only.
  bool vouched = false;
};

/// Shows a member that joined hidden; answered as a join. Until then it is
/// told of nobody either.
struct announce {
  std::string name;
  json_text device = {};
  std::optional<rtp_capabilities> capabilities;
};

struct set_display_name {
  std::string name;
};

struct leave {};

struct create_transport {
  std::optional<protocol::direction> direction;
  bool force_tcp = false;
  /// Asks for SCTP, for data channels, with as many streams.
  std::optional<num_sctp_streams> sctp;
  /// Asks for bare RTP over UDP instead of WebRTC.
  std::optional<plain_wish> plain = {};
};

/// Without id or direction: the oldest transport that is not yet connected.
struct connect_transport {
  std::optional<transport_id> transport;
  std::optional<protocol::direction> direction;
  dtls_parameters dtls;
  /// Where the client of a plain transport without comedia is; no DTLS then.
  std::optional<plain_address> plain = {};
};

struct restart_ice {
  std::optional<transport_id> transport;
};

/// Without transport: the first that was created for sending, else the first.
struct produce {
  std::optional<transport_id> transport;
  media_kind kind = media_kind::audio;
  rtp_parameters parameters;
  bool paused = false;
  json_text app_data;
};

/// Without transport: the last that was created for receiving, else the last.
/// Without producer: the first of another peer that this one does not consume
/// yet. Without capabilities: those of the join.
struct consume {
  std::optional<transport_id> transport;
  std::optional<producer_id> producer;
  std::optional<rtp_capabilities> capabilities;
  bool paused = true;
  /// Without producer, and alone in the room: the peer's own (a preview).
  bool own_if_alone = false;
};

struct pause_producer {
  producer_id producer;
};

struct resume_producer {
  producer_id producer;
};

struct close_producer {
  producer_id producer;
};

/// Without consumer: all of this peer's.
struct pause_consumer {
  std::optional<consumer_id> consumer;
};

struct resume_consumer {
  std::optional<consumer_id> consumer;
};

struct close_consumer {
  consumer_id consumer;
};

struct set_preferred_layers {
  consumer_id consumer;
  int spatial_layer = 0;
  std::optional<int> temporal_layer;
};

/// 1 (least) to 255, by which the consumers of a transport share its rate.
struct set_consumer_priority {
  consumer_id consumer;
  int priority = 1;
};

struct request_key_frame {
  consumer_id consumer;
};

struct list_producers {};

/// Statistics of one transport, producer or consumer of this peer, those of
/// data included.
struct get_stats {
  std::string id;
};

// The rights of a moderator; refused as forbidden to all others.

/// Puts a member out of the room.
struct kick {
  peer_id peer;
};

/// Pauses what a member sends, of one kind or of both. Only the member itself
/// can resume it.
struct mute {
  peer_id peer;
  std::optional<media_kind> kind;
};

/// While a room is locked nobody can join it.
struct lock_room {
  bool locked = true;
};

/// Puts everybody out and ends the room.
struct end_room {};

/// Shows the token that a client gives after its connection is open, where
/// its handshake wants one. Refused as unauthorized.
struct authenticate {
  std::string token;
};

} // namespace verb

using request = std::variant<
    verb::get_capabilities, verb::create_room, verb::join, verb::announce,
    verb::set_display_name, verb::leave, verb::create_transport,
    verb::connect_transport, verb::restart_ice, verb::produce, verb::consume,
    verb::pause_producer, verb::resume_producer, verb::close_producer,
    verb::pause_consumer, verb::resume_consumer, verb::close_consumer,
    verb::set_preferred_layers, verb::set_consumer_priority,
    verb::request_key_frame, verb::list_producers, verb::get_stats, verb::kick,
    verb::mute, verb::lock_room, verb::end_room, verb::authenticate,
    verb::produce_data, verb::consume_data, verb::pause_data_producer,
    verb::resume_data_producer, verb::close_data_producer,
    verb::pause_data_consumer, verb::resume_data_consumer,
    verb::close_data_consumer, verb::set_data_subchannels,
    verb::add_data_subchannel, verb::remove_data_subchannel,
    verb::list_data_producers, verb::set_data_low_threshold,
    verb::get_data_buffered>;

// -- replies -----------------------------------------------------------------

namespace reply {

/// Done, and nothing to tell.
struct ok {};

struct capabilities {
  rtp_capabilities router;
};

struct joined {
  peer_id peer;
  std::vector<participant> participants; // the others, and this one
  std::vector<producer_info> producers;  // the others'
  std::vector<data_producer_info> data_producers = {}; // likewise
  /// Which room it is, among all that this server has had; 0 is not said.
  uint64_t room = 0;
  /// Proves in a later join that the client is this member. For this client
  /// alone; empty where the room gives none.
  std::string rejoin_secret = {};
};

struct transport_created {
  transport_id id;
  ice_parameters ice;
  std::vector<ice_candidate> candidates;
  dtls_parameters dtls;
  std::optional<sctp_parameters> sctp = {}; // where it has SCTP
  /// Of bare RTP, which has no ICE and no DTLS.
  std::optional<plain_address> plain = {};
};

struct transport_connected {
  transport_id id;
};

struct ice_restarted {
  ice_parameters ice;
};

struct produced {
  producer_id id;
};

struct consumed {
  consumer_id id;
  producer_id producer;
  peer_id peer;
  media_kind kind = media_kind::audio;
  rtp_parameters parameters;
  /// "simple", "simulcast" or "svc".
  std::string type = "simple";
  bool paused = true;
  bool producer_paused = false;
  json_text app_data;
  consumer_scores scores = {};
};

/// The consumers that a pause or resume reached.
struct consumers {
  std::vector<consumer_id> ids;
};

struct producers {
  std::vector<producer_info> list;
};

/// An array of W3C webrtc-stats dictionaries.
struct stats {
  json_text report;
};

} // namespace reply

using success = std::variant<
    reply::ok, reply::capabilities, reply::joined, reply::transport_created,
    reply::transport_connected, reply::ice_restarted, reply::produced,
    reply::consumed, reply::consumers, reply::producers, reply::stats,
    reply::data_produced, reply::data_consumed, reply::data_consumers,
    reply::data_subchannels, reply::data_producers, reply::data_buffered>;

/// What becomes of a request: its reply or the reason of its refusal.
using outcome = std::variant<success, error>;

// -- events ------------------------------------------------------------------

namespace event {

struct peer_joined {
  participant peer;
};

struct peer_left {
  peer_id peer;
};

/// Name, mute or pause changed.
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

/// How well the consumer's stream arrives has changed, or its producer's.
struct consumer_score {
  consumer_id consumer;
  consumer_scores scores = {};
};

/// What the consumer is being sent; without spatial layer: nothing.
struct consumer_layers_changed {
  consumer_id consumer;
  std::optional<int> spatial_layer;
  std::optional<int> temporal_layer;
};

/// How well this peer's producer arrives: all of its encodings that have begun.
/// It is told first when a stream begins.
struct producer_score {
  producer_id producer;
  std::vector<encoding_score> encodings;
};

/// Which layers of this peer's producer others want: up to this one, or, where
/// there is none, not any. What is higher need not be sent.
struct producer_layers_wanted {
  producer_id producer;
  std::optional<int> spatial_layer;
};

/// Somebody else speaks now, or nobody does.
struct active_speaker {
  std::optional<peer_id> peer;
  int volume = 0; // dBov: -127 (silence) to 0
};

struct peer_volume {
  peer_id peer;
  int volume = -127; // dBov
};

/// Who can be heard at the moment, the loudest first.
struct speaking_peers {
  std::vector<peer_volume> peers;
};

struct room_locked {
  bool locked = true;
};

/// The server is about to end: it opens no new rooms, and this one is over
/// after that time at the latest.
struct server_draining {
  int seconds = 0;
};

/// A moderator has put this peer out.
struct kicked {
  room_id room;
};

struct room_closed {
  room_id room;
};

} // namespace event

/// Why the server ends a connection on which nothing is wrong.
enum class end_reason : uint8_t {
  /// The same user has joined from elsewhere.
  replaced,
  /// A moderator has put the peer out.
  kicked,
  /// A moderator has ended the room.
  room_closed,
  /// The token by which the peer came in holds no longer.
  token_expired,
};

using any_event = std::variant<
    event::peer_joined, event::peer_left, event::peer_updated,
    event::producer_added, event::producer_closed, event::producer_paused,
    event::producer_resumed, event::consumer_closed, event::consumer_paused,
    event::consumer_resumed, event::consumer_score,
    event::consumer_layers_changed, event::producer_score,
    event::producer_layers_wanted, event::active_speaker, event::speaking_peers,
    event::room_locked, event::server_draining, event::kicked,
    event::room_closed, event::data_producer_added, event::data_producer_closed,
    event::data_consumer_closed, event::data_consumer_paused,
    event::data_consumer_resumed, event::data_consumer_buffered_low>;

} // namespace troupe::protocol
