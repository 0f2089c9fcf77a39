#include "net/base/utf8.hpp"

#include <cstddef>

namespace troupe::net {

namespace {

bool is_continuation(unsigned x) {
  return (x & 0xc0) == 0x80;
}

// Length of the well-formed sequence at `i`, or 0.
size_t utf8_sequence(std::string_view text, size_t i) {
  auto at = [&](size_t k) {
    return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u;
  };
  const auto lead = at(0);
  const auto second = at(1);
  if (lead < 0x80)
    return 1;
  if (lead < 0xc2 || lead > 0xf4 || !is_continuation(second))
    return 0;
  if (lead < 0xe0)
    return 2;
  // Reject overlong forms, surrogates and values above U+10FFFF.
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)
      || (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)
      || !is_continuation(at(2)))
    return 0;
  if (lead < 0xf0)
    return 3;
  return is_continuation(at(3)) ? 4 : 0;
}

} // namespace

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto length = utf8_sequence(text, i);
    if (length == 0)
      return false;
    i += length;
  }
  return true;
}

} // namespace troupe::net
