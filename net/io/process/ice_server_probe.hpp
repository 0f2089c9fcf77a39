#pragma once

#include "net/ice/ice_server_url.hpp"

#include <chrono>
#include <string>

namespace troupe::net {

/// The result of a check of a STUN or TURN server.
enum class ice_probe_result : uint8_t {
  /// A STUN server answered, or a TURN server made an allocation.
  works,
  /// The host name has no address.
  no_address,
  /// No connection, or no TLS.
  no_connection,
  /// The certificate is not trusted on this host, or is not for that name.
  bad_certificate,
  /// Something is connected that does not answer, or not as such a server does.
  no_answer,
  /// The TURN server does not accept the credentials.
  bad_credentials,
  /// The TURN server refuses an allocation for another reason.
  refused,
  /// The TURN server allocates without credentials.
  unprotected,
};

/// What a check of a STUN or TURN server has found.
struct ice_probe {
  ice_probe_result result = ice_probe_result::no_address;
  /// The system's, the TLS library's or the server's reason; may be empty.
  std::string why;
};

/// Does what a client does before it sends media: finds the address, connects
/// by UDP, TCP or TLS, and asks a STUN server for the own address or a TURN
/// server for an allocation, which it gives back. Waits up to `patience` for
/// each step, besides the name service, which has limits of its own. For
/// programs that may block.
ice_probe probe_ice_server(const ice_server_url& url,
                           const std::string& username,
                           const std::string& credential,
                           std::chrono::seconds patience);

} // namespace troupe::net
