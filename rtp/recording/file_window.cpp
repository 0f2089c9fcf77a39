#include "rtp/recording/file_window.hpp"

#include "net/base/assert.hpp"

#include <algorithm>

namespace troupe::rtp {

net::byte_span file_window::peek(uint64_t offset, size_t n) {
  TROUPE_ASSERT(n <= capacity);
  if (failed_ || offset >= size())
    return {};
  n = static_cast<size_t>(std::min<uint64_t>(n, size() - offset));
  if (offset < begin_ || offset + n > begin_ + octets_.size()) {
    octets_.resize(
        static_cast<size_t>(std::min<uint64_t>(capacity, size() - offset)));
    begin_ = offset;
    if (!file_.read(offset, octets_)) {
      failed_ = true;
      return {};
    }
  }
  return net::byte_span{octets_}.subspan(static_cast<size_t>(offset - begin_),
                                         n);
}

} // namespace troupe::rtp
