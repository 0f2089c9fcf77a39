#pragma once

#include "net/base/buffer.hpp"
#include "rtp/packet/header_extensions.hpp"
#include "rtp/packet/packet.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Makes RTP packets octet by octet for tests.
namespace troupe::test {

using octets = std::vector<uint8_t>;

/// Reads pairs of hexadecimal digits; skips blanks.
inline octets from_hex(std::string_view text) {
  octets result;
  std::string digits;
  for (auto c : text)
    if (c != ' ' && c != '\n')
      digits += c;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    result.push_back(
        static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return result;
}

inline octets to_octets(net::byte_span x) {
  return {x.begin(), x.end()};
}

inline net::buffer_pool& pool() {
  static auto instance = net::buffer_pool::make();
  return *instance;
}

inline net::buffer_ptr to_buffer(net::byte_span x) {
  auto result = pool().take();
  result->resize(x.size());
  std::copy(x.begin(), x.end(), result->bytes().begin());
  return result;
}

inline std::optional<rtp::packet> parse(net::byte_span x,
                                        net::time_point arrival = {}) {
  return rtp::packet::parse(to_buffer(x), arrival);
}

/// The contents of a packet to build; the defaults give a valid one.
struct rtp_builder {
  uint8_t payload_type = 96;
  uint16_t sequence_number = 1000;
  uint32_t timestamp = 90000;
  uint32_t ssrc = 0x11223344;
  bool marker = false;
  std::vector<uint32_t> csrcs;
  bool two_byte = false;
  std::vector<std::pair<uint8_t, octets>> extensions;
  octets payload = {1, 2, 3, 4};
  uint8_t padding = 0;

  octets build() const {
    octets out(rtp::fixed_header_size + 4 * csrcs.size());
    out[0] =
        static_cast<uint8_t>(0x80 | (padding ? 0x20 : 0)
                             | (extensions.empty() ? 0 : 0x10) | csrcs.size());
    out[1] = static_cast<uint8_t>((marker ? 0x80 : 0) | payload_type);
    net::store_u16(&out[2], sequence_number);
    net::store_u32(&out[4], timestamp);
    net::store_u32(&out[8], ssrc);
    for (size_t i = 0; i < csrcs.size(); ++i)
      net::store_u32(&out[12 + 4 * i], csrcs[i]);
    if (!extensions.empty())
      append_extensions(out);
    out.insert(out.end(), payload.begin(), payload.end());
    if (padding > 0) {
      out.resize(out.size() + padding - 1u);
      out.push_back(padding);
    }
    return out;
  }

  rtp::packet make(net::time_point arrival = {}) const {
    return *parse(build(), arrival);
  }

private:
  void append_extensions(octets& out) const {
    octets block;
    for (const auto& [id, value] : extensions) {
      if (two_byte) {
        block.push_back(id);
        block.push_back(static_cast<uint8_t>(value.size()));
      } else {
        block.push_back(static_cast<uint8_t>(id << 4 | (value.size() - 1)));
      }
      block.insert(block.end(), value.begin(), value.end());
    }
    block.resize((block.size() + 3) / 4 * 4);
    auto words = block.size() / 4;
    auto profile = two_byte ? 0x1000 : 0xBEDE;
    for (auto x :
         {profile >> 8, profile & 0xFF, int(words >> 8), int(words & 0xFF)})
      out.push_back(static_cast<uint8_t>(x));
    out.insert(out.end(), block.begin(), block.end());
  }
};

} // namespace troupe::test
