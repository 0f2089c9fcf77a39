#include "protocol/ortc/ortc_match.hpp"

#include "protocol/verbs/mime_type.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

// Two absent parameters count as equal.
bool is_same_parameter(const codec_view& a, const codec_view& b,
                       std::string_view name) {
  const auto i = a.parameters.find(name);
  const auto k = b.parameters.find(name);
  if (i == a.parameters.end() || k == b.parameters.end())
    return i == a.parameters.end() && k == b.parameters.end();
  return i->second == k->second;
}

bool is_same_or_zero(const codec_view& a, const codec_view& b,
                     std::string_view name) {
  return parameter_or_zero(a.parameters, name)
         == parameter_or_zero(b.parameters, name);
}

} // namespace

parameter_value parameter_or_zero(const parameter_map& parameters,
                                  std::string_view name) {
  const auto i = parameters.find(name);
  if (i == parameters.end() || i->second == parameter_value{std::string{}})
    return int64_t{0};
  return i->second;
}

std::optional<uint8_t>
associated_payload_type(const parameter_map& parameters) {
  const auto i = parameters.find("apt");
  if (i == parameters.end())
    return std::nullopt;
  const auto* number = std::get_if<int64_t>(&i->second);
  if (!number || *number < 0 || *number > 127)
    return std::nullopt;
  return static_cast<uint8_t>(*number);
}

const rtp_codec_capability* find_rtx(const rtp_capabilities& caps,
                                     uint8_t payload_type) {
  const auto i = std::ranges::find_if(caps.codecs, [&](const auto& x) {
    return is_rtx(x.mime_type)
           && associated_payload_type(x.parameters) == payload_type;
  });
  return i == caps.codecs.end() ? nullptr : &*i;
}

bool is_same_codec(const codec_view& a, const codec_view& b) {
  if (!is_same_mime_type(a.mime_type, b.mime_type)
      || a.clock_rate != b.clock_rate || a.channels != b.channels)
    return false;
  return !is_same_mime_type(a.mime_type, "audio/multiopus")
         || (is_same_parameter(a, b, "num_streams")
             && is_same_parameter(a, b, "coupled_streams"));
}

bool is_compatible_codec(const codec_view& a, const codec_view& b) {
  if (!is_same_codec(a, b))
    return false;
  if (is_same_mime_type(a.mime_type, "video/H264"))
    return is_same_or_zero(a, b, "packetization-mode")
           && answer_h264(a.parameters, b.parameters).has_value();
  if (is_same_mime_type(a.mime_type, "video/VP9"))
    return is_same_or_zero(a, b, "profile-id");
  return true;
}

} // namespace troupe::protocol
