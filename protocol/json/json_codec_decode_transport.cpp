#include "protocol/json/json_cursor.hpp"
#include "protocol/verbs/dtls_fingerprint.hpp"

namespace troupe::protocol {

namespace {

// Returns nothing for an unknown algorithm, which the caller ignores.
std::optional<dtls_fingerprint> decode_fingerprint(const json_cursor& in) {
  if (!in.require_object())
    return std::nullopt;
  const auto value = in.member("value");
  dtls_fingerprint out{in.member("algorithm").required_string(),
                       value.required_string()};
  switch (normalize(out)) {
    case fingerprint_state::unknown_algorithm:
      return std::nullopt;
    case fingerprint_state::bad_value:
      value.fail(decode_errc::bad_value, "must be a hash of this algorithm");
      break;
    case fingerprint_state::usable:
      break;
  }
  return out;
}

dtls_role decode_role(const json_cursor& in) {
  using enum dtls_role;
  const auto text = in.optional_string();
  if (text.empty())
    return automatic;
  for (auto role : {automatic, client, server})
    if (text == to_string(role))
      return role;
  in.fail(decode_errc::bad_value, "must be 'auto', 'client' or 'server'");
  return automatic;
}

dtls_parameters decode_dtls(const json_cursor& in) {
  dtls_parameters out;
  if (!in.require_object())
    return out;
  out.role = decode_role(in.member("role"));
  const auto fingerprints = in.member("fingerprints");
  fingerprints.each_element(
      limits::fingerprints, [&](const json_cursor& element) {
        if (auto fingerprint = decode_fingerprint(element))
          out.fingerprints.push_back(*std::move(fingerprint));
      });
  if (out.fingerprints.empty())
    fingerprints.fail(decode_errc::missing, "no usable fingerprint");
  return out;
}

ice_parameters decode_ice(const json_cursor& in) {
  ice_parameters out;
  if (!in.require_object())
    return out;
  out.username_fragment = in.member("usernameFragment").required_string();
  out.password = in.member("password").required_string();
  out.ice_lite = in.member("iceLite").optional_flag();
  return out;
}

ice_protocol decode_protocol(const json_cursor& in) {
  const auto text = in.required_string();
  if (text != "udp" && text != "tcp")
    in.fail(decode_errc::bad_value, "must be 'udp' or 'tcp'");
  return text == "tcp" ? ice_protocol::tcp : ice_protocol::udp;
}

ice_candidate decode_candidate(const json_cursor& in) {
  ice_candidate out;
  if (!in.require_object())
    return out;
  out.foundation = in.member("foundation").required_string();
  out.priority = in.member("priority").required_integer<uint32_t>();
  const auto address = in.member("address");
  out.address = address.truthy() ? address.required_string()
                                 : in.member("ip").required_string();
  out.protocol = decode_protocol(in.member("protocol"));
  out.port = in.member("port").required_integer<uint16_t>();
  return out;
}

sctp_parameters decode_sctp(const json_cursor& in) {
  sctp_parameters out;
  if (!in.require_object())
    return out;
  auto take = [&]<class T>(const char* name, T& member) {
    member = in.member(name).optional_integer<T>().value_or(member);
  };
  take("port", out.port);
  take("OS", out.os);
  take("MIS", out.mis);
  take("maxMessageSize", out.max_send_message_size);
  take("maxMessageSize", out.max_receive_message_size);
  take("maxSendMessageSize", out.max_send_message_size);
  take("maxReceiveMessageSize", out.max_receive_message_size);
  take("sendBufferSize", out.send_buffer_size);
  take("perStreamSendQueueLimit", out.per_stream_send_queue_limit);
  take("maxReceiverWindowBufferSize", out.max_receiver_window_buffer_size);
  out.is_data_channel = in.member("isDataChannel").lenient_flag(true);
  return out;
}

num_sctp_streams decode_num_streams(const json_cursor& in) {
  num_sctp_streams out;
  if (!in.require_object())
    return out;
  out.os = in.member("OS").required_integer<uint16_t>();
  out.mis = in.member("MIS").required_integer<uint16_t>();
  return out;
}

sctp_capabilities decode_sctp_caps(const json_cursor& in) {
  sctp_capabilities out;
  if (in.require_object())
    out.num_streams = decode_num_streams(in.member("numStreams"));
  return out;
}

sctp_stream_parameters decode_sctp_stream(const json_cursor& in) {
  sctp_stream_parameters out;
  if (!in.require_object())
    return out;
  out.stream_id = in.member("streamId").required_integer<uint16_t>(0, 65'534);
  out.max_packet_life_time =
      in.member("maxPacketLifeTime").optional_integer<uint16_t>();
  out.max_retransmits =
      in.member("maxRetransmits").optional_integer<uint16_t>();
  const bool has_life_time = out.max_packet_life_time.value_or(0) != 0;
  const bool has_retransmits = out.max_retransmits.value_or(0) != 0;
  if (has_life_time && has_retransmits)
    in.fail(decode_errc::bad_value,
            "maxPacketLifeTime and maxRetransmits exclude each other");
  const bool is_limited = has_life_time || has_retransmits;
  const auto ordered = in.member("ordered");
  out.ordered = ordered.lenient_flag(!is_limited);
  if (out.ordered && is_limited)
    ordered.fail(decode_errc::bad_value,
                 "must be false with maxPacketLifeTime or maxRetransmits");
  return out;
}

} // namespace

checked<ice_parameters> decode_ice_parameters(const rapidjson::Value& in) {
  return decode_root(in, "iceParameters", &decode_ice);
}

checked<ice_candidate> decode_ice_candidate(const rapidjson::Value& in) {
  return decode_root(in, "iceCandidate", &decode_candidate);
}

checked<dtls_parameters> decode_dtls_parameters(const rapidjson::Value& in) {
  return decode_root(in, "dtlsParameters", &decode_dtls);
}

checked<sctp_parameters> decode_sctp_parameters(const rapidjson::Value& in) {
  return decode_root(in, "sctpParameters", &decode_sctp);
}

checked<sctp_capabilities>
decode_sctp_capabilities(const rapidjson::Value& in) {
  return decode_root(in, "sctpCapabilities", &decode_sctp_caps);
}

checked<num_sctp_streams> decode_num_sctp_streams(const rapidjson::Value& in) {
  return decode_root(in, "numSctpStreams", &decode_num_streams);
}

checked<sctp_stream_parameters>
decode_sctp_stream_parameters(const rapidjson::Value& in) {
  return decode_root(in, "sctpStreamParameters", &decode_sctp_stream);
}

} // namespace troupe::protocol
