#pragma once

#include "protocol/error.hpp"
#include "protocol/ids.hpp"
#include "protocol/rtp_parameters.hpp"
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

/// A JSON value kept as its text: the application's own data, passed on
/// unread.
struct json_text {
  std::string text = "{}";

  bool operator==(const json_text&) const = default;
};

// -- what is said about people and streams -----------------------------------

/// A member of a room, as others see it.
struct participant {
  peer_id id;
  std::string name;
  bool audio_muted = true;  // no running audio producer
  bool video_paused = true; // no running video producer

  bool operator==(const participant&) const = default;
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

namespace verb {

struct get_capabilities {
  room_id room;
};

/// Enters a room, which comes into being with its first member.
struct join {
  room_id room;
  peer_id peer;
  std::string name;
  std::optional<rtp_capabilities> capabilities;
  /// The client chose the id: a newcomer of the same id is the same user and
  /// takes its place. Ids that the server made cannot be taken.
  bool named_by_client = false;
};

struct leave {};

struct create_transport {
  std::optional<protocol::direction> direction;
  bool force_tcp = false;
};

/// Without id or direction: the oldest transport that is not yet connected.
struct connect_transport {
  std::optional<transport_id> transport;
  std::optional<protocol::direction> direction;
  dtls_parameters dtls;
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

struct request_key_frame {
  consumer_id consumer;
};

struct list_producers {};

/// Statistics of one transport, producer or consumer of this peer.
struct get_stats {
  std::string id;
};

} // namespace verb

using request = std::variant<
    verb::get_capabilities, verb::join, verb::leave, verb::create_transport,
    verb::connect_transport, verb::restart_ice, verb::produce, verb::consume,
    verb::pause_producer, verb::resume_producer, verb::close_producer,
    verb::pause_consumer, verb::resume_consumer, verb::close_consumer,
    verb::set_preferred_layers, verb::request_key_frame, verb::list_producers,
    verb::get_stats>;

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
};

struct transport_created {
  transport_id id;
  ice_parameters ice;
  std::vector<ice_candidate> candidates;
  dtls_parameters dtls;
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

using success =
    std::variant<reply::ok, reply::capabilities, reply::joined,
                 reply::transport_created, reply::transport_connected,
                 reply::ice_restarted, reply::produced, reply::consumed,
                 reply::consumers, reply::producers, reply::stats>;

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

/// 0 (bad) to 10 (good), of this consumer's link and of the producer's.
struct consumer_score {
  consumer_id consumer;
  int score = 10;
  int producer_score = 10;
};

struct room_closed {
  room_id room;
};

} // namespace event

using any_event = std::variant<
    event::peer_joined, event::peer_left, event::peer_updated,
    event::producer_added, event::producer_closed, event::producer_paused,
    event::producer_resumed, event::consumer_closed, event::consumer_paused,
    event::consumer_resumed, event::consumer_score, event::room_closed>;

} // namespace troupe::protocol
