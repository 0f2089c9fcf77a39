#include "protocol/dialects/protoo/protoo_methods.hpp"

#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/json/json_codec.hpp"

#include <algorithm>
#include <array>

namespace troupe::protocol {

namespace {

using rapidjson::Value;

constexpr std::string_view bot_label = "bot";

checked<request> read_router_capabilities(const Value&) {
  return request{verb::get_capabilities{}};
}

checked<request> read_announce(const Value& data) {
  verb::announce verb;
  verb.name = find_text(data, "displayName").value_or("");
  if (const auto device = find_member(data, "device");
      device && device->IsObject())
    verb.device.text = write_json(*device);
  auto capabilities = read_capabilities(data);
  if (!capabilities)
    return capabilities.error();
  verb.capabilities = std::move(*capabilities);
  return request{std::move(verb)};
}

// The current generation's {appData: {direction}}; null if absent.
const Value* find_app_direction(const Value& data) {
  const auto app_data = find_member(data, "appData");
  return app_data ? find_member(*app_data, "direction") : nullptr;
}

checked<request> read_webrtc_transport(const Value& data) {
  verb::create_transport verb;
  const auto force = find_member(data, "forceTcp");
  verb.force_tcp = force && force->IsTrue();
  const auto app_direction = find_app_direction(data);
  const auto sends = app_direction ? *app_direction == "producer"
                                   : find_member(data, "producing") != nullptr;
  const auto receives = is_for_consuming(data);
  if (sends != receives)
    verb.direction = sends ? direction::send : direction::recv;
  // The current app never requests SCTP, and the legacy app only if its library
  // knew it. A client without data channels ignores it.
  verb.sctp = num_sctp_streams{};
  if (const auto member = find_member(data, "sctpCapabilities"))
    if (const auto known = decode_sctp_capabilities(*member))
      verb.sctp = known->num_streams;
  return request{verb};
}

// A channel for the bot of the demo's server, which alone receives it: the
// current app names it in `channel`, the legacy app in the label.
checked<request> read_produce_data_of_app(const Value& data) {
  auto read = read_produce_data(data);
  if (!read)
    return read;
  auto& verb = std::get<verb::produce_data>(*read);
  const auto app_data = find_member(data, "appData");
  const auto channel =
      app_data ? find_text(*app_data, "channel") : std::nullopt;
  verb.for_server = channel.value_or(verb.label) == bot_label;
  return read;
}

template <const char* const& Member>
checked<request> read_stats_of(const Value& data) {
  return request{verb::get_stats{find_text(data, Member).value_or("")}};
}

constexpr const char* transport_member = "transportId";
constexpr const char* producer_member = "producerId";
constexpr const char* consumer_member = "consumerId";
constexpr const char* data_producer_member = "dataProducerId";
constexpr const char* data_consumer_member = "dataConsumerId";

// A method that clients of either generation request.
constexpr protoo_method query(std::string_view name, request_decoder read,
                              std::string_view subject = {},
                              bool joined = false) {
  return {name, read, subject, joined};
}

// A method that legacy requests and current notifies of.
constexpr protoo_method command(std::string_view name, request_decoder read,
                                std::string_view subject) {
  return {name, read, subject, true, true, protoo_generation::legacy};
}

constexpr protoo_method
refused(std::string_view name, error_code code, std::string_view why,
        protoo_generation of = protoo_generation::unknown) {
  return {name, nullptr, {}, false, false, of, code, why};
}

constexpr std::string_view no_throttle = "Network throttling is not available";

constexpr std::array methods{
    protoo_method{.name = "getRtcStatsUrl",
                  .generation = protoo_generation::current},
    query("getRouterRtpCapabilities", read_router_capabilities),
    query("join", read_announce),
    query("createWebRtcTransport", read_webrtc_transport),
    query("connectWebRtcTransport", read_connect_transport, transport_member),
    query("restartIce", read_restart_ice, transport_member),
    query("produce", read_produce, transport_member, true),
    command("closeProducer", read_close_producer, producer_member),
    command("pauseProducer", read_pause_producer, producer_member),
    command("resumeProducer", read_resume_producer, producer_member),
    command("pauseConsumer", read_pause_consumer, consumer_member),
    command("resumeConsumer", read_resume_consumer, consumer_member),
    command("setConsumerPreferredLayers", read_set_preferred_layers,
            consumer_member),
    command("setConsumerPriority", read_set_priority, consumer_member),
    command("setPriority", read_set_priority, consumer_member),
    command("requestConsumerKeyFrame", read_request_key_frame, consumer_member),
    command("changeDisplayName", read_set_display_name, "displayName"),
    query("getTransportStats", read_stats_of<transport_member>,
          transport_member),
    query("getProducerStats", read_stats_of<producer_member>, producer_member),
    query("getConsumerStats", read_stats_of<consumer_member>, consumer_member),
    query("produceData", read_produce_data_of_app, transport_member, true),
    query("getDataProducerStats", read_stats_of<data_producer_member>,
          data_producer_member),
    query("getDataConsumerStats", read_stats_of<data_consumer_member>,
          data_consumer_member),
    command("closeDataProducer", read_close_data_producer,
            data_producer_member),
    command("pauseDataProducer", read_pause_data_producer,
            data_producer_member),
    command("resumeDataProducer", read_resume_data_producer,
            data_producer_member),
    command("pauseDataConsumer", read_pause_data_consumer,
            data_consumer_member),
    command("resumeDataConsumer", read_resume_data_consumer,
            data_consumer_member),
    command("setDataConsumerSubchannels", read_set_subchannels,
            data_consumer_member),
    command("addDataConsumerSubchannel", read_add_subchannel,
            data_consumer_member),
    command("removeDataConsumerSubchannel", read_remove_subchannel,
            data_consumer_member),
    command("setDataConsumerBufferedAmountLowThreshold", read_set_low_threshold,
            data_consumer_member),
    query("getDataConsumerBufferedAmount", read_get_buffered_amount,
          data_consumer_member, true),
    query("getChatHistory", read_get_chat_history, "", true),
    query("startRecording", read_start_recording, "", true),
    query("stopRecording", read_stop_recording, "", true),
    query("getRecording", read_get_recording, "", true),
    query("listRecordings", read_list_recordings, "", true),
    query("consentToRecording", read_consent_to_recording, "", true),
    refused("applyNetworkThrottle", error_code::forbidden, no_throttle),
    refused("resetNetworkThrottle", error_code::forbidden, no_throttle,
            protoo_generation::legacy),
    refused("stopNetworkThrottle", error_code::forbidden, no_throttle,
            protoo_generation::current),
};

} // namespace

std::span<const protoo_method> protoo_methods() {
  return methods;
}

const protoo_method* find_protoo_method(std::string_view name) {
  const auto found =
      std::find_if(methods.begin(), methods.end(),
                   [&](const auto& x) { return x.name == name; });
  return found == methods.end() ? nullptr : &*found;
}

std::variant<request, error> read_protoo_call(const protoo_method& method,
                                              const Value& data) {
  if (!data.IsObject())
    return bad_member("data", "must be an object");
  if (!method.subject.empty()) {
    const auto subject = find_member(data, method.subject);
    if (!subject)
      return bad_member(method.subject, "missing");
    if (!subject->IsString())
      return bad_member(method.subject, "must be a string");
  }
  auto verb = method.read(data);
  if (!verb)
    return to_error(verb.error());
  return std::move(*verb);
}

protoo_generation generation_of(const protoo_message& message) {
  if (message.method == "createWebRtcTransport") {
    if (find_app_direction(*message.data))
      return protoo_generation::current;
    if (message.data->IsObject()
        && (message.data->HasMember("producing")
            || message.data->HasMember("consuming")))
      return protoo_generation::legacy;
  }
  const auto method = find_protoo_method(message.method);
  if (!method)
    return protoo_generation::unknown;
  if (message.kind == protoo_kind::notification)
    return method->command ? protoo_generation::current
                           : protoo_generation::unknown;
  return method->generation;
}

bool is_for_consuming(const Value& data) {
  const auto app_direction = find_app_direction(data);
  return app_direction ? *app_direction == "consumer"
                       : find_member(data, "consuming") != nullptr;
}

} // namespace troupe::protocol
