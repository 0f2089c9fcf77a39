#pragma once

#include "net/base/buffer.hpp"
#include "net/base/bytes.hpp"

#include <array>
#include <optional>
#include <vector>

namespace troupe::net {

/// The length prefix of a datagram on a TCP connection (RFC 4571, section 2),
/// for gathering writes. `size` is at most 65,535.
std::array<uint8_t, 2> tcp_frame_header(size_t size);

/// Writes a framed datagram to `out`. Returns the size, or nullopt if it does
/// not fit or has more than 65,535 octets.
std::optional<size_t> write_tcp_frame(byte_span datagram,
                                      mutable_byte_span out);

/// Splits the octets of one TCP connection into datagrams (RFC 4571; RFC 6544,
/// section 10.1). Read the socket into `free_space`, pass the count to
/// `commit`, then poll frames until none is left.
///
/// Uses 4 KiB of memory, however slowly or maliciously the octets arrive.
class tcp_deframer {
public:
  /// The largest frame accepted; a longer frame fails the stream.
  static constexpr size_t max_frame_size = buffer::capacity;

  tcp_deframer();

  /// The free part of the buffer, to read into. Empty only if the stream has
  /// failed or frames are left to poll. Invalidates frames.
  mutable_byte_span free_space();

  /// Reports that the first `n` octets of `free_space` have been filled.
  void commit(size_t n);

  /// The next datagram, as a view that `free_space` invalidates. Skips empty
  /// frames.
  std::optional<byte_span> poll_frame();

  /// Whether a frame was too long. The framing is lost: close the connection.
  bool failed() const {
    return failed_;
  }

private:
  std::vector<uint8_t> octets_;
  size_t begin_ = 0; // start of the octets not yet polled
  size_t end_ = 0;   // end of the octets read
  bool failed_ = false;
};

} // namespace troupe::net
