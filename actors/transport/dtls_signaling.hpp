#pragma once

#include "actors/base/messages.hpp"
#include "net/webrtc_transport.hpp"
#include "protocol/verbs/error.hpp"

#include <optional>

namespace troupe::actors {

/// The server's half of a transport's parameters, to be signaled.
transport_parameters to_signaling(const net::webrtc_transport& engine,
                                  const net::dtls_context& dtls);

/// Connects a transport by what its client has signaled.
class dtls_signaling {
public:
  /// Begins the handshake, once ICE has a path. If the client named no
  /// transport, neither now nor before, these parameters become alternatives to
  /// the former ones. Returns the refusal, if any: bad_request for parameters
  /// without a usable fingerprint, wrong_state if it is connected already.
  std::optional<protocol::error> connect(net::webrtc_transport& engine,
                                         const connect_dtls& x,
                                         net::time_point now);

private:
  bool guessed_ = false; // perhaps with another one's parameters
};

} // namespace troupe::actors
