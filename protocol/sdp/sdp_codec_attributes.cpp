#include "protocol/sdp/sdp_attributes.hpp"
#include "protocol/sdp/sdp_text.hpp"
#include "protocol/verbs/limits.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

// Of a codec, so that "video/" and the name are within limits::mime_type.
constexpr auto name_limit = limits::mime_type - 6;

// A value in the canonical form of an integer becomes a number, as in
// mediasoup-client. profile-level-id stays text: it is hexadecimal, but may
// look like a decimal number.
parameter_value to_parameter(std::string_view name, std::string_view value) {
  if (name != "profile-level-id")
    if (const auto number = parse_sdp_number<int64_t>(value);
        number && std::to_string(*number) == value)
      return *number;
  return std::string(value);
}

// FFmpeg 8.0 writes its own flag for constrained baseline, 0x200, where two
// digits of profile-iop belong: 422001f instead of 42e01f.
std::string repair_profile_level_id(std::string_view value) {
  if (value.size() == 7 && value.starts_with("42200"))
    return "42e0" + std::string(value.substr(5));
  return std::string(value);
}

sdp_fault add_parameter(sdp_draft& out, rtp_codec_parameters& codec,
                        std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  const auto end = text.find('=');
  // Some formats, such as RED and telephone-event, have values without names.
  if (end == text.npos || end == 0)
    return std::nullopt;
  const auto name = text.substr(0, end);
  const auto value = text.substr(end + 1);
  out.parameter_octets += name.size() + value.size();
  if (name.size() > limits::text || value.size() > limits::text
      || codec.parameters.size() == limits::parameters
      || out.parameter_octets > limits::all_parameters)
    return sdp_too_many("a=fmtp: too many parameters, or too long ones");
  codec.parameters.insert_or_assign(
      std::string(name), name == "profile-level-id"
                             ? parameter_value{repair_profile_level_id(value)}
                             : to_parameter(name, value));
  return std::nullopt;
}

std::optional<media_direction> parse_direction(std::string_view text) {
  using enum extension_direction;
  for (auto x : {sendrecv, sendonly, recvonly, inactive})
    if (text == to_string(x))
      return x;
  return std::nullopt;
}

// An extension of the section replaces one of the session.
void drop_inherited(sdp_draft& out, uint16_t id, std::string_view uri) {
  auto& all = out.section.header_extensions;
  const auto own =
      all.begin() + static_cast<ptrdiff_t>(out.inherited_extensions);
  const auto kept = std::remove_if(all.begin(), own, [&](const auto& x) {
    return x.preferred_id == id || x.uri == uri;
  });
  out.inherited_extensions = static_cast<size_t>(kept - all.begin());
  all.erase(kept, own);
}

// Takes the payload type that begins the value of an attribute.
std::optional<uint8_t> take_payload_type(std::string_view& value) {
  const auto number = parse_sdp_number<uint8_t>(take_sdp_word(value));
  return number && *number <= 127 ? number : std::nullopt;
}

} // namespace

rtp_codec_parameters* find_codec(sdp_draft& draft, uint8_t payload_type) {
  const auto i = std::ranges::find(draft.codecs, payload_type,
                                   &rtp_codec_parameters::payload_type);
  return i == draft.codecs.end() ? nullptr : &*i;
}

sdp_fault read_rtpmap(sdp_draft& out, std::string_view value) {
  const auto payload_type = take_payload_type(value);
  const auto name = take_sdp_word(value, '/');
  const auto rate = parse_sdp_number<uint32_t>(take_sdp_word(value, '/'));
  if (!payload_type || !is_sdp_token(name, name_limit) || !rate || *rate == 0)
    return sdp_bad_value("a=rtpmap: not <payload type> <name>/<clock rate>");
  std::optional<uint8_t> channels;
  if (!value.empty() && !(channels = parse_sdp_number<uint8_t>(value)))
    return sdp_bad_value("a=rtpmap: channels must be a number");
  auto* codec = find_codec(out, *payload_type);
  if (!codec)
    return std::nullopt;
  const auto kind = *out.section.kind; // else it had no payload types
  codec->mime_type = std::string(to_string(kind)) + '/' + std::string(name);
  codec->clock_rate = *rate;
  if (kind == media_kind::audio)
    codec->channels = channels.value_or(1);
  return std::nullopt;
}

sdp_fault read_fmtp(sdp_draft& out, std::string_view value) {
  const auto payload_type = take_payload_type(value);
  if (!payload_type)
    return sdp_bad_value("a=fmtp: no payload type");
  auto* codec = find_codec(out, *payload_type);
  if (!codec)
    return std::nullopt;
  sdp_fault fault;
  for_each_sdp_word(value, ';', [&](std::string_view x) {
    if (!fault)
      fault = add_parameter(out, *codec, x);
  });
  return fault;
}

sdp_fault read_feedback(sdp_draft& out, std::string_view value) {
  auto* into = &out.feedback;
  if (value.starts_with("* ")) {
    take_sdp_word(value);
  } else {
    const auto payload_type = take_payload_type(value);
    if (!payload_type)
      return sdp_bad_value("a=rtcp-fb: neither payload type nor *");
    auto* codec = find_codec(out, *payload_type);
    if (!codec)
      return std::nullopt;
    into = &codec->feedback;
  }
  rtcp_feedback x;
  x.type = take_sdp_word(value);
  x.parameter = value;
  if (!is_sdp_token(x.type, limits::mime_type)
      || x.parameter.size() > limits::text)
    return sdp_bad_value("a=rtcp-fb: no type, or too long");
  if (std::ranges::find(*into, x) != into->end())
    return std::nullopt;
  if (into->size() == limits::feedback)
    return sdp_too_many("a=rtcp-fb: more than 32 of one codec");
  into->push_back(std::move(x));
  return std::nullopt;
}

sdp_fault read_extmap(sdp_draft& out, std::string_view value) {
  auto ids = take_sdp_word(value);
  const auto id = parse_sdp_number<uint16_t>(take_sdp_word(ids, '/'));
  const auto direction =
      ids.empty() ? media_direction::sendrecv : parse_direction(ids);
  const auto uri = take_sdp_word(value);
  if (!id || *id == 0 || !direction || uri.empty() || uri.size() > limits::text)
    return sdp_bad_value("a=extmap: not <id>[/<direction>] <uri>");
  // Higher ids ask for an id (RFC 8285, section 5).
  if (*id > UINT8_MAX)
    return std::nullopt;
  auto& all = out.section.header_extensions;
  drop_inherited(out, *id, uri);
  if (std::ranges::any_of(all,
                          [&](const auto& x) { return x.preferred_id == *id; }))
    return sdp_bad_value("a=extmap: an id is used twice");
  if (all.size() == limits::header_extensions)
    return sdp_too_many("a=extmap: more than 128");
  all.push_back({.kind = out.section.kind.value_or(media_kind::audio),
                 .uri = std::string(uri),
                 .preferred_id = static_cast<uint8_t>(*id),
                 .preferred_encrypt = false,
                 .direction = *direction});
  return std::nullopt;
}

} // namespace troupe::protocol
