#include "protocol/dialects/camel/camel.hpp"
#include "protocol/dialects/common/rejoin_secret.hpp"

/// The requests and events that all camelCase documents have in common, and the
/// encoders of their replies.
namespace troupe::protocol {

namespace {

// The capabilities themselves, and copies under the names that clients read.
std::string aliased_capabilities(const camel_replies& replies) {
  const auto& router = replies.get<reply::capabilities>().router;
  rapidjson::Document out;
  auto& allocator = out.GetAllocator();
  encode(router, out, allocator);
  for (const auto name : {"routerRtpCapabilities", "rtpCapabilities"}) {
    rapidjson::Value again;
    encode(router, again, allocator);
    out.AddMember(rapidjson::StringRef(name), again, allocator);
  }
  return write_json(out);
}

std::string produced_reply(const camel_replies& replies) {
  const auto& id = replies.get<reply::produced>().id;
  return json_object{}.add("id", id).add("producerId", id).text();
}

std::string produced_event(const camel_replies& replies) {
  return to_json(replies.get<reply::produced>().id);
}

std::string producers_reply(const camel_replies& replies) {
  std::vector<json_object> producers;
  for (const auto& x : replies.get<reply::producers>().list)
    producers.push_back(aliased_producer(x));
  json_object out;
  out.add("producers", producers);
  return add_rejoin_secret(out, replies.get<reply::joined>().rejoin_secret)
      .text();
}

std::string stats_reply(const camel_replies& replies) {
  return json_object{}.add("stats", replies.get<reply::stats>().report).text();
}

std::string_view produce_error_text(error_code code) {
  return code == error_code::transport_not_found
             ? "Producer transport not found"
             : "";
}

template <direction way>
checked<request> read_create(const rapidjson::Value& payload) {
  auto verb = read_create_transport(payload);
  if (verb)
    std::get<verb::create_transport>(*verb).direction = way;
  return verb;
}

template <direction way>
checked<request> read_connect(const rapidjson::Value& payload) {
  auto verb = read_connect_transport(payload);
  if (verb)
    std::get<verb::connect_transport>(*verb).direction = way;
  return verb;
}

// "producer-closed" becomes "producerClosed".
std::string camel_name(std::string_view kebab) {
  std::string out;
  bool up = false;
  for (char x : kebab) {
    if (x != '-')
      out += up ? static_cast<char>(x - 'a' + 'A') : x;
    up = x == '-';
  }
  return out;
}

std::string event_name(const any_event& event) {
  if (std::holds_alternative<event::peer_joined>(event))
    return "peerJoined";
  if (std::holds_alternative<event::peer_updated>(event))
    return "peerUpdated";
  return camel_name(kebab_name(event));
}

std::string common_push(const any_event& event) {
  if (const auto added = std::get_if<event::producer_added>(&event))
    return socketio_link::event_packet(
        "newProducer", aliased_producer(added->producer).text());
  if (const auto added = std::get_if<event::data_producer_added>(&event))
    return socketio_link::event_packet(
        "newDataProducer", aliased_data_producer(added->data_producer).text());
  if (const auto left = std::get_if<event::peer_left>(&event))
    return socketio_link::event_packet("peerLeft", to_json(left->peer));
  return socketio_link::event_packet(event_name(event), to_json(event));
}

using role = camel_role;

// Names that the documents define, and names that follow their pattern.
constexpr std::array common_methods{
    camel_method{.event = "getRouterRtpCapabilities",
                 .role = role::capabilities,
                 .positions = {"roomId"},
                 .acknowledge = aliased_capabilities},
    camel_method{.event = "createWebRtcTransport",
                 .role = role::enters,
                 .read = read_create_transport,
                 .positions = {"direction"},
                 .acknowledge = aliased_transport},
    camel_method{.event = "connectTransport",
                 .read = read_connect_transport,
                 .positions = {"transportId", "dtlsParameters"},
                 .acknowledge = connected_reply},
    camel_method{.event = "produce",
                 .read = read_produce,
                 .positions = {"kind", "rtpParameters"},
                 .acknowledge = produced_reply,
                 .answer_event = "producerId",
                 .answer_encoder = produced_event,
                 .error_text = produce_error_text,
                 .identifies_vocabulary = false},
    camel_method{.event = "restartIce",
                 .read = read_restart_ice,
                 .positions = {"transportId"}},
    camel_method{.event = "pauseProducer",
                 .read = read_pause_producer,
                 .positions = {"producerId"}},
    camel_method{.event = "resumeProducer",
                 .read = read_resume_producer,
                 .positions = {"producerId"}},
    camel_method{.event = "closeProducer",
                 .read = read_close_producer,
                 .positions = {"producerId"}},
    camel_method{.event = "pauseConsumer",
                 .read = read_pause_consumer,
                 .positions = {"consumerId"}},
    camel_method{.event = "resumeConsumer",
                 .read = read_resume_consumer,
                 .positions = {"consumerId"}},
    camel_method{.event = "closeConsumer",
                 .read = read_close_consumer,
                 .positions = {"consumerId"}},
    camel_method{.event = "setPreferredLayers",
                 .read = read_set_preferred_layers,
                 .positions = {"consumerId"}},
    camel_method{.event = "requestKeyFrame",
                 .read = read_request_key_frame,
                 .positions = {"consumerId"}},
    camel_method{.event = "setConsumerPriority",
                 .read = read_set_priority,
                 .positions = {"consumerId", "priority"}},
    camel_method{.event = "setPriority",
                 .read = read_set_priority,
                 .positions = {"consumerId", "priority"}},
    camel_method{.event = "changeDisplayName",
                 .read = read_set_display_name,
                 .positions = {"displayName"}},
    camel_method{.event = "kick",
                 .read = read_kick,
                 .positions = {"peerId"},
                 .identifies_vocabulary = false},
    camel_method{.event = "mute",
                 .read = read_mute,
                 .positions = {"peerId", "kind"},
                 .identifies_vocabulary = false},
    camel_method{
        .event = "muteAll", .read = read_mute_all, .positions = {"kind"}},
    camel_method{.event = "askToUnmute",
                 .read = read_ask_to_unmute,
                 .positions = {"peerId", "kind"}},
    camel_method{
        .event = "makeHost", .read = read_make_host, .positions = {"peerId"}},
    camel_method{
        .event = "lockRoom", .read = read_lock_room, .positions = {"locked"}},
    camel_method{
        .event = "setLobby", .read = read_set_lobby, .positions = {"enabled"}},
    camel_method{
        .event = "letIn", .read = read_let_in, .positions = {"knockId"}},
    camel_method{
        .event = "turnAway", .read = read_turn_away, .positions = {"knockId"}},
    camel_method{.event = "messageLobby",
                 .read = read_message_lobby,
                 .positions = {"message"}},
    camel_method{.event = "endRoom", .read = read_end_room},
    camel_method{.event = "startRecording",
                 .read = read_start_recording,
                 .positions = {"title"}},
    camel_method{.event = "stopRecording", .read = read_stop_recording},
    camel_method{.event = "getRecording", .read = read_get_recording},
    camel_method{.event = "listRecordings", .read = read_list_recordings},
    camel_method{.event = "consentToRecording",
                 .read = read_consent_to_recording,
                 .positions = {"accepted"}},
    camel_method{.event = "getProducers",
                 .role = role::enters,
                 .read = read_list_producers,
                 .acknowledge = producers_reply},
    camel_method{.event = "getStats",
                 .read = read_get_stats,
                 .positions = {"transportId"},
                 .acknowledge = stats_reply},
    camel_method{.event = "leaveRoom", .role = role::leaves},
};

} // namespace

camel_method_table common_camel_method_table() {
  return {common_methods, common_push};
}

std::string bare_reply(const camel_replies& replies) {
  // The call may also have joined, as creating a first transport does.
  rapidjson::Document out;
  auto& allocator = out.GetAllocator();
  encode(replies.list.back(), out, allocator);
  const auto& secret = replies.get<reply::joined>().rejoin_secret;
  if (out.IsObject() && !secret.empty()) {
    rapidjson::Value name;
    rapidjson::Value value;
    encode(rejoin_secret_name, name, allocator);
    encode(std::string_view{secret}, value, allocator);
    out.AddMember(name, value, allocator);
  }
  return write_json(out);
}

std::string aliased_transport(const camel_replies& replies) {
  const auto& created = replies.get<reply::transport_created>();
  const success bare{created};
  json_object out;
  out.add("id", created.id)
      .add("iceParameters", created.ice)
      .add("iceCandidates", created.candidates)
      .add("dtlsParameters", created.dtls);
  if (created.sctp)
    out.add("sctpParameters", *created.sctp);
  if (!created.ice_servers.empty())
    out.add("iceServers", created.ice_servers);
  out.add("transportOptions", bare).add("params", bare);
  return add_rejoin_secret(out, replies.get<reply::joined>().rejoin_secret)
      .text();
}

std::string connected_reply(const camel_replies&) {
  return json_object{}.add("connected", true).add("success", true).text();
}

json_object aliased_producer(const producer_info& producer) {
  json_object out;
  out.add("producerId", producer.id)
      .add("id", producer.id)
      .add("kind", to_string(producer.kind))
      .add("peerId", producer.peer)
      .add("paused", producer.paused)
      .add("appData", producer.app_data);
  return out;
}

checked<request> read_create_sending(const rapidjson::Value& payload) {
  return read_create<direction::send>(payload);
}

checked<request> read_create_receiving(const rapidjson::Value& payload) {
  return read_create<direction::recv>(payload);
}

checked<request> read_connect_sending(const rapidjson::Value& payload) {
  return read_connect<direction::send>(payload);
}

checked<request> read_connect_receiving(const rapidjson::Value& payload) {
  return read_connect<direction::recv>(payload);
}

} // namespace troupe::protocol
