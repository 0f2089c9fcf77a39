#pragma once

#include "protocol/rtp_parameters.hpp"

#include <cstdint>
#include <string>

/// What mediasoup-client in Chromium says about its streams: the dictionaries
/// that a real client of this kind would send.
namespace troupe::load {

/// What such a client, which knows Opus and VP8, can receive from a router of
/// those capabilities: its codecs under the router's payload types, each
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
  /// Of the first encoding; each further one takes the next two. RTX follows
  /// its stream.
  uint32_t first_ssrc = 0;
};

/// The `rtpParameters` of `produce`: Chromium's own payload types and ids of
/// extensions, which differ from the router's. Simulcast has rids and no SSRC,
/// everything else SSRCs.
protocol::rtp_parameters sending_parameters(const track& x);

/// What the SSRC of that encoding is, announced or not.
uint32_t ssrc_of(const track& x, size_t encoding);

/// What the SSRC of its retransmissions is.
uint32_t rtx_ssrc_of(const track& x, size_t encoding);

} // namespace troupe::load
