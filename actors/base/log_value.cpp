#include "actors/base/log_value.hpp"

#include "net/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace troupe::actors::log {

namespace {

struct code_range {
  uint32_t first;
  uint32_t last;
};

// Zero-width joiners (200C, 200D) are parts of emoji and of words.
constexpr std::array misleading{
    code_range{0x7F, 0x9F},     code_range{0x061C, 0x061C},
    code_range{0x200B, 0x200B}, code_range{0x200E, 0x200F},
    code_range{0x2028, 0x202E}, code_range{0x2060, 0x206F},
    code_range{0xFEFF, 0xFEFF}, code_range{0xFFF9, 0xFFFB}};

constexpr uint32_t replacement = 0xFFFD;

bool misleads(uint32_t code) {
  return std::ranges::any_of(misleading, [&](const code_range& x) {
    return code >= x.first && code <= x.last;
  });
}

// The octets of the character that begins with this one; 1 if none does.
size_t length_of(unsigned char first) {
  return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
}

// The code of a well-formed character.
uint32_t code_of(std::string_view character) {
  auto octet = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(character[i]));
  };
  if (character.size() == 1)
    return octet(0);
  auto out = octet(0) & (0x7Fu >> character.size());
  for (size_t i = 1; i < character.size(); ++i)
    out = (out << 6) | (octet(i) & 0x3Fu);
  return out;
}

void append_escape(std::string& out, uint32_t code) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += digits[(code >> shift) & 0xFu];
}

} // namespace

std::string clip(std::string x) {
  if (x.size() <= max_value)
    return x;
  auto end = max_value;
  // Do not cut a UTF-8 character.
  while (end > 0 && (static_cast<unsigned char>(x[end]) & 0xC0) == 0x80)
    --end;
  return x.substr(0, end) + "… (" + std::to_string(x.size()) + " octets)";
}

std::string escape_controls(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    auto character =
        json.substr(0, length_of(static_cast<unsigned char>(json.front())));
    const auto known = net::is_utf8(character);
    if (!known)
      character = json.substr(0, 1);
    const auto code = known ? code_of(character) : replacement;
    if (!known || misleads(code))
      append_escape(out, code);
    else
      out += character;
    json.remove_prefix(character.size());
  }
  return out;
}

} // namespace troupe::actors::log
