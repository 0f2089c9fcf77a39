#pragma once

#include "rtp/packet/media_packet.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

/// Makes RTP packets as input for the engines under test.
namespace troupe::test {

using namespace std::chrono_literals;
using octet_vector = std::vector<uint8_t>;

inline net::time_point at(net::duration x) {
  return net::time_point{} + 1000s + x;
}

/// The contents of a packet. Extensions use the two-byte form if one is too
/// long for the one-byte form.
struct packet_spec {
  uint32_t ssrc = 1111;
  uint8_t payload_type = 96;
  uint16_t sequence = 1000;
  uint32_t timestamp = 90000;
  bool marker = false;
  octet_vector payload = {0x10, 0x01, 2, 3};
  std::vector<std::pair<uint8_t, octet_vector>> extensions = {};
};

inline octet_vector serialize(const packet_spec& x) {
  auto out = octet_vector(12);
  out[0] = 0x80;
  out[1] = static_cast<uint8_t>((x.marker ? 0x80 : 0) | x.payload_type);
  net::store_u16(&out[2], x.sequence);
  net::store_u32(&out[4], x.timestamp);
  net::store_u32(&out[8], x.ssrc);
  if (!x.extensions.empty()) {
    out[0] |= 0x10;
    auto body = octet_vector{};
    auto two_byte = std::ranges::any_of(
        x.extensions, [](auto& e) { return e.second.size() > 16; });
    for (auto& [id, value] : x.extensions) {
      auto size = static_cast<uint8_t>(value.size());
      if (two_byte)
        body.insert(body.end(), {id, size});
      else
        body.push_back(static_cast<uint8_t>((id << 4) | (size - 1)));
      body.insert(body.end(), value.begin(), value.end());
    }
    body.resize((body.size() + 3) / 4 * 4);
    auto words = static_cast<uint8_t>(body.size() / 4);
    if (two_byte)
      out.insert(out.end(), {0x10, 0x00, 0, words});
    else
      out.insert(out.end(), {0xBE, 0xDE, 0, words});
    out.insert(out.end(), body.begin(), body.end());
  }
  out.insert(out.end(), x.payload.begin(), x.payload.end());
  return out;
}

inline net::buffer_pool& test_pool() {
  static auto pool = net::buffer_pool::make();
  return *pool;
}

inline std::optional<rtp::packet> parse_packet(net::byte_span octets,
                                               net::time_point now) {
  auto buffer = test_pool().take();
  buffer->resize(octets.size());
  std::copy(octets.begin(), octets.end(), buffer->bytes().begin());
  return rtp::packet::parse(std::move(buffer), now);
}

inline rtp::packet make_packet(const packet_spec& x, net::time_point now) {
  return *parse_packet(serialize(x), now);
}

inline rtp::rtp_batch batch_of(std::vector<rtp::packet> xs) {
  return std::make_shared<const std::vector<rtp::packet>>(std::move(xs));
}

inline rtp::media_batch media_of(std::vector<rtp::media_packet> xs) {
  return std::make_shared<const std::vector<rtp::media_packet>>(std::move(xs));
}

/// The first packet of a VP8 key frame, of a delta frame, and a later one.
inline const octet_vector vp8_key = {0x10, 0x00, 0x00, 0x00, 0x9d, 0x01,
                                     0x2a, 0x40, 0x01, 0xf0, 0x00, 7};
inline const octet_vector vp8_delta = {0x10, 0x01, 0x00, 0x00, 7};
inline const octet_vector vp8_rest = {0x00, 9, 9, 9, 9};

} // namespace troupe::test
