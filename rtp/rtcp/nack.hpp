#pragma once

#include "rtp/rtcp/common.hpp"

#include <span>

namespace troupe::rtp::rtcp {

/// Up to 17 lost packets (RFC 4585, section 6.2.1).
struct nack_item {
  static constexpr size_t wire_size = 4;

  uint16_t pid = 0;
  /// Bit i, from the lowest, stands for packet `pid` + i + 1.
  uint16_t blp = 0;

  static nack_item read(const uint8_t* p) {
    return {net::load_u16(p), net::load_u16(p + 2)};
  }

  void write(uint8_t* p) const {
    net::store_u16(p, pid);
    net::store_u16(p + 2, blp);
  }

  /// Calls `f(uint16_t)` for each packet in the item, in order.
  template <class F>
  void for_each(F&& f) const {
    f(pid);
    for (auto bits = blp; bits != 0;) {
      auto low = __builtin_ctz(bits);
      f(static_cast<uint16_t>(pid + low + 1));
      bits = static_cast<uint16_t>(bits & (bits - 1));
    }
  }

  bool operator==(const nack_item&) const = default;
};

/// A generic NACK (RFC 4585, section 6.2.1).
struct nack {
  static constexpr uint8_t format = 1;

  rtp::ssrc sender{};
  /// The stream whose packets are missing.
  rtp::ssrc media{};
  record_view<nack_item> items;

  static std::optional<nack> parse(const packet_view& x);

  /// Calls `f(uint16_t)` for each requested packet, in the order given. A
  /// full-sized packet can name some 6,000.
  template <class F>
  void for_each(F&& f) const {
    for (auto item : items)
      item.for_each(f);
  }
};

/// Takes as many numbers from the front of `lost` as one item can hold. `lost`
/// must not be empty, and must ascend modulo 2^16 without repetition.
nack_item pack_nack_item(std::span<const uint16_t>& lost);

} // namespace troupe::rtp::rtcp
