#include "actors/transport/signaling_to_engine.hpp"

#include "protocol/ortc/scalability_mode.hpp"
#include "protocol/verbs/limits.hpp"
#include "rtp/receive/layer_monitor.hpp"

#include <algorithm>
#include <cctype>

namespace troupe::actors {

namespace {

using protocol::rtp_codec_parameters;
using protocol::rtp_parameters;

static_assert(protocol::limits::encodings <= rtp::layer_monitor::max_layers);

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return std::tolower(c); });
  return out;
}

rtp::codec to_codec(const std::string& mime_type) {
  auto name = lower(mime_type);
  if (name == "audio/opus")
    return rtp::codec::opus;
  if (name == "video/vp8")
    return rtp::codec::vp8;
  if (name == "video/vp9")
    return rtp::codec::vp9;
  if (name == "video/h264")
    return rtp::codec::h264;
  if (name == "video/av1")
    return rtp::codec::av1;
  return name.starts_with("audio/") ? rtp::codec::other_audio
                                    : rtp::codec::other_video;
}

bool is_rtx(const rtp_codec_parameters& x) {
  return lower(x.mime_type).ends_with("/rtx");
}

rtp::media_kind to_kind(protocol::media_kind in) {
  return in == protocol::media_kind::audio ? rtp::media_kind::audio
                                           : rtp::media_kind::video;
}

/// The codec of the media itself: codecs may be in any order, and the clock
/// rate of an RTX codec is meaningless.
const rtp_codec_parameters& media_codec(const rtp_parameters& in) {
  auto i = std::ranges::find_if_not(in.codecs, is_rtx);
  return i == in.codecs.end() ? in.codecs.front() : *i;
}

/// The payload type of the RTX codec that goes with `media`.
std::optional<rtp::payload_type>
rtx_payload(const rtp_parameters& in, const rtp_codec_parameters& media) {
  for (const auto& x : in.codecs) {
    if (!is_rtx(x))
      continue;
    auto apt = x.parameters.find("apt");
    if (apt != x.parameters.end()
        && apt->second
               == protocol::parameter_value{int64_t{media.payload_type}})
      return rtp::payload_type{x.payload_type};
  }
  return std::nullopt;
}

/// Whether that parameter of the codec is 1.
bool is_on(const rtp_codec_parameters& x, std::string_view parameter) {
  auto i = x.parameters.find(parameter);
  return i != x.parameters.end()
         && (i->second == protocol::parameter_value{int64_t{1}}
             || i->second == protocol::parameter_value{"1"});
}

std::optional<rtp::ssrc> to_ssrc(std::optional<uint32_t> in) {
  return in ? std::optional{rtp::ssrc{*in}} : std::nullopt;
}

/// Only the dependency descriptor tells spatial layers of AV1 apart, and
/// Chromium decodes them only with it.
bool decodes_spatial_layers(const rtp_codec_parameters& media,
                            const rtp::producer_layout& layout,
                            const rtp::extension_map& signaled) {
  return layout.kind != rtp::layering::svc || layout.spatial_layers == 1
         || to_codec(media.mime_type) != rtp::codec::av1
         || signaled.has(rtp::extension::dependency_descriptor);
}

} // namespace

rtp::extension_map
to_engine(const std::vector<protocol::rtp_header_extension_parameters>& in) {
  rtp::extension_map out;
  for (const auto& x : in)
    if (auto known = rtp::extension_from_uri(x.uri))
      out.set(*known, x.id);
  return out;
}

rtp::producer_identity to_identity(const rtp_parameters& in) {
  rtp::producer_identity out;
  out.mid = in.mid;
  out.extensions = to_engine(in.header_extensions);
  for (const auto& x : in.encodings) {
    if (x.ssrc)
      out.ssrcs.push_back(rtp::ssrc{*x.ssrc});
    if (x.rtx_ssrc)
      out.ssrcs.push_back(rtp::ssrc{*x.rtx_ssrc});
    if (!x.rid.empty())
      out.rids.push_back(x.rid);
  }
  return out;
}

rtp::feedback_kinds to_feedback(const rtp_parameters& in) {
  rtp::feedback_kinds out;
  if (in.codecs.empty())
    return out;
  for (const auto& x : media_codec(in).feedback) {
    out.nack |= x.type == "nack" && x.parameter.empty();
    out.pli |= x.type == "nack" && x.parameter == "pli";
    out.fir |= x.type == "ccm" && x.parameter == "fir";
    out.transport_cc |= x.type == "transport-cc";
    out.remb |= x.type == "goog-remb";
  }
  return out;
}

rtp::receiver::config to_receiver(protocol::media_kind kind,
                                  const rtp_parameters& in, bool paused) {
  const auto& media = media_codec(in);
  rtp::receiver::config out;
  out.kind = to_kind(kind);
  out.codec = to_codec(media.mime_type);
  out.clock_rate = media.clock_rate;
  if (out.kind == rtp::media_kind::video)
    out.layout = to_layout(in);
  out.payload = rtp::payload_type{media.payload_type};
  out.rtx_payload = rtx_payload(in, media);
  for (const auto& x : in.encodings)
    out.encodings.push_back({to_ssrc(x.ssrc), to_ssrc(x.rtx_ssrc), x.rid});
  out.extensions = to_engine(in.header_extensions);
  out.feedback = to_feedback(in);
  out.inband_fec =
      out.codec == rtp::codec::opus && is_on(media, "useinbandfec");
  // Consumers of audio request no retransmissions (docs/adr/0031).
  out.keep = kind == protocol::media_kind::video;
  out.paused = paused;
  return out;
}

rtp::producer_layout to_layout(const rtp_parameters& sent) {
  auto clamp = [](size_t count) {
    return static_cast<uint8_t>(std::clamp<size_t>(count, 1, 8));
  };
  if (sent.encodings.empty())
    return {};
  auto mode =
      protocol::parse_scalability_mode(sent.encodings[0].scalability_mode);
  rtp::producer_layout out;
  out.temporal_layers = clamp(mode.temporal_layers);
  if (sent.encodings.size() > 1) {
    out.kind = rtp::layering::simulcast;
    out.spatial_layers = clamp(sent.encodings.size());
  } else if (mode.spatial_layers > 1 || mode.temporal_layers > 1) {
    out.kind = rtp::layering::svc;
    out.keyed = mode.is_ksvc;
    out.spatial_layers =
        clamp(std::min<size_t>(mode.spatial_layers, rtp::spatial_layer_limit));
  }
  return out;
}

rtp::forwarder::config to_forwarder(protocol::media_kind kind,
                                    const rtp_parameters& sent,
                                    const rtp_parameters& signaled,
                                    bool paused) {
  const auto& media = signaled.codecs.front();
  const auto& encoding = signaled.encodings.front();
  rtp::forwarder::config out;
  out.kind = to_kind(kind);
  out.clock_rate = media.clock_rate;
  if (out.kind == rtp::media_kind::video)
    out.layout = to_layout(sent);
  out.ssrc = rtp::ssrc{encoding.ssrc.value_or(0)};
  out.payload = rtp::payload_type{media.payload_type};
  out.rtx_payload = rtx_payload(signaled, media);
  if (out.rtx_payload)
    out.rtx_ssrc = to_ssrc(encoding.rtx_ssrc);
  out.mid = signaled.mid;
  out.cname = signaled.rtcp.cname;
  out.source_extensions = to_engine(sent.header_extensions);
  out.extensions = to_engine(signaled.header_extensions);
  out.feedback = to_feedback(signaled);
  if (!decodes_spatial_layers(media, out.layout, out.extensions)) {
    out.base_layer_only = true;
    out.layout.spatial_layers = 1;
  }
  out.paused = paused;
  return out;
}

net::sctp_reliability
to_reliability(const protocol::sctp_stream_parameters& in) {
  net::sctp_reliability out{in.ordered};
  const auto both = in.max_packet_life_time && in.max_retransmits;
  const auto counts = [&](const std::optional<uint16_t>& x) {
    return !in.ordered && x && (!both || *x > 0);
  };
  if (counts(in.max_packet_life_time))
    out.max_packet_lifetime_ms = in.max_packet_life_time;
  else if (counts(in.max_retransmits))
    out.max_retransmits = in.max_retransmits;
  return out;
}

std::vector<rtp::ssrc> to_ssrcs(const rtp_parameters& signaled) {
  std::vector<rtp::ssrc> out;
  for (const auto& x : signaled.encodings) {
    out.push_back(rtp::ssrc{x.ssrc.value_or(0)});
    if (x.rtx_ssrc)
      out.push_back(rtp::ssrc{*x.rtx_ssrc});
  }
  return out;
}

std::vector<net::certificate_fingerprint>
to_engine(const std::vector<protocol::dtls_fingerprint>& in) {
  std::vector<net::certificate_fingerprint> out;
  for (const auto& x : in)
    out.push_back({x.algorithm, x.value});
  return out;
}

net::remote_dtls_role to_engine(protocol::dtls_role in) {
  switch (in) {
    case protocol::dtls_role::client:
      return net::remote_dtls_role::client;
    case protocol::dtls_role::server:
      return net::remote_dtls_role::server;
    case protocol::dtls_role::automatic:
      break;
  }
  return net::remote_dtls_role::automatic;
}

protocol::ice_candidate from_engine(const net::ice_candidate& in) {
  return {in.foundation, in.priority, in.address,
          in.protocol == net::transport_protocol::udp
              ? protocol::ice_protocol::udp
              : protocol::ice_protocol::tcp,
          in.port};
}

protocol::ice_parameters from_engine(const net::ice_credentials& in) {
  return {in.username_fragment, in.password, true};
}

} // namespace troupe::actors
