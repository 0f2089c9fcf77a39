#pragma once

#include "net/io/http_types.hpp"

#include <cstdint>
#include <optional>

namespace troupe::net {

/// The versions of HTTP that are spoken here.
enum class http_version : uint8_t { http_1_0, http_1_1 };

/// Holds a request's head against the rules that whoever passed it on may have
/// read in another way than we do: then one of the two would take for a request
/// what is a body to the other. So nothing is guessed.
///
/// - How long the body is must be said in one way, once: by one number, or by
///   `Transfer-Encoding: chunked` and HTTP/1.1 (RFC 9112, sections 6.1 to 6.3).
/// - There is one Host with a host in it (section 3.2); HTTP/1.0 may go
/// without.
/// - An absolute target is brought into origin form, and its authority becomes
///   the Host (section 3.2.2). Sets `path` and `query` from the target.
/// - Nothing but 100-continue is expected (RFC 9110, section 10.1.1).
///
/// Returns the refusal, after which the connection must end; nothing where all
/// is well.
std::optional<http_response> apply_request_rules(http_request& request,
                                                 http_version version);

/// Whether the client waits for `100 Continue` before it sends the body, where
/// the rules let the request pass.
bool awaits_continue(const http_request& request, http_version version);

} // namespace troupe::net
