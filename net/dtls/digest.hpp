#pragma once

#include <string>
#include <string_view>

namespace troupe::net {

/// An id of 24 characters of [0-9a-z] that follows from a secret and tells
/// nothing about it: the beginning of its SHA-256, at 5 bits a character. 120
/// bits, so that no two secrets have the same one and none can be found for an
/// id that is known.
std::string derive_id(std::string_view secret);

} // namespace troupe::net
