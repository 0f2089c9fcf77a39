#pragma once

#include "net/base/result.hpp"
#include "net/base/transport_tuple.hpp"

#include <string>
#include <string_view>
#include <system_error>

namespace troupe::net {

/// Why a text is not the URL of an ICE server.
enum class ice_url_errc {
  /// Neither stun:, turn: nor turns:.
  scheme = 1,
  /// The host is missing, or neither a name nor an IP address. An IPv6 address
  /// must be in brackets.
  host,
  /// Not a number from 1 to 65535.
  port,
  /// Something other than ?transport=udp or ?transport=tcp, or any query after
  /// stun:.
  query,
  /// turns: by UDP, which is TURN over DTLS.
  dtls,
};

/// The category of ice_url_errc, named "ice-url".
const std::error_category& ice_url_category();

/// Makes ice_url_errc a std::error_code.
std::error_code make_error_code(ice_url_errc value);

/// The URL of a STUN server (RFC 7064) or of a TURN server (RFC 7065), as
/// browsers understand it in `RTCIceServer.urls`.
struct ice_server_url {
  /// Reads `stun:host[:port]` or `turn:host[:port][?transport=udp|tcp]`, or
  /// the latter with `turns:` for TLS. Fails with an `ice_url_errc`.
  static result<ice_server_url> parse(std::string_view text);

  /// Whether it relays, and so needs credentials.
  bool relays = false;
  bool tls = false;
  /// A name or an IP address, the latter without brackets.
  std::string host;
  /// By default 3478, or 5349 with TLS.
  uint16_t port = 0;
  /// Between the client and the server. By default UDP, or TCP with TLS.
  transport_protocol transport = transport_protocol::udp;

  /// The URL with port and transport, for the operator.
  std::string str() const;

  bool operator==(const ice_server_url&) const = default;
};

} // namespace troupe::net

template <>
struct std::is_error_code_enum<troupe::net::ice_url_errc> : std::true_type {};
