#include "protocol/dialects/broadcaster/broadcaster_decoder.hpp"

#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/dialects/common/request_decoder_members.hpp"

namespace troupe::protocol {

namespace {

using rapidjson::Value;

checked<request> read_plain_transport(const Value& data) {
  verb::create_transport verb;
  verb.direction = direction::send;
  verb.plain.emplace();
  const auto mux = optional_bool(data, "rtcpMux", verb.plain->rtcp_mux);
  const auto comedia = optional_bool(data, "comedia", verb.plain->comedia);
  return finish(verb, {mux, comedia});
}

verdict read_port(const Value& data, std::string_view name, uint16_t& out) {
  const Value* member = nullptr;
  if (auto missing = required(data, name, member))
    return missing;
  constexpr unsigned most = 65535;
  if (!member->IsUint() || member->GetUint() == 0 || member->GetUint() > most)
    return refuse(decode_errc::bad_value, name, "must be 1 to 65535");
  out = static_cast<uint16_t>(member->GetUint());
  return std::nullopt;
}

} // namespace

checked<request> read_broadcaster(const Value& data) {
  verb::join verb;
  verb.must_exist = false;
  verb.rights.moderate = false;
  const auto name = find_text(data, "displayName");
  if (!name)
    return refuse(decode_errc::missing, "displayName", "missing");
  verb.name = *name;
  json_object device;
  const auto member_device = find_member(data, "device");
  const auto text = [&](std::string_view member) {
    return member_device && member_device->IsObject()
               ? find_text(*member_device, member)
               : std::nullopt;
  };
  device.add("flag", broadcaster_flag)
      .add("name", text("name").value_or("Unknown device"));
  if (const auto version = text("version"))
    device.add("version", *version);
  verb.device.text = device.text();
  auto capabilities = read_capabilities(data);
  if (!capabilities)
    return capabilities.error();
  verb.capabilities = std::move(*capabilities);
  return request{std::move(verb)};
}

checked<request> read_broadcaster_transport(const Value& data) {
  const auto type = find_text(data, "type");
  if (type == "webrtc")
    return read_create_transport(data);
  if (type == "plain")
    return read_plain_transport(data);
  return refuse(decode_errc::bad_value, "type", "must be 'webrtc' or 'plain'");
}

checked<request> read_broadcaster_consume(const Value& data) {
  if (!find_member(data, "producerId"))
    return refuse(decode_errc::missing, "producerId", "missing");
  return read_consume_running(data);
}

checked<request> read_broadcaster_consume_data(const Value& data) {
  if (!find_member(data, "dataProducerId"))
    return refuse(decode_errc::missing, "dataProducerId", "missing");
  return read_consume_data(data);
}

checked<request> read_broadcaster_connect(const Value& data) {
  if (!find_member(data, "ip") || find_member(data, "dtlsParameters"))
    return read_connect_transport(data);
  verb::connect_transport verb;
  auto& where = verb.plain.emplace();
  const auto id = optional_id(data, "transportId", verb.transport);
  constexpr size_t max_address_length = 64;
  const auto ip = optional_text(data, "ip", max_address_length, where.ip);
  const auto port = read_port(data, "port", where.port);
  verdict rtcp;
  if (find_member(data, "rtcpPort"))
    rtcp = read_port(data, "rtcpPort", where.rtcp_port.emplace());
  return finish(std::move(verb), {id, ip, port, rtcp});
}

} // namespace troupe::protocol
