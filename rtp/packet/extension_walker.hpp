#pragma once

#include "net/base/bytes.hpp"

#include <cstdint>
#include <optional>

namespace troupe::rtp {

/// The profile fields that RFC 8285 defines: section 4.2 (one-byte form), and
/// section 4.3 (two-byte form, whose low four bits are free).
inline constexpr uint16_t one_byte_profile = 0xBEDE;
inline constexpr uint16_t two_byte_profile = 0x1000;
inline constexpr uint16_t two_byte_profile_mask = 0xFFF0;

/// One element of an RFC 8285 extension block. `value` is never null, but may
/// be empty (two-byte form only).
struct extension_element {
  uint8_t id = 0;
  net::byte_span value;
};

/// Iterates over the elements of an extension block of either form and skips
/// padding. Ends at the first element that does not fit, at ID 15 of the
/// one-byte form and at a zero ID with a length (RFC 8285, section 4.2). A
/// block of any other profile has no elements.
class extension_walker {
public:
  extension_walker(uint16_t profile, net::byte_span block)
      : pos_(block.data())
      , end_(block.data() + block.size())
      , two_byte_((profile & two_byte_profile_mask) == two_byte_profile) {
    if (!two_byte_ && profile != one_byte_profile)
      pos_ = end_;
  }

  /// The next element, or nothing at the end.
  std::optional<extension_element> next() {
    while (pos_ != end_ && *pos_ == 0)
      ++pos_;
    if (pos_ == end_)
      return std::nullopt;
    uint8_t id;
    size_t size;
    if (two_byte_) {
      if (end_ - pos_ < 2)
        return stop();
      id = pos_[0];
      size = pos_[1];
      pos_ += 2;
    } else {
      id = *pos_ >> 4;
      size = (*pos_ & 0x0F) + size_t{1};
      ++pos_;
      if (id == 0 || id == 15)
        return stop();
    }
    if (static_cast<size_t>(end_ - pos_) < size)
      return stop();
    auto value = net::byte_span{pos_, size};
    pos_ += size;
    return extension_element{id, value};
  }

private:
  std::optional<extension_element> stop() {
    pos_ = end_;
    return std::nullopt;
  }

  const uint8_t* pos_;
  const uint8_t* end_;
  bool two_byte_;
};

} // namespace troupe::rtp
