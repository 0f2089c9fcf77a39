#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/ortc_match.hpp"
#include "protocol/ortc/ortc_ssrc.hpp"
#include "protocol/ortc/scalability_mode.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "protocol/verbs/mime_type.hpp"

#include <algorithm>
#include <utility>

namespace troupe::protocol {

namespace {

template <class Codec>
bool is_any_of(const Codec& codec,
               std::initializer_list<std::string_view> mime_types) {
  return std::ranges::any_of(mime_types, [&](auto x) {
    return is_same_mime_type(codec.mime_type, x);
  });
}

const rtp_codec_parameters* first_media_codec(const rtp_parameters& params) {
  const auto i = std::ranges::find_if_not(
      params.codecs, [](const auto& x) { return is_rtx(x.mime_type); });
  return i == params.codecs.end() ? nullptr : &*i;
}

// The router's codec for one of a producer's, whose H.264 level is set to the
// negotiated one.
const rtp_codec_capability* match(rtp_codec_parameters& codec,
                                  const rtp_capabilities& caps) {
  const auto i = std::ranges::find_if(caps.codecs, [&](const auto& x) {
    return is_compatible_codec(codec, x);
  });
  if (i == caps.codecs.end())
    return nullptr;
  if (is_same_mime_type(codec.mime_type, "video/H264")) {
    const auto answer = answer_h264(codec.parameters, i->parameters);
    if (answer && answer->profile_level_id)
      codec.parameters.insert_or_assign("profile-level-id",
                                        *answer->profile_level_id);
    else
      codec.parameters.erase("profile-level-id");
  }
  return &*i;
}

std::string describe(const rtp_codec_parameters& codec) {
  return codec.mime_type + " with payload type "
         + std::to_string(codec.payload_type);
}

// The router's codec for each codec of the producer; nullptr if none has been
// found yet.
using codec_matches = std::vector<const rtp_codec_capability*>;

checked<const rtp_codec_capability*> match_rtx(const rtp_codec_parameters& rtx,
                                               const rtp_parameters& params,
                                               const codec_matches& matches,
                                               const rtp_capabilities& caps) {
  const auto apt = associated_payload_type(rtx.parameters);
  const auto i = std::ranges::find_if(
      params.codecs, [&](const auto& x) { return x.payload_type == apt; });
  if (i == params.codecs.end())
    return refusal{ortc_errc::missing_media_codec,
                   "no media codec for " + describe(rtx)};
  const auto* media = matches[static_cast<size_t>(i - params.codecs.begin())];
  const auto* found =
      media ? find_rtx(caps, media->preferred_payload_type.value_or(0))
            : nullptr;
  if (!found)
    return refusal{ortc_errc::unsupported_rtx,
                   "no RTX codec for " + describe(*i)};
  return found;
}

// Maps media codecs first, then retransmission codecs, which refer to them.
checked<std::vector<codec_mapping>> map_codecs(rtp_parameters& params,
                                               const rtp_capabilities& caps) {
  std::vector<codec_mapping> out;
  codec_matches matches(params.codecs.size(), nullptr);
  auto keep = [&](size_t i, const rtp_codec_capability* found) {
    matches[i] = found;
    out.push_back({params.codecs[i].payload_type,
                   found->preferred_payload_type.value_or(0)});
  };
  for (size_t i = 0; i < params.codecs.size(); ++i) {
    auto& codec = params.codecs[i];
    if (is_rtx(codec.mime_type))
      continue;
    const auto* found = match(codec, caps);
    if (!found)
      return refusal{ortc_errc::unsupported_codec,
                     "unsupported codec: " + describe(codec)};
    keep(i, found);
  }
  for (size_t i = 0; i < params.codecs.size(); ++i) {
    if (!is_rtx(params.codecs[i].mime_type))
      continue;
    auto found = match_rtx(params.codecs[i], params, matches, caps);
    if (!found)
      return found.error();
    keep(i, *found);
  }
  return out;
}

// Adds the router's view of a producer's codec, and its retransmissions.
void add_consumable_codec(rtp_parameters& out,
                          const rtp_codec_parameters& codec,
                          const rtp_capabilities& caps,
                          const rtp_mapping& mapping) {
  const auto entry = std::ranges::find(mapping.codecs, codec.payload_type,
                                       &codec_mapping::payload_type);
  if (entry == mapping.codecs.end())
    return;
  const auto payload_type = entry->mapped_payload_type;
  const auto cap = std::ranges::find_if(caps.codecs, [&](const auto& x) {
    return x.preferred_payload_type == payload_type;
  });
  if (cap == caps.codecs.end())
    return;
  out.codecs.push_back({.mime_type = cap->mime_type,
                        .payload_type = payload_type,
                        .clock_rate = cap->clock_rate,
                        .channels = cap->channels,
                        .parameters = codec.parameters,
                        .feedback = cap->feedback});
  if (const auto* rtx = find_rtx(caps, payload_type))
    out.codecs.push_back(
        {.mime_type = rtx->mime_type,
         .payload_type = rtx->preferred_payload_type.value_or(0),
         .clock_rate = rtx->clock_rate,
         .channels = {},
         .parameters = rtx->parameters,
         .feedback = rtx->feedback});
}

bool is_av1(const rtp_parameters& params) {
  return !params.codecs.empty()
         && is_same_mime_type(params.codecs[0].mime_type, "video/AV1");
}

// Whether consumers of a producer can receive this extension. The capture time
// is forwarded from the producer's packets, so the producer must send it.
bool is_consumable(const rtp_header_extension_capability& extension,
                   media_kind kind, const rtp_parameters& params) {
  using enum extension_direction;
  if (extension.kind != kind
      || (extension.direction != sendrecv && extension.direction != sendonly))
    return false;
  return extension.uri != extension_uri::abs_capture_time
         || std::ranges::find(params.header_extensions, extension.uri,
                              &rtp_header_extension_parameters::uri)
                != params.header_extensions.end();
}

} // namespace

void complete_producer_parameters(rtp_parameters& params,
                                  std::string& transport_cname, net::rng& rng) {
  if (params.encodings.empty())
    params.encodings.emplace_back();
  if (transport_cname.empty())
    transport_cname =
        params.rtcp.cname.empty() ? rng.alphanumeric(8) : params.rtcp.cname;
  params.rtcp.cname = transport_cname;
}

checked<producer_type> check_producer(media_kind kind,
                                      const rtp_parameters& params) {
  const auto* codec = first_media_codec(params);
  if (!codec)
    return refusal{ortc_errc::kind_mismatch, "there is no media codec"};
  for (const auto& x : params.codecs)
    if (kind_of_mime_type(x.mime_type) != kind)
      return refusal{ortc_errc::kind_mismatch,
                     describe(x) + " in a producer of kind "
                         + std::string(to_string(kind))};
  const auto& encodings = params.encodings;
  const bool is_single = encodings.size() <= 1;
  for (const auto& x : encodings)
    if (!x.ssrc && x.rid.empty() && !(is_single && !params.mid.empty()))
      return refusal{ortc_errc::unidentified_encoding,
                     "an encoding has neither ssrc nor rid"};
  if (!is_single) {
    if (!is_any_of(*codec,
                   {"video/VP8", "video/VP9", "video/H264", "video/AV1"}))
      return refusal{ortc_errc::unsupported_simulcast,
                     "no simulcast with " + codec->mime_type};
    return producer_type::simulcast;
  }
  const auto mode = parse_scalability_mode(
      encodings.empty() ? std::string_view{} : encodings[0].scalability_mode);
  const bool is_layered = mode.spatial_layers > 1 || mode.temporal_layers > 1;
  if (is_layered
      && is_any_of(*codec,
                   {"video/VP8", "video/VP9", "video/H264", "video/AV1"}))
    return producer_type::svc;
  return producer_type::simple;
}

checked<rtp_mapping>
get_producer_rtp_parameters_mapping(rtp_parameters& params,
                                    const rtp_capabilities& router_caps,
                                    net::rng& rng) {
  auto codecs = map_codecs(params, router_caps);
  if (!codecs)
    return codecs.error();
  rtp_mapping out{*std::move(codecs), {}};
  auto ssrc = random_ssrc_block(params.encodings.size(), rng);
  for (const auto& encoding : params.encodings)
    out.encodings.push_back({encoding.ssrc, encoding.rid, ssrc++});
  return out;
}

rtp_parameters
get_consumable_rtp_parameters(media_kind kind, const rtp_parameters& params,
                              const rtp_capabilities& router_caps,
                              const rtp_mapping& mapping) {
  rtp_parameters out;
  for (const auto& codec : params.codecs)
    if (!is_rtx(codec.mime_type))
      add_consumable_codec(out, codec, router_caps, mapping);
  // Decoders of other codecs than AV1 do not need it.
  const bool has_descriptor = is_av1(out);
  for (const auto& x : router_caps.header_extensions)
    if (is_consumable(x, kind, params)
        && (has_descriptor || x.uri != extension_uri::dependency_descriptor))
      out.header_extensions.push_back({.uri = x.uri,
                                       .id = x.preferred_id,
                                       .encrypt = x.preferred_encrypt,
                                       .parameters = {}});
  const auto count =
      std::min(params.encodings.size(), mapping.encodings.size());
  for (size_t i = 0; i < count; ++i) {
    auto encoding = params.encodings[i];
    encoding.rid.clear();
    encoding.rtx_ssrc.reset();
    encoding.codec_payload_type.reset();
    encoding.ssrc = mapping.encodings[i].mapped_ssrc;
    out.encodings.push_back(std::move(encoding));
  }
  out.rtcp.cname = params.rtcp.cname;
  out.msid = params.msid;
  return out;
}

} // namespace troupe::protocol
