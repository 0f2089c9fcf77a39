#pragma once

#include "protocol/verbs/rtp_parameters.hpp"

#include <cstdint>
#include <string>

/// The dictionaries that mediasoup-client in Chromium sends about its streams.
namespace troupe::load {

/// The receive capabilities of such a client, with Opus and VP8, for a router
/// with those capabilities: its codecs under the router's payload types, each
/// header extension once.
protocol::rtp_capabilities
device_capabilities(const protocol::rtp_capabilities& router);

/// A track that a client sends.
struct track {
  protocol::media_kind kind = protocol::media_kind::audio;
  /// Three encodings, named r0 to r2, instead of one.
  bool simulcast = false;
  std::string mid;
  std::string cname;
  /// The SSRC of the first encoding; each further encoding uses the next two.
  /// The SSRC of RTX follows that of its stream.
  uint32_t first_ssrc = 0;
};

/// The `rtpParameters` of `produce`: Chromium's own payload types and extension
/// ids, which differ from the router's. Simulcast has rids and no SSRC, all
/// other tracks have SSRCs.
protocol::rtp_parameters sending_parameters(const track& x);

/// The SSRC of that encoding, even if it is not announced.
uint32_t ssrc_of(const track& x, size_t encoding);

/// The SSRC of that encoding's retransmissions.
uint32_t rtx_ssrc_of(const track& x, size_t encoding);

} // namespace troupe::load
