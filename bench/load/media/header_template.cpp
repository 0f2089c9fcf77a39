#include "bench/load/media/header_template.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

constexpr size_t first_element = 16;
constexpr uint16_t one_byte_profile = 0xBEDE;

} // namespace

header_template::header_template(const config& x) {
  bytes_[0] = 0x80;
  bytes_[1] = value(x.payload_type);
  net::store_u32(&bytes_[8], value(x.ssrc));
  size_ = first_element;
  auto text = [&](rtp::extension what, std::string_view value) {
    if (!value.empty())
      append(x.extensions.id(what), net::as_bytes(value));
  };
  text(rtp::extension::sdes_mid, x.mid);
  text(rtp::extension::sdes_rid, x.rid);
  text(rtp::extension::sdes_repaired_rid, x.repaired_rid);
  constexpr uint8_t zeros[3]{};
  abs_send_time_ =
      append(x.extensions.id(rtp::extension::abs_send_time), zeros);
  transport_cc_ = append(x.extensions.id(rtp::extension::transport_cc),
                         net::byte_span{zeros}.first(2));
  if (x.audio_level)
    audio_level_ = append(x.extensions.id(rtp::extension::audio_level),
                          net::byte_span{zeros}.first(1));
  if (size_ == first_element) {
    size_ = 12;
    return;
  }
  size_ = (size_ + 3) / 4 * 4;
  bytes_[0] |= 0x10;
  net::store_u16(&bytes_[12], one_byte_profile);
  net::store_u16(&bytes_[14],
                 static_cast<uint16_t>((size_ - first_element) / 4));
}

size_t header_template::append(uint8_t id, net::byte_span value) {
  if (id == 0 || id > 14 || value.size() > 16
      || size_ + 1 + value.size() + 3 > capacity)
    return 0;
  bytes_[size_] = static_cast<uint8_t>(id << 4 | (value.size() - 1));
  std::copy(value.begin(), value.end(), &bytes_[size_ + 1]);
  auto offset = size_ + 1;
  size_ = offset + value.size();
  return offset;
}

void header_template::write(uint8_t* out, uint16_t sequence, uint32_t timestamp,
                            bool marker, uint8_t audio_level) const {
  std::copy_n(bytes_.data(), size_, out);
  if (marker)
    out[1] |= 0x80;
  net::store_u16(out + 2, sequence);
  net::store_u32(out + 4, timestamp);
  if (audio_level_ != 0)
    out[audio_level_] = static_cast<uint8_t>((audio_level & 0x7F)
                                             | (audio_level < 60 ? 0x80 : 0));
}

} // namespace troupe::load
