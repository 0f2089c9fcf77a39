#pragma once

#include "net/io/http/http_types.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::net {

/// Why a request is refused for its Origin or Host.
struct source_refusal {
  enum class header : uint8_t { origin, host };

  /// The header that was refused, and its value.
  header which = header::origin;
  std::string value;

  /// The origin to add to `http.allowed-origins` so that such requests pass.
  /// Empty if the header names none.
  std::string to_allow;

  /// The reason and the remedy in one sentence, for the client. It quotes the
  /// client's value only if that needs no escapes in JSON.
  std::string explain() const;
};

/// Whether `text` is an Origin as browsers send it (RFC 6454, section 6.2):
/// "null", or scheme, host and an optional port, in lower case.
bool is_origin(std::string_view text);

/// Whether a Host header is a loopback name: localhost and its subdomains (RFC
/// 6761, section 6.3), 127.0.0.0/8, [::1]. Any port.
bool is_loopback_host(std::string_view host);

/// Decides which web pages may use the server, by the Origin that their
/// browsers send. Clients without an Origin are not pages and pass.
///
/// A page may use the server that it came from (its Origin matches the
/// request's Host; behind a proxy that terminates TLS the schemes may differ).
/// So may the pages of listed origins: "https://meet.example.org",
/// "http://localhost:*" for all ports, or "*" for every page.
///
/// Pages of all origins may load the code that is meant for them
/// (`is_for_every_site`): it is the same for everyone. That path does not open
/// a WebSocket.
///
/// A server on loopback only is open to all pages of its machine. An attacker
/// can point a name at 127.0.0.1 (DNS rebinding), which makes pages of that
/// site same-origin. So requests must name the server by a loopback name, or by
/// the host of a listed origin.
class origin_policy {
public:
  /// `local_only`: whether the server listens on loopback addresses only.
  origin_policy(std::vector<std::string> allowed, bool local_only);

  /// Returns the refusal of a request, or nullopt if it may pass.
  std::optional<source_refusal> check(const http_request& request) const;

private:
  bool allows_origin(std::string_view origin,
                     const http_request& request) const;

  bool is_listed(std::string_view origin) const;

  bool allows_host(std::string_view host) const;

  const std::vector<std::string> allowed_;
  const bool local_only_;
};

/// Lets the page of `origin`, which has passed the policy, read a response
/// (Fetch, section 3.2.3); of its headers those that are `exposed`, besides
/// those that it may always read. Does nothing if the request had no Origin.
void allow_origin(std::string_view origin, std::string_view exposed,
                  http_response& response);

} // namespace troupe::net
