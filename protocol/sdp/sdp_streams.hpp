#pragma once

#include "net/base/transport_tuple.hpp"
#include "protocol/verbs/rtp_parameters.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::protocol {

/// A stream that the server sends as plain RTP.
struct sdp_stream {
  media_kind kind = media_kind::audio;
  /// Those that it may have, under their payload types; at least one.
  std::vector<rtp_codec_parameters> codecs;
  /// Where its RTP goes to; its RTCP goes to the next port.
  uint16_t port = 0;
  uint32_t ssrc = 0;
  /// A token (RFC 8866, section 9).
  std::string cname;
};

/// Writes the session description by which a program receives these streams on
/// the ports of `to`. The session and its version are the numbers in the `o=`
/// line (RFC 8866, section 5.2).
std::string write_sdp_streams(uint64_t session, uint64_t version,
                              const net::socket_address& to,
                              const std::vector<sdp_stream>& streams);

} // namespace troupe::protocol
