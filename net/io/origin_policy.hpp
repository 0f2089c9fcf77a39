#pragma once

#include "net/io/http_types.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::net {

/// Why a request is refused for where it comes from.
struct source_refusal {
  enum class header : uint8_t { origin, host };

  /// Which header names the stranger, and what it says.
  header which = header::origin;
  std::string value;

  /// The origin to add to `http.allowed-origins` so that such requests pass.
  /// Empty where the header names none.
  std::string to_allow;

  /// The reason and the remedy in one sentence, for the client. What the client
  /// sent is quoted only where it needs no escapes in JSON.
  std::string explain() const;
};

/// Whether `text` is an Origin as browsers send it (RFC 6454, section 6.2):
/// "null", or scheme, host and perhaps a port, in small letters.
bool is_origin(std::string_view text);

/// Whether a Host header names this machine by loopback: localhost and the
/// names below it (RFC 6761, section 6.3), 127.0.0.0/8, [::1]. Any port.
bool is_loopback_host(std::string_view host);

/// Decides which web pages may use the server, by what their browsers say of
/// them. Clients that send no Origin are no pages and pass.
///
/// A page may use the server that it came from (its Origin is the Host that it
/// asks; behind a proxy that ends TLS the schemes may differ), and so may those
/// that are listed: "https://meet.example.org", "http://localhost:*" for all
/// ports, or "*" for every page.
///
/// A server for its own machine only is open to all pages of that machine. To
/// keep it from pages of other sites whose name an attacker has pointed at
/// 127.0.0.1 (DNS rebinding), which are of the same origin then, requests must
/// name it by a loopback name, or by the host of a listed origin.
class origin_policy {
public:
  /// `local_only`: whether the server listens on loopback addresses alone.
  origin_policy(std::vector<std::string> allowed, bool local_only);

  /// The refusal of a request, or nothing where it may pass.
  std::optional<source_refusal> check(const http_request& request) const;

private:
  bool allows_origin(std::string_view origin,
                     const http_request& request) const;

  bool is_listed(std::string_view origin) const;

  bool allows_host(std::string_view host) const;

  const std::vector<std::string> allowed_;
  const bool local_only_;
};

} // namespace troupe::net
