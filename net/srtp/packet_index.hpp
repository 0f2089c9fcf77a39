#pragma once

#include <cstdint>
#include <optional>

namespace troupe::net {

/// The last packet index of a key's lifetime (RFC 3711, section 9.2).
inline constexpr uint64_t max_srtp_index = (uint64_t{1} << 48) - 1;
inline constexpr uint32_t max_srtcp_index = (uint32_t{1} << 31) - 1;

/// Extends a 16-bit sequence number to the 48-bit packet index that lies
/// nearest to `highest`, the highest index known (RFC 3711, section 3.3.1 and
/// appendix A).
///
/// A rollover count below 0 does not exist: while `highest` is in the lower
/// half of the first cycle, each sequence number is its own index. So a stream
/// may begin at any number, also close to the wrap. The result may exceed
/// max_srtp_index.
inline uint64_t estimate_srtp_index(uint64_t highest, uint16_t sequence) {
  constexpr uint32_t half = 1 << 15;
  constexpr uint64_t cycle = 1 << 16;
  auto base = highest & ~(cycle - 1);
  if (highest <= half)
    return sequence;
  auto last = static_cast<uint32_t>(highest % cycle);
  if (last < half && sequence > last + half)
    return base - cycle + sequence;
  if (last >= half && sequence < last - half)
    return base + cycle + sequence;
  return base + sequence;
}

/// Assigns the SRTCP indices of one source, from 1 upwards, each once.
class srtcp_index_counter {
public:
  explicit srtcp_index_counter(uint32_t last = 0) : last_(last) {}

  /// The next index, or nullopt once all 2^31 are used.
  std::optional<uint32_t> next() {
    if (last_ >= max_srtcp_index)
      return std::nullopt;
    return ++last_;
  }

private:
  uint32_t last_;
};

} // namespace troupe::net
