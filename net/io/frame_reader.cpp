#include "net/io/frame_reader.hpp"

#include <cstring>

namespace troupe::net {

mutable_byte_span frame_reader::room() {
  // Eight frames at once; a partial one moves to the front.
  if (octets_.empty())
    octets_.resize(8 * (max_frame_ + 2));
  if (begin_ > 0) {
    std::memmove(octets_.data(), octets_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return mutable_byte_span{octets_}.subspan(end_);
}

std::optional<byte_span> frame_reader::next() {
  while (!failed_ && end_ - begin_ >= 2) {
    size_t length = load_u16(octets_.data() + begin_);
    if (length > max_frame_) {
      failed_ = true;
      break;
    }
    if (end_ - begin_ < length + 2)
      break;
    auto frame = byte_span{octets_}.subspan(begin_ + 2, length);
    begin_ += length + 2;
    if (!frame.empty())
      return frame;
  }
  return std::nullopt;
}

} // namespace troupe::net
