#include "actors/forward/forward_parameters.hpp"

#include "actors/forward/forward_messages.hpp"
#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "protocol/sdp/sdp_streams.hpp"

#include <algorithm>
#include <functional>

namespace troupe::actors {

namespace {

// Of a receiver without retransmissions and header extensions.
protocol::rtp_capabilities plain_capabilities() {
  auto out = protocol::default_router_rtp_capabilities();
  out.header_extensions.clear();
  std::erase_if(out.codecs,
                [](const auto& x) { return x.mime_type.ends_with("/rtx"); });
  return out;
}

} // namespace

protocol::checked<protocol::rtp_parameters>
forward_parameters(const protocol::rtp_parameters& consumable, uint32_t ssrc,
                   const std::string& cname, net::rng& random) {
  auto out = protocol::get_consumer_rtp_parameters(
      consumable, plain_capabilities(), {.enable_rtx = false, .ssrc = ssrc},
      random);
  if (out)
    out->rtcp.cname = cname;
  return out;
}

std::vector<protocol::rtp_codec_parameters>
forwarded_codecs(protocol::media_kind kind) {
  std::vector<protocol::rtp_codec_parameters> out;
  for (const auto& x : plain_capabilities().codecs)
    if (x.kind == kind)
      out.push_back({x.mime_type,
                     x.preferred_payload_type.value_or(0),
                     x.clock_rate,
                     x.channels,
                     x.parameters,
                     {}});
  return out;
}

std::string to_sdp(const forward_info& x) {
  std::vector<protocol::sdp_stream> streams;
  for (const auto& track : x.tracks)
    streams.push_back({track.kind,
                       track.producer.empty() ? forwarded_codecs(track.kind)
                                              : std::vector{track.codec},
                       protocol::forward_port(x.to, track.kind), track.ssrc,
                       x.id.str()});
  const uint64_t session = std::hash<std::string>{}(x.id.str()) >> 1;
  return protocol::write_sdp_streams(session, x.version, x.to, streams);
}

} // namespace troupe::actors
