#include "protocol/dialects/common/request_decoder.hpp"

#include "protocol/dialects/common/request_decoder_members.hpp"
#include "protocol/verbs/limits.hpp"

#include <utility>

namespace troupe::protocol {

namespace {

using rapidjson::Value;

verdict optional_layer(const Value& payload, std::string_view name,
                       std::optional<int>& out) {
  const auto member = find_member(payload, name);
  if (!member)
    return std::nullopt;
  if (!member->IsInt() || member->GetInt() < 0)
    return refuse(decode_errc::wrong_type, name, "must be a layer's number");
  out = member->GetInt();
  return std::nullopt;
}

verdict optional_direction(const Value& payload,
                           std::optional<direction>& out) {
  const auto member = find_member(payload, "direction");
  if (!member)
    return std::nullopt;
  if (*member == "send")
    out = direction::send;
  else if (*member == "recv")
    out = direction::recv;
  else
    return refuse(decode_errc::bad_value, "direction",
                  "must be 'send' or 'recv'");
  return std::nullopt;
}

verdict optional_kind(const Value& payload, std::optional<media_kind>& out) {
  if (!find_member(payload, "kind"))
    return std::nullopt;
  auto kind = media_kind::audio;
  auto bad = required_by(decode_media_kind, payload, "kind", kind);
  if (!bad)
    out = kind;
  return bad;
}

// Reads whether the client wants SCTP: `enableSctp` decides if it is a boolean;
// otherwise a client that gives a number of streams wants it.
verdict optional_sctp(const Value& payload,
                      std::optional<num_sctp_streams>& out) {
  std::optional<num_sctp_streams> streams;
  if (const auto member = find_member(payload, "sctpCapabilities")) {
    auto decoded = decode_sctp_capabilities(*member);
    if (!decoded)
      return decoded.error();
    streams = decoded->num_streams;
  }
  if (const auto member = find_member(payload, "numSctpStreams")) {
    auto decoded = decode_num_sctp_streams(*member);
    if (!decoded)
      return decoded.error();
    streams = *decoded;
  }
  bool enabled = streams.has_value();
  if (auto bad = optional_bool(payload, "enableSctp", enabled))
    return bad;
  if (enabled)
    out = streams.value_or(num_sctp_streams{});
  return std::nullopt;
}

template <class Verb>
checked<request> read_producer_verb(const Value& payload) {
  Verb verb;
  if (auto bad = required_id(payload, "producerId", verb.producer))
    return *bad;
  return request{std::move(verb)};
}

template <class Verb, class Read>
checked<request> read_consumer_verb(const Value& payload, Read read) {
  Verb verb;
  if (auto bad = read(payload, "consumerId", verb.consumer))
    return *bad;
  return request{std::move(verb)};
}

checked<request> read_consume(const Value& payload, bool paused) {
  verb::consume verb;
  verb.paused = paused;
  auto capabilities = read_capabilities(payload);
  if (!capabilities)
    return capabilities.error();
  verb.capabilities = std::move(*capabilities);
  const auto transport = optional_id(payload, "transportId", verb.transport);
  const auto producer = optional_id(payload, "producerId", verb.producer);
  const auto pause = optional_bool(payload, "paused", verb.paused);
  return finish(std::move(verb), {producer, transport, pause});
}

} // namespace

checked<request> read_create_transport(const Value& payload) {
  verb::create_transport verb;
  const auto way = optional_direction(payload, verb.direction);
  const auto tcp = optional_bool(payload, "forceTcp", verb.force_tcp);
  const auto sctp = optional_sctp(payload, verb.sctp);
  return finish(std::move(verb), {way, tcp, sctp});
}

checked<request> read_connect_transport(const Value& payload) {
  verb::connect_transport verb;
  const auto transport = optional_id(payload, "transportId", verb.transport);
  const auto way = optional_direction(payload, verb.direction);
  const auto dtls =
      required_by(decode_dtls_parameters, payload, "dtlsParameters", verb.dtls);
  return finish(std::move(verb), {transport, way, dtls});
}

checked<request> read_restart_ice(const Value& payload) {
  verb::restart_ice verb;
  const auto transport = optional_id(payload, "transportId", verb.transport);
  return finish(std::move(verb), {transport});
}

checked<request> read_produce(const Value& payload) {
  verb::produce verb;
  const auto transport = optional_id(payload, "transportId", verb.transport);
  const auto kind = required_by(decode_media_kind, payload, "kind", verb.kind);
  const auto rtp = required_by(decode_rtp_parameters, payload, "rtpParameters",
                               verb.parameters);
  const auto pause = optional_bool(payload, "paused", verb.paused);
  const auto app_data = optional_app_data(payload, verb.app_data);
  return finish(std::move(verb), {transport, kind, rtp, pause, app_data});
}

checked<request> read_consume_running(const Value& payload) {
  return read_consume(payload, false);
}

checked<request> read_consume_paused(const Value& payload) {
  return read_consume(payload, true);
}

checked<request> read_pause_producer(const Value& payload) {
  return read_producer_verb<verb::pause_producer>(payload);
}

checked<request> read_resume_producer(const Value& payload) {
  return read_producer_verb<verb::resume_producer>(payload);
}

checked<request> read_close_producer(const Value& payload) {
  return read_producer_verb<verb::close_producer>(payload);
}

checked<request> read_pause_consumer(const Value& payload) {
  return read_consumer_verb<verb::pause_consumer>(payload,
                                                  optional_id<consumer_id>);
}

checked<request> read_resume_consumer(const Value& payload) {
  return read_consumer_verb<verb::resume_consumer>(payload,
                                                   optional_id<consumer_id>);
}

checked<request> read_close_consumer(const Value& payload) {
  return read_consumer_verb<verb::close_consumer>(payload,
                                                  required_id<consumer_id>);
}

checked<request> read_request_key_frame(const Value& payload) {
  return read_consumer_verb<verb::request_key_frame>(payload,
                                                     required_id<consumer_id>);
}

checked<request> read_set_preferred_layers(const Value& payload) {
  verb::set_preferred_layers verb;
  std::optional<int> spatial;
  const auto consumer = required_id(payload, "consumerId", verb.consumer);
  auto layer = optional_layer(payload, "spatialLayer", spatial);
  if (!layer && !spatial)
    layer = refuse(decode_errc::missing, "spatialLayer", "missing");
  verb.spatial_layer = spatial.value_or(0);
  const auto temporal =
      optional_layer(payload, "temporalLayer", verb.temporal_layer);
  return finish(std::move(verb), {consumer, layer, temporal});
}

checked<request> read_set_priority(const Value& payload) {
  constexpr int most = 255;
  verb::set_priority verb;
  const auto consumer = required_id(payload, "consumerId", verb.consumer);
  const auto member = find_member(payload, "priority");
  verdict priority;
  if (!member)
    priority = refuse(decode_errc::missing, "priority", "missing");
  else if (!member->IsInt() || member->GetInt() < 1 || member->GetInt() > most)
    priority = refuse(decode_errc::bad_value, "priority", "must be 1 to 255");
  else
    verb.priority = member->GetInt();
  return finish(std::move(verb), {consumer, priority});
}

checked<request> read_set_display_name(const Value& payload) {
  for (auto name : {"displayName", "name"})
    if (auto text = find_text(payload, name))
      return request{verb::set_display_name{std::move(*text)}};
  return refuse(decode_errc::missing, "displayName", "missing");
}

checked<request> read_kick(const Value& payload) {
  verb::kick verb;
  const auto peer = required_id(payload, "peerId", verb.peer);
  return finish(std::move(verb), {peer});
}

checked<request> read_mute(const Value& payload) {
  verb::mute verb;
  const auto peer = required_id(payload, "peerId", verb.peer);
  const auto kind = optional_kind(payload, verb.kind);
  return finish(std::move(verb), {peer, kind});
}

checked<request> read_mute_all(const Value& payload) {
  verb::mute_all verb;
  const auto kind = optional_kind(payload, verb.kind);
  return finish(std::move(verb), {kind});
}

checked<request> read_ask_to_unmute(const Value& payload) {
  verb::ask_to_unmute verb;
  const auto peer = required_id(payload, "peerId", verb.peer);
  std::optional<media_kind> wanted;
  const auto kind = optional_kind(payload, wanted);
  verb.kind = wanted.value_or(verb.kind);
  return finish(std::move(verb), {peer, kind});
}

checked<request> read_make_host(const Value& payload) {
  verb::make_host verb;
  const auto peer = required_id(payload, "peerId", verb.peer);
  return finish(std::move(verb), {peer});
}

checked<request> read_lock_room(const Value& payload) {
  verb::lock_room verb;
  const auto locked = optional_bool(payload, "locked", verb.locked);
  return finish(std::move(verb), {locked});
}

checked<request> read_set_lobby(const Value& payload) {
  verb::set_lobby verb;
  const auto enabled = optional_bool(payload, "enabled", verb.enabled);
  return finish(std::move(verb), {enabled});
}

checked<request> read_let_in(const Value& payload) {
  verb::let_in verb;
  const auto knock = optional_id(payload, "knockId", verb.knock);
  return finish(std::move(verb), {knock});
}

checked<request> read_turn_away(const Value& payload) {
  verb::turn_away verb;
  const auto knock = optional_id(payload, "knockId", verb.knock);
  return finish(std::move(verb), {knock});
}

checked<request> read_message_lobby(const Value& payload) {
  verb::message_lobby verb;
  const auto message = required_id(payload, "message", verb.message);
  return finish(std::move(verb), {message});
}

checked<request> read_end_room(const Value&) {
  return request{verb::end_room{}};
}

checked<request> read_start_recording(const Value& payload) {
  verb::start_recording verb;
  const auto title = optional_text(payload, "title", limits::text, verb.title);
  return finish(std::move(verb), {title});
}

checked<request> read_stop_recording(const Value&) {
  return request{verb::stop_recording{}};
}

checked<request> read_get_recording(const Value&) {
  return request{verb::get_recording{}};
}

checked<request> read_list_recordings(const Value&) {
  return request{verb::list_recordings{}};
}

checked<request> read_consent_to_recording(const Value& payload) {
  verb::consent_to_recording verb;
  const auto accepted = optional_bool(payload, "accepted", verb.accepted);
  return finish(std::move(verb), {accepted});
}

checked<request> read_get_stats(const Value& payload) {
  for (auto name : {"transportId", "producerId", "consumerId", "dataProducerId",
                    "dataConsumerId", "id"}) {
    std::optional<std::string> id;
    if (auto bad = optional_id(payload, name, id))
      return *bad;
    if (id)
      return request{verb::get_stats{std::move(*id)}};
  }
  return refuse(decode_errc::missing, "transportId",
                "missing, and so are producerId, consumerId, dataProducerId "
                "and dataConsumerId");
}

checked<request> read_list_producers(const Value&) {
  return request{verb::list_producers{}};
}

checked<request> read_leave(const Value&) {
  return request{verb::leave{}};
}

checked<room_id> read_room(const Value& payload) {
  const auto member = find_member(payload, "roomId");
  if (!member)
    return room_id{};
  if (member->IsInt64())
    return room_id{std::to_string(member->GetInt64())};
  if (!member->IsString())
    return refuse(decode_errc::wrong_type, "roomId", "must be a string");
  if (member->GetStringLength() > limits::id)
    return refuse(decode_errc::bad_value, "roomId",
                  limits::at_most(limits::id));
  return room_id{{member->GetString(), member->GetStringLength()}};
}

checked<std::optional<rtp_capabilities>>
read_capabilities(const Value& payload) {
  const auto member = find_member(payload, "rtpCapabilities");
  if (!member)
    return std::optional<rtp_capabilities>{};
  auto decoded = decode_rtp_capabilities(*member);
  if (!decoded)
    return decoded.error();
  return std::optional{std::move(*decoded)};
}

error to_error(const refusal& why) {
  return {error_code::bad_request, why.what};
}

} // namespace troupe::protocol
