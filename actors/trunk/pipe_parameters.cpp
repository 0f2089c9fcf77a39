#include "actors/trunk/pipe_parameters.hpp"

#include "protocol/ortc/ortc.hpp"
#include "protocol/verbs/limits.hpp"
#include "rtp/packet/header_extensions.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

bool names_rid(const protocol::rtp_header_extension_parameters& x) {
  const auto known = rtp::extension_from_uri(x.uri);
  return known == rtp::extension::sdes_rid
         || known == rtp::extension::sdes_repaired_rid;
}

// Clients request no repairs of audio, so its codecs lack them
// (docs/adr/0031). Both nodes choose the same payload type.
void add_audio_repairs(protocol::rtp_parameters& out) {
  if (out.codecs.empty())
    return;
  constexpr uint8_t first_dynamic = 96;
  for (uint8_t type = 127; type >= first_dynamic; --type)
    if (std::ranges::find(out.codecs, type,
                          &protocol::rtp_codec_parameters::payload_type)
        == out.codecs.end()) {
      auto& media = out.codecs.front();
      const protocol::rtcp_feedback nack{"nack", ""};
      if (std::ranges::find(media.feedback, nack) == media.feedback.end())
        media.feedback.push_back(nack);
      out.codecs.push_back({"audio/rtx",
                            type,
                            media.clock_rate,
                            {},
                            {{"apt", int64_t{media.payload_type}}},
                            {}});
      return;
    }
}

} // namespace

size_t pipe_ssrc_count(const protocol::rtp_parameters& consumable) {
  const auto encodings = consumable.encodings.size();
  return encodings > protocol::limits::encodings ? 0 : 2 * encodings;
}

std::optional<protocol::rtp_parameters>
pipe_parameters(protocol::media_kind kind,
                const protocol::rtp_parameters& consumable,
                std::span<const uint32_t> ssrcs) {
  if (ssrcs.empty() || ssrcs.size() != pipe_ssrc_count(consumable))
    return std::nullopt;
  // Draws SSRCs that are replaced below.
  const auto random = net::make_secure_rng();
  auto out =
      protocol::get_pipe_consumer_rtp_parameters(consumable, true, *random);
  if (kind == protocol::media_kind::audio)
    add_audio_repairs(out);
  out.mid.clear();
  std::erase_if(out.header_extensions, names_rid);
  size_t next = 0;
  for (auto& x : out.encodings) {
    x.rid.clear();
    x.ssrc = ssrcs[next++];
    x.rtx_ssrc = ssrcs[next++];
  }
  if (!protocol::check_producer(kind, out))
    return std::nullopt;
  return out;
}

} // namespace troupe::actors
