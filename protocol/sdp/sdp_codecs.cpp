#include "protocol/sdp/sdp_codecs.hpp"

#include <algorithm>
#include <string_view>
#include <variant>

namespace troupe::protocol {

namespace {

std::string to_text(const parameter_value& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return *text;
  if (const auto* number = std::get_if<int64_t>(&value))
    return std::to_string(*number);
  return std::to_string(std::get<double>(value));
}

// Whether it may stand in a line.
bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char x) {
    constexpr unsigned char del = 0x7f;
    const auto octet = static_cast<unsigned char>(x);
    return octet < ' ' || octet == del;
  });
}

} // namespace

void write_sdp_codec(std::string& out, const rtp_codec_parameters& codec) {
  const auto payload_type = std::to_string(codec.payload_type);
  const auto name = codec.mime_type.substr(codec.mime_type.find('/') + 1);
  const auto channels = codec.channels.value_or(1);
  out += "a=rtpmap:" + payload_type + ' ' + name + '/'
         + std::to_string(codec.clock_rate);
  if (channels > 1)
    out += '/' + std::to_string(channels);
  out += "\r\n";
  for (const auto& x : codec.feedback)
    out += "a=rtcp-fb:" + payload_type + ' ' + x.type
           + (x.parameter.empty() ? "" : " ") + x.parameter + "\r\n";
  std::string parameters;
  for (const auto& [key, value] : codec.parameters) {
    const auto text = to_text(value);
    if (is_printable(key) && is_printable(text))
      parameters += (parameters.empty() ? "" : ";") + key + '=' + text;
  }
  if (!parameters.empty())
    out += "a=fmtp:" + payload_type + ' ' + parameters + "\r\n";
}

} // namespace troupe::protocol
