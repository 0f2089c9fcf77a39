#include "net/io/http/frame_meter.hpp"

#include <algorithm>

namespace troupe::net {

namespace {

constexpr uint8_t opcode_bits = 0x0f;
constexpr uint8_t first_control_opcode = 8;
constexpr uint8_t mask_bit = 0x80;

// The length of a frame header, from its second octet.
size_t header_length(uint8_t second) {
  auto length = second & 0x7f;
  return 2u
         + (length == 127   ? 8u
            : length == 126 ? 2u
                            : 0u)
         + (second & mask_bit ? 4u : 0u);
}

} // namespace

bool frame_meter::take_header(uint8_t octet) {
  header_[header_size_++] = octet;
  if (header_size_ < 2 || header_size_ < header_length(header_[1]))
    return false;
  header_size_ = 0;
  auto length = header_[1] & 0x7f;
  payload_ = length == 127   ? load_u64(&header_[2])
             : length == 126 ? load_u16(&header_[2])
                             : static_cast<uint64_t>(length);
  return true;
}

size_t frame_meter::observe(byte_span octets) {
  auto most = frames_;
  while (!octets.empty()) {
    if (payload_ > 0) {
      auto n = std::min<uint64_t>(payload_, octets.size());
      payload_ -= n;
      octets = octets.subspan(n);
      continue;
    }
    auto complete = take_header(octets[0]);
    octets = octets.subspan(1);
    if (!complete)
      continue;
    ++begun_;
    auto opcode = header_[0] & opcode_bits;
    if (opcode >= first_control_opcode)
      continue;
    frames_ = opcode == 0 ? frames_ + 1 : 1;
    most = std::max(most, frames_);
  }
  return most;
}

} // namespace troupe::net
