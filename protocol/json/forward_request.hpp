#pragma once

#include "net/base/transport_tuple.hpp"
#include "protocol/verbs/ids.hpp"
#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/rtp_parameters.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// The operator's wish to have a member's media sent as plain RTP.
struct forward_request {
  peer_id peer;
  /// Each kind at most once, audio first.
  std::vector<media_kind> kinds;
  /// Where audio goes to; see forward_port().
  net::socket_address to;

  bool operator==(const forward_request&) const = default;
};

/// How many ports a forward has, from the one that the request names: RTP and
/// RTCP of audio, then of video.
inline constexpr uint16_t forward_ports = 4;

/// The port for the RTP of this kind; RTCP goes to the next one.
inline uint16_t forward_port(const net::socket_address& to, media_kind kind) {
  return static_cast<uint16_t>(to.port() + (kind == media_kind::video ? 2 : 0));
}

/// Parses `{"peer", "kinds"?, "address", "port"}`. Without `kinds` both are
/// meant. The address is a numeric one: names are not looked up.
checked<forward_request> read_forward_request(std::string_view json);

} // namespace troupe::protocol
