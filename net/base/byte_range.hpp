#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::net {

/// A part of a content.
struct byte_range {
  uint64_t first = 0;
  uint64_t size = 0;

  bool operator==(const byte_range&) const = default;
};

/// What a Range header asks for.
struct range_request {
  enum class kind : uint8_t {
    /// All of the content: the header is absent, or is to be ignored.
    whole,
    /// One part, which is not empty and lies within the content.
    part,
    /// A part that the content does not have: the answer is 416.
    unsatisfiable,
  };

  kind what = kind::whole;
  byte_range part = {};
};

/// Reads a Range header (RFC 9110, section 14.2) for a content of `size`
/// octets. A header is ignored if it is malformed, has another unit than bytes,
/// or names several ranges: a server may do so (section 14.2), every client
/// understands the whole content, and nobody can ask for the same octets a
/// thousand times in one request. The header is untrusted.
range_request read_range(std::string_view header, uint64_t size);

} // namespace troupe::net
