#pragma once

#include <string>
#include <string_view>

namespace troupe::net {

/// Derives an id from a secret without revealing the secret: "s_" and 24
/// characters of [0-9a-v], the first 120 bits of its SHA-256 at 5 bits a
/// character. 120 bits suffice that no two secrets share an id, and that no
/// secret can be found for a known id.
std::string derive_id(std::string_view secret);

/// Whether `id` has the form that derive_id() produces. A client must not
/// choose such an id: it would lock out the client that owns the secret.
bool is_derived_id(std::string_view id);

} // namespace troupe::net
