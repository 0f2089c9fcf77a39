#pragma once

#include <string>
#include <string_view>

namespace troupe::net {

/// An id that follows from a secret and tells nothing about it: "s_" and 24
/// characters of [0-9a-v], the beginning of its SHA-256 at 5 bits a character.
/// 120 bits, so that no two secrets have the same one and none can be found for
/// an id that is known.
std::string derive_id(std::string_view secret);

/// Whether `id` has the form of those that derive_id() makes. Nobody may
/// choose such an id for itself: it would keep out whoever has the secret.
bool is_derived_id(std::string_view id);

} // namespace troupe::net
