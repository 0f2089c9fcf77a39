#pragma once

#include "net/io/http/http_types.hpp"

#include <cstdint>
#include <optional>

namespace troupe::net {

/// The supported versions of HTTP.
enum class http_version : uint8_t { http_1_0, http_1_1 };

/// Checks a request's head strictly. If a proxy in front interpreted it
/// differently, one side would take a part of the body for a request (request
/// smuggling). So nothing ambiguous is accepted:
///
/// - The length of the body is given once: by one number, or by
///   `Transfer-Encoding: chunked` and HTTP/1.1 (RFC 9112, sections 6.1 to 6.3).
/// - There is exactly one Host with a host in it (section 3.2); HTTP/1.0 may
///   omit it.
/// - An absolute target is converted to origin form, and its authority becomes
///   the Host (section 3.2.2). Sets `path` and `query` from the target.
/// - The only accepted expectation is 100-continue (RFC 9110, section 10.1.1).
///
/// Returns the refusal, after which the connection must end; nullopt if the
/// request is valid.
std::optional<http_response> apply_request_rules(http_request& request,
                                                 http_version version);

/// Whether the client waits for `100 Continue` before it sends the body. Call
/// it for a request that passed the rules.
bool awaits_continue(const http_request& request, http_version version);

} // namespace troupe::net
