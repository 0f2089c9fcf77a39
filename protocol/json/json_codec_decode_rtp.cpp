#include "protocol/json/json_cursor.hpp"
#include "protocol/verbs/mime_type.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::protocol {

namespace {

constexpr uint8_t max_payload_type = 127;

template <class T>
using decoder = T (*)(const json_cursor&);

// Decodes an array of at most `limit` dictionaries; empty if it is falsy.
template <class T>
std::vector<T> decode_each(const json_cursor& in, size_t limit,
                           decoder<T> decode) {
  std::vector<T> out;
  in.each_element(limit, [&](const json_cursor& element) {
    out.push_back(decode(element));
  });
  return out;
}

parameter_value decode_parameter(const json_cursor& in) {
  const auto& value = *in.value();
  if (value.IsInt64())
    return value.GetInt64();
  if (value.IsNumber()) {
    const auto number = value.GetDouble();
    if (std::abs(number) <= 0x1p53 && std::floor(number) == number)
      return static_cast<int64_t>(number);
    return number;
  }
  if (value.IsString())
    return in.optional_string();
  in.fail(decode_errc::wrong_type, "must be a string or a number");
  return {};
}

parameter_map decode_parameters(const json_cursor& in) {
  parameter_map out;
  in.each_member(
      limits::parameters, [&](std::string_view name, const json_cursor& value) {
        out.insert_or_assign(std::string(name), decode_parameter(value));
      });
  return out;
}

parameter_map decode_codec_parameters(const json_cursor& in) {
  in.each_member(limits::parameters,
                 [&](std::string_view name, const json_cursor& value) {
                   if (name == "apt" && !value.is_number())
                     value.fail(decode_errc::wrong_type, "must be a number");
                 });
  return decode_parameters(in);
}

rtcp_feedback decode_feedback(const json_cursor& in) {
  rtcp_feedback out;
  if (!in.require_object())
    return out;
  out.type = in.member("type").required_string();
  if (const auto parameter = in.member("parameter");
      parameter.value() && parameter.value()->IsString())
    out.parameter = parameter.optional_string();
  return out;
}

// Decodes the common members of a codec's capability and its parameters.
// Returns the kind in the MIME type.
template <class Codec>
media_kind decode_codec(const json_cursor& in, Codec& out) {
  const auto mime_type = in.member("mimeType");
  out.mime_type = mime_type.required_string(limits::mime_type);
  const auto kind = kind_of_mime_type(out.mime_type);
  if (!kind)
    mime_type.fail(decode_errc::bad_value, "must be audio/* or video/*");
  out.clock_rate = in.member("clockRate").required_integer<uint32_t>();
  if (kind == media_kind::audio) {
    const auto channels = in.member("channels");
    out.channels = channels.is_number() ? channels.required_integer<uint8_t>()
                                        : uint8_t{1};
  }
  out.parameters = decode_codec_parameters(in.member("parameters"));
  if (const auto feedback = in.member("rtcpFeedback");
      feedback.value() && feedback.value()->IsArray())
    out.feedback = decode_each(feedback, limits::feedback, &decode_feedback);
  return kind.value_or(media_kind::audio);
}

rtp_codec_capability decode_codec_capability(const json_cursor& in) {
  rtp_codec_capability out;
  if (!in.require_object())
    return out;
  out.kind = decode_codec(in, out);
  out.preferred_payload_type =
      in.member("preferredPayloadType")
          .optional_integer<uint8_t>(0, max_payload_type);
  return out;
}

rtp_codec_parameters decode_codec_in_use(const json_cursor& in) {
  rtp_codec_parameters out;
  if (!in.require_object())
    return out;
  decode_codec(in, out);
  out.payload_type =
      in.member("payloadType").required_integer<uint8_t>(0, max_payload_type);
  return out;
}

media_kind decode_kind(const json_cursor& in) {
  const auto kind = parse_media_kind(in.required_string());
  if (!kind)
    in.fail(decode_errc::bad_value, "must be 'audio' or 'video'");
  return kind.value_or(media_kind::audio);
}

extension_direction decode_direction(const json_cursor& in) {
  using enum extension_direction;
  const auto text = in.optional_string();
  if (text.empty())
    return sendrecv;
  for (auto direction : {sendrecv, sendonly, recvonly})
    if (text == to_string(direction))
      return direction;
  return inactive;
}

rtp_header_extension_capability
decode_extension_capability(const json_cursor& in) {
  rtp_header_extension_capability out;
  if (!in.require_object())
    return out;
  out.kind = decode_kind(in.member("kind"));
  out.uri = in.member("uri").required_string();
  out.preferred_id = in.member("preferredId").required_integer<uint8_t>(1);
  out.preferred_encrypt = in.member("preferredEncrypt").optional_flag();
  out.direction = decode_direction(in.member("direction"));
  return out;
}

rtp_header_extension_parameters decode_extension_in_use(const json_cursor& in) {
  rtp_header_extension_parameters out;
  if (!in.require_object())
    return out;
  out.uri = in.member("uri").required_string();
  out.id = in.member("id").required_integer<uint8_t>(1);
  out.encrypt = in.member("encrypt").optional_flag();
  out.parameters = decode_parameters(in.member("parameters"));
  return out;
}

// An SSRC of 0 counts as absent, as every falsy value does.
std::optional<uint32_t> decode_ssrc(const json_cursor& in) {
  const auto ssrc = in.optional_integer<uint32_t>();
  return ssrc == 0u ? std::nullopt : ssrc;
}

// A hint only: invalid values are ignored, values too large are clamped.
std::optional<uint32_t> decode_bitrate(const json_cursor& in) {
  if (!in.is_number() || in.value()->GetDouble() < 1)
    return std::nullopt;
  return static_cast<uint32_t>(
      std::min<double>(in.value()->GetDouble(), UINT32_MAX));
}

rtp_encoding_parameters decode_encoding(const json_cursor& in) {
  rtp_encoding_parameters out;
  if (!in.require_object())
    return out;
  out.ssrc = decode_ssrc(in.member("ssrc"));
  out.rid = in.member("rid").optional_string(limits::rid);
  if (const auto rtx = in.member("rtx"); rtx.truthy() && rtx.require_object())
    out.rtx_ssrc = rtx.member("ssrc").required_integer<uint32_t>();
  if (const auto payload_type = in.member("codecPayloadType");
      payload_type.is_number())
    out.codec_payload_type =
        payload_type.required_integer<uint8_t>(0, max_payload_type);
  out.dtx = in.member("dtx").lenient_flag(false);
  out.scalability_mode = in.member("scalabilityMode").optional_string();
  out.max_bitrate = decode_bitrate(in.member("maxBitrate"));
  return out;
}

rtp_capabilities decode_capabilities(const json_cursor& in) {
  rtp_capabilities out;
  if (!in.require_object())
    return out;
  out.codecs = decode_each(in.member("codecs"), limits::codecs,
                           &decode_codec_capability);
  out.header_extensions =
      decode_each(in.member("headerExtensions"), limits::header_extensions,
                  &decode_extension_capability);
  return out;
}

size_t octets_of(const parameter_map& parameters) {
  size_t sum = 0;
  for (const auto& [name, value] : parameters) {
    const auto text = std::get_if<std::string>(&value);
    sum += name.size() + (text ? text->size() : sizeof(int64_t));
  }
  return sum;
}

size_t octets_of(const std::vector<rtp_codec_parameters>& codecs) {
  size_t sum = 0;
  for (const auto& x : codecs)
    sum += octets_of(x.parameters);
  return sum;
}

rtp_parameters decode_parameters_in_use(const json_cursor& in) {
  rtp_parameters out;
  if (!in.require_object())
    return out;
  out.mid = in.member("mid").optional_string(limits::mid);
  out.msid = in.member("msid").optional_string();
  const auto codecs = in.member("codecs");
  if (!codecs.value() || !codecs.value()->IsArray())
    codecs.fail(decode_errc::missing, "missing");
  out.codecs = decode_each(codecs, limits::codecs, &decode_codec_in_use);
  if (octets_of(out.codecs) > limits::all_parameters)
    codecs.fail(decode_errc::bad_value,
                "parameters " + limits::at_most(limits::all_parameters));
  out.header_extensions =
      decode_each(in.member("headerExtensions"), limits::header_extensions,
                  &decode_extension_in_use);
  out.encodings =
      decode_each(in.member("encodings"), limits::encodings, &decode_encoding);
  if (const auto rtcp = in.member("rtcp");
      rtcp.truthy() && rtcp.require_object())
    out.rtcp.cname = rtcp.member("cname").optional_string(limits::cname);
  return out;
}

codec_mapping decode_codec_mapping(const json_cursor& in) {
  codec_mapping out;
  if (!in.require_object())
    return out;
  out.payload_type = in.member("payloadType").required_integer<uint8_t>();
  out.mapped_payload_type =
      in.member("mappedPayloadType").required_integer<uint8_t>();
  return out;
}

encoding_mapping decode_encoding_mapping(const json_cursor& in) {
  encoding_mapping out;
  if (!in.require_object())
    return out;
  out.ssrc = decode_ssrc(in.member("ssrc"));
  out.rid = in.member("rid").optional_string(limits::rid);
  out.mapped_ssrc = in.member("mappedSsrc").required_integer<uint32_t>(1);
  return out;
}

rtp_mapping decode_mapping(const json_cursor& in) {
  rtp_mapping out;
  if (!in.require_object())
    return out;
  out.codecs =
      decode_each(in.member("codecs"), limits::codecs, &decode_codec_mapping);
  out.encodings = decode_each(in.member("encodings"), limits::encodings,
                              &decode_encoding_mapping);
  return out;
}

} // namespace

checked<rtp_capabilities> decode_rtp_capabilities(const rapidjson::Value& in) {
  return decode_root(in, "rtpCapabilities", &decode_capabilities);
}

checked<rtp_codec_capability>
decode_rtp_codec_capability(const rapidjson::Value& in) {
  return decode_root(in, "codec", &decode_codec_capability);
}

checked<rtp_parameters> decode_rtp_parameters(const rapidjson::Value& in) {
  return decode_root(in, "rtpParameters", &decode_parameters_in_use);
}

checked<rtp_mapping> decode_rtp_mapping(const rapidjson::Value& in) {
  return decode_root(in, "rtpMapping", &decode_mapping);
}

checked<media_kind> decode_media_kind(const rapidjson::Value& in) {
  return decode_root(in, "kind", &decode_kind);
}

} // namespace troupe::protocol
