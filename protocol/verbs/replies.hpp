#pragma once

#include "protocol/verbs/error.hpp"
#include "protocol/verbs/ids.hpp"
#include "protocol/verbs/json_text.hpp"
#include "protocol/verbs/rtp_parameters.hpp"
#include "protocol/verbs/scores.hpp"
#include "protocol/verbs/transport_parameters.hpp"
#include "protocol/verbs/wall_time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The replies to the verbs of verbs.hpp, and what they say of a room.
namespace troupe::protocol {

/// A member of a room as other members see it.
struct participant {
  peer_id id;
  std::string name;
  bool audio_muted = true;  // no running audio producer
  bool video_paused = true; // no running video producer
  json_text device = {};    // the client's own description
  bool host = false;        // may moderate

  bool operator==(const participant&) const = default;
};

/// The author of a moderation: a host, or the server's operator.
struct moderator {
  peer_id peer; // empty if the operator did it

  bool operator==(const moderator&) const = default;
};

/// A producer as other members see it.
struct producer_info {
  producer_id id;
  peer_id peer;
  media_kind kind = media_kind::audio;
  bool paused = false;
  json_text app_data;

  bool operator==(const producer_info&) const = default;
};

/// A data producer as other members see it.
struct data_producer_info {
  data_producer_id id;
  peer_id peer; // empty if the server itself is the sender
  std::string label;
  std::string protocol;
  bool paused = false;
  json_text app_data;

  bool operator==(const data_producer_info&) const = default;
};

/// A chat message that a room keeps for members who join later.
struct chat_message {
  peer_id peer;      // its author, who may have left
  std::string name;  // of the author, when it was sent
  std::string label; // of the data producer
  std::string text;
  std::string id = {}; // the client's own; empty if it gave none
  uint32_t age_ms = 0; // how long ago it was sent

  bool operator==(const chat_message&) const = default;
};

/// The recording that goes on in a room.
struct recording_info {
  recording_id id;
  peer_id by;          // empty: the operator, or `record.auto`
  std::string by_name; // likewise
  wall_time started_at{};
  std::string title;
  /// Members are asked for their consent; see consent_to_recording.
  bool asks = false;

  bool operator==(const recording_info&) const = default;
};

/// A finished recording, as its room's members see it.
struct recording_summary {
  recording_id id;
  room_id room;
  std::string title;
  wall_time date{};
  std::string url; // of its manifest, signed; empty if there is none
  std::chrono::milliseconds duration{};

  bool operator==(const recording_summary&) const = default;
};

/// An address and port to send to.
struct plain_address {
  std::string ip;
  uint16_t port = 0;
  std::optional<uint16_t> rtcp_port = {}; // absent with rtcp_mux
};

namespace reply {

/// Success without data.
struct ok {};

struct capabilities {
  rtp_capabilities router;
};

struct joined {
  peer_id peer;
  std::vector<participant> participants;               // including this member
  std::vector<producer_info> producers;                // of the others
  std::vector<data_producer_info> data_producers = {}; // likewise
  /// Differs for each room that this server has had; 0 if not set.
  uint64_t room = 0;
  /// Proves in a later join that the client is this member. Sent to this client
  /// only; empty if the room gives none.
  std::string rejoin_secret = {};
  /// This member may moderate.
  bool host = false;
  bool locked = false; // the room
  bool lobby = false;  // newcomers knock
  /// The recording that goes on, if one does.
  std::optional<recording_info> recording = {};
  /// The active speaker, for viewers only.
  std::optional<peer_id> speaker = {};
};

struct transport_created {
  transport_id id;
  ice_parameters ice;
  std::vector<ice_candidate> candidates;
  dtls_parameters dtls;
  std::optional<sctp_parameters> sctp = {}; // if it has SCTP
  /// Of plain RTP, which has no ICE and no DTLS.
  std::optional<plain_address> plain = {};
  /// With credentials of this client; empty if the operator names none.
  std::vector<ice_server> ice_servers = {};
};

struct transport_connected {
  transport_id id;
};

struct ice_restarted {
  ice_parameters ice;
  std::vector<ice_server> ice_servers = {}; // with fresh credentials
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

/// The consumers that were paused or resumed.
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

struct data_produced {
  data_producer_id id;
};

struct data_consumed {
  data_consumer_id id;
  data_producer_id data_producer;
  peer_id peer; // empty if the server itself is the sender
  sctp_stream_parameters stream;
  std::string label;
  std::string protocol;
  bool paused = false;
  bool data_producer_paused = false;
  json_text app_data;
};

/// The data consumers that were paused or resumed.
struct data_consumers {
  std::vector<data_consumer_id> ids;
};

/// The current subchannels of a data consumer.
struct data_subchannels {
  data_consumer_id data_consumer;
  std::vector<uint16_t> subchannels;
};

struct data_producers {
  std::vector<data_producer_info> list;
};

/// The number of octets queued for a data consumer's client.
struct data_buffered {
  data_consumer_id data_consumer;
  uint32_t amount = 0;
};

/// The last messages of the chat, the oldest first.
struct chat_history {
  /// How many messages the room keeps at most; 0: none.
  uint32_t limit = 0;
  std::vector<chat_message> messages;
};

/// The recording that goes on, if one does.
struct recording {
  std::optional<recording_info> what;
};

/// The newest first.
struct recordings {
  std::vector<recording_summary> list;
};

} // namespace reply

using success = std::variant<
    reply::ok, reply::capabilities, reply::joined, reply::transport_created,
    reply::transport_connected, reply::ice_restarted, reply::produced,
    reply::consumed, reply::consumers, reply::producers, reply::stats,
    reply::data_produced, reply::data_consumed, reply::data_consumers,
    reply::data_subchannels, reply::data_producers, reply::data_buffered,
    reply::chat_history, reply::recording, reply::recordings>;

/// The outcome of a request: its reply or the error by which it was refused.
using outcome = std::variant<success, error>;

} // namespace troupe::protocol
