#include "protocol/sdp/sdp_draft.hpp"

#include "protocol/sdp/sdp_attributes.hpp"
#include "protocol/sdp/sdp_text.hpp"
#include "protocol/verbs/mime_type.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

// Of a word of an m= line, in octets: a refusal repeats them.
constexpr size_t word_limit = 32;

// RTP over DTLS-SRTP is named UDP/TLS/RTP/SAVPF; some say RTP/SAVPF alone
// (RFC 8829, section 5.1.2).
bool is_secure_rtp(std::string_view protocol) {
  const auto lower = to_lower(protocol);
  return lower.ends_with("rtp/savpf") || lower.ends_with("rtp/savp");
}

sdp_fault read_payload_types(sdp_draft& out, std::string_view formats) {
  for (; !formats.empty();) {
    const auto number = parse_sdp_number<uint8_t>(take_sdp_word(formats));
    if (!number || *number > 127)
      return sdp_bad_value("m=: a format is no payload type");
    if (find_codec(out, *number))
      return sdp_bad_value("m=: a payload type is listed twice");
    if (out.codecs.size() == sdp_limits::codecs)
      return sdp_too_many("m=: more than 64 payload types");
    out.codecs.emplace_back().payload_type = *number;
  }
  return std::nullopt;
}

void finish_codecs(sdp_draft& draft) {
  for (auto& codec : draft.codecs) {
    if (codec.mime_type.empty())
      continue;
    if (!is_rtx(codec.mime_type))
      for (const auto& x : draft.feedback)
        if (std::ranges::find(codec.feedback, x) == codec.feedback.end())
          codec.feedback.push_back(x);
    draft.section.codecs.push_back(std::move(codec));
  }
}

void finish_sources(sdp_draft& draft) {
  auto& sources = draft.section.sources;
  for (const auto& [media, repair] : draft.repairs) {
    const auto i = std::ranges::find(sources, media, &sdp_source::ssrc);
    if (i == sources.end() || media == repair)
      continue;
    i->rtx_ssrc = repair;
    std::erase_if(sources,
                  [rtx = repair](const auto& x) { return x.ssrc == rtx; });
  }
}

} // namespace

sdp_fault begin_section(sdp_draft& out, std::string_view value) {
  auto& section = out.section;
  const auto media = take_sdp_word(value);
  const auto ports = take_sdp_word(value);
  const auto protocol = take_sdp_word(value);
  auto formats = value;
  const auto format = take_sdp_word(value);
  const auto port =
      parse_sdp_number<uint16_t>(ports.substr(0, ports.find('/')));
  if (!is_sdp_token(media, word_limit) || !port
      || !is_sdp_token(protocol, word_limit, true)
      || !is_sdp_token(format, word_limit))
    return sdp_bad_value("m=: not <media> <port> <protocol> <format>");
  section.media = media;
  section.protocol = protocol;
  section.format = format;
  section.rejected = *port == 0;
  if (is_secure_rtp(protocol))
    section.kind = parse_media_kind(media);
  for (auto& x : section.header_extensions)
    x.kind = section.kind.value_or(media_kind::audio);
  out.inherits_fingerprints = true;
  out.inherited_extensions = section.header_extensions.size();
  return section.kind ? read_payload_types(out, formats) : std::nullopt;
}

sdp_section finish_section(sdp_draft draft) {
  finish_codecs(draft);
  finish_sources(draft);
  auto& section = draft.section;
  // RFC 8853, section 5.2: RIDs without a=rid are to be discarded.
  for (const auto& x : draft.simulcast)
    if (const auto i = std::ranges::find(draft.rids, x, &sdp_rid::id);
        i != draft.rids.end()
        && std::ranges::find(section.rids, x, &sdp_rid::id)
               == section.rids.end())
      section.rids.push_back(*i);
  section.rejected &= !draft.bundle_only;
  return std::move(section);
}

} // namespace troupe::protocol
