#include "net/ice/tcp_framing.hpp"

#include "net/base/assert.hpp"

#include <algorithm>

namespace troupe::net {

namespace {

constexpr size_t frame_header_size = 2;
constexpr size_t buffer_size = 4096;

static_assert(buffer_size > frame_header_size + tcp_deframer::max_frame_size,
              "the buffer must hold the largest frame");

} // namespace

std::array<uint8_t, 2> tcp_frame_header(size_t size) {
  TROUPE_ASSERT(size <= UINT16_MAX);
  std::array<uint8_t, 2> out;
  store_u16(out.data(), static_cast<uint16_t>(size));
  return out;
}

std::optional<size_t> write_tcp_frame(byte_span datagram,
                                      mutable_byte_span out) {
  if (datagram.size() > UINT16_MAX)
    return std::nullopt;
  byte_writer writer{out};
  writer.bytes(tcp_frame_header(datagram.size()));
  writer.bytes(datagram);
  if (writer.failed())
    return std::nullopt;
  return writer.position();
}

tcp_deframer::tcp_deframer() : octets_(buffer_size) {}

mutable_byte_span tcp_deframer::free_space() {
  if (failed_)
    return {};
  std::copy(octets_.begin() + static_cast<ptrdiff_t>(begin_),
            octets_.begin() + static_cast<ptrdiff_t>(end_), octets_.begin());
  end_ -= begin_;
  begin_ = 0;
  return mutable_byte_span{octets_}.subspan(end_);
}

void tcp_deframer::commit(size_t n) {
  TROUPE_ASSERT(n <= octets_.size() - end_);
  end_ += n;
}

std::optional<byte_span> tcp_deframer::poll_frame() {
  while (!failed_ && end_ - begin_ >= frame_header_size) {
    const auto size = size_t{load_u16(octets_.data() + begin_)};
    if (size > max_frame_size) {
      failed_ = true;
      break;
    }
    if (end_ - begin_ < frame_header_size + size)
      break;
    const auto frame =
        byte_span{octets_}.subspan(begin_ + frame_header_size, size);
    begin_ += frame_header_size + size;
    if (!frame.empty())
      return frame;
  }
  return std::nullopt;
}

} // namespace troupe::net
