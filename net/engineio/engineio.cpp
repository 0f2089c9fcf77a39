#include "net/engineio/engineio.hpp"

#include <array>

namespace troupe::net::engineio {

namespace {

constexpr char separator = '\x1e';

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "abcdefghijklmnopqrstuvwxyz"
                                      "0123456789+/";

constexpr auto reverse_alphabet = [] {
  std::array<int8_t, 256> table{};
  table.fill(-1);
  for (size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<uint8_t>(alphabet[i])] = static_cast<int8_t>(i);
  return table;
}();

std::optional<packet> parse_polled(std::string_view text) {
  if (text.empty() || text[0] != 'b')
    return parse_frame(text);
  auto octets = base64_decode(text.substr(1));
  if (!octets)
    return std::nullopt;
  return packet{packet_type::message, true, std::move(*octets)};
}

} // namespace

std::optional<packet> parse_frame(std::string_view text) {
  if (text.empty() || text[0] < '0' || text[0] > '6')
    return std::nullopt;
  return packet{static_cast<packet_type>(text[0] - '0'), false,
                std::string{text.substr(1)}};
}

std::optional<std::vector<packet>> parse_payload(std::string_view body,
                                                 size_t max_packets) {
  std::vector<packet> result;
  for (;;) {
    auto end = body.find(separator);
    auto x = parse_polled(body.substr(0, end));
    if (!x || result.size() == max_packets)
      return std::nullopt;
    result.push_back(std::move(*x));
    if (end == std::string_view::npos)
      return result;
    body.remove_prefix(end + 1);
  }
}

void append_packet(std::string& payload, const packet& x) {
  if (!payload.empty())
    payload += separator;
  if (x.binary) {
    payload += 'b';
    payload += base64_encode(x.data);
  } else {
    payload += static_cast<char>('0' + static_cast<int>(x.type));
    payload += x.data;
  }
}

std::string base64_encode(std::string_view octets) {
  std::string result;
  result.reserve((octets.size() + 2) / 3 * 4);
  for (size_t i = 0; i < octets.size(); i += 3) {
    auto n = std::min<size_t>(3, octets.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < n ? static_cast<uint8_t>(octets[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k)
      result += k <= n ? alphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return result;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.ends_with('=') && text.size() % 4 != 0)
    return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i)
    text.remove_suffix(1);
  if (text.size() % 4 == 1)
    return std::nullopt;
  std::string result;
  result.reserve(text.size() / 4 * 3 + 2);
  uint32_t group = 0;
  int bits = 0;
  for (auto c : text) {
    auto value = reverse_alphabet[static_cast<uint8_t>(c)];
    if (value < 0)
      return std::nullopt;
    group = (group << 6 | static_cast<uint32_t>(value)) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      result += static_cast<char>(group >> bits & 0xff);
    }
  }
  return result;
}

std::string render(refusal x, std::string_view message) {
  constexpr std::array<std::string_view, 6> messages = {
      "Transport unknown", "Session ID unknown", "Bad handshake method",
      "Bad request",       "Forbidden",          "Unsupported protocol version",
  };
  auto code = static_cast<size_t>(x);
  std::string result = "{\"code\":" + std::to_string(code);
  result += ",\"message\":\"";
  result += message.empty() ? messages[code] : message;
  result += "\"}";
  return result;
}

unsigned http_status(refusal x) {
  return x == refusal::forbidden ? 403 : 400;
}

} // namespace troupe::net::engineio
