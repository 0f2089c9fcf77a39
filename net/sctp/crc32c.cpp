#include "net/sctp/crc32c.hpp"

#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace troupe::net {

namespace {

constexpr uint32_t polynomial = 0x82f63b78; // reflected

constexpr auto table = [] {
  std::array<uint32_t, 256> out{};
  for (uint32_t i = 0; i < 256; ++i) {
    auto x = i;
    for (int bit = 0; bit < 8; ++bit)
      x = (x >> 1) ^ ((x & 1) ? polynomial : 0);
    out[i] = x;
  }
  return out;
}();

uint32_t update_by_table(uint32_t crc, byte_span octets) {
  for (auto x : octets)
    crc = (crc >> 8) ^ table[(crc ^ x) & 0xff];
  return crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) uint32_t
update_by_instruction(uint32_t crc, byte_span octets) {
  uint64_t wide = crc;
  while (octets.size() >= 8) {
    uint64_t next;
    std::memcpy(&next, octets.data(), sizeof(next));
    wide = _mm_crc32_u64(wide, next);
    octets = octets.subspan(8);
  }
  auto narrow = static_cast<uint32_t>(wide);
  for (auto x : octets)
    narrow = _mm_crc32_u8(narrow, x);
  return narrow;
}

const bool has_instruction = __builtin_cpu_supports("sse4.2");

uint32_t update(uint32_t crc, byte_span octets) {
  return has_instruction ? update_by_instruction(crc, octets)
                         : update_by_table(crc, octets);
}

#else

uint32_t update(uint32_t crc, byte_span octets) {
  return update_by_table(crc, octets);
}

#endif

} // namespace

uint32_t crc32c(byte_span octets) {
  return ~update(~uint32_t{0}, octets);
}

uint32_t sctp_checksum(byte_span packet) {
  static constexpr uint8_t zeros[4] = {};
  auto crc = update(~uint32_t{0}, packet.first(8));
  crc = update(crc, zeros);
  return ~update(crc, packet.subspan(12));
}

} // namespace troupe::net
