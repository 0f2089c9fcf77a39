#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::net {

/// The entity tag of a file, which changes whenever the file does (RFC 9110,
/// section 8.8.3). `variant` tells copies of it apart.
inline std::string make_entity_tag(std::chrono::nanoseconds changed,
                                   uint64_t size,
                                   std::string_view variant = {}) {
  return "\"" + std::to_string(changed.count()) + "-" + std::to_string(size)
         + std::string{variant} + "\"";
}

/// Whether an If-None-Match header names `tag`, weak or strong, or any.
inline bool names_tag(std::string_view if_none_match, std::string_view tag) {
  return if_none_match == "*"
         || if_none_match.find(tag) != std::string_view::npos;
}

} // namespace troupe::net
