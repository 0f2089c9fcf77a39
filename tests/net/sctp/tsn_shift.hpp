#pragma once

#include "net/base/bytes.hpp"
#include "net/sctp/crc32c.hpp"

#include <array>
#include <optional>
#include <vector>

namespace troupe::test {

/// Makes the TSNs of two associations start, for the other side, at a number
/// that the test chooses, since usrsctp draws the initial TSN itself. Fields
/// that derive from TSNs (acknowledgements, FORWARD TSN, the numbers of stream
/// resets) are shifted accordingly.
class tsn_shift {
public:
  explicit tsn_shift(uint32_t first) : first_(first) {}

  /// Rewrites a packet of side 0 or 1 for the other.
  void apply(std::vector<uint8_t>& packet, size_t from) {
    from_ = from;
    for (size_t at = 12; at + 4 <= packet.size();) {
      const size_t length = net::load_u16(&packet[at + 2]);
      if (length < 4 || at + length > packet.size())
        break;
      shift_chunk(&packet[at], length);
      at += (length + 3) & ~size_t{3};
    }
    auto sum = net::sctp_checksum(packet);
    for (size_t i = 8; i < 12; ++i, sum >>= 8)
      packet[i] = static_cast<uint8_t>(sum);
  }

  /// Whether both sides have sent messages before and after 2^32.
  bool has_crossed() const {
    return sides_[0].before && sides_[0].after && sides_[1].before
           && sides_[1].after;
  }

private:
  struct side {
    std::optional<uint32_t> shift;
    bool before = false;
    bool after = false;
  };

  static void add(uint8_t* at, uint32_t x) {
    net::store_u32(at, net::load_u32(at) + x);
  }

  void own(uint8_t* at) {
    add(at, sides_[from_].shift.value_or(0));
  }

  void others(uint8_t* at) {
    add(at, 0 - sides_[1 - from_].shift.value_or(0));
  }

  void shift_chunk(uint8_t* x, size_t length) {
    switch (x[0]) {
      case 1: // INIT
      case 2: // INIT ACK
        if (!sides_[from_].shift)
          sides_[from_].shift = first_ - net::load_u32(x + 16);
        return own(x + 16);
      case 0:  // DATA
      case 64: // I-DATA
        own(x + 4);
        sides_[from_].before |= net::load_u32(x + 4) > 0xFFFFFF00;
        sides_[from_].after |= net::load_u32(x + 4) < 0x10000;
        return;
      case 192: // FORWARD TSN
      case 194: // I-FORWARD-TSN
        return own(x + 4);
      case 3: // SACK
        others(x + 4);
        for (size_t at = 16 + 4u * net::load_u16(x + 12); at + 4 <= length;
             at += 4)
          others(x + at);
        return;
      case 130: // RE-CONFIG
        for (size_t at = 4; at + 8 <= length;) {
          shift_reset(x + at);
          at += (net::load_u16(x + at + 2) + 3u) & ~size_t{3};
        }
        return;
      default:
        return;
    }
  }

  // A parameter of RE-CONFIG (RFC 6525, section 4).
  void shift_reset(uint8_t* x) {
    switch (net::load_u16(x)) {
      case 13: // of outgoing streams
        own(x + 4);
        others(x + 8);
        return own(x + 12);
      case 14: // of incoming streams
        return own(x + 4);
      case 16: // the response
        return others(x + 4);
      default:
        return;
    }
  }

  uint32_t first_;
  size_t from_ = 0;
  std::array<side, 2> sides_;
};

} // namespace troupe::test
