#pragma once

#include "net/base/buffer.hpp"
#include "net/base/bytes.hpp"

#include <array>
#include <optional>
#include <vector>

namespace troupe::net {

/// The length that stands before each datagram on a TCP connection (RFC 4571,
/// section 2), for gathering writes. `size` is at most 65,535.
std::array<uint8_t, 2> tcp_frame_header(size_t size);

/// Writes a framed datagram to `out`. Returns the size, or nothing where it
/// does not fit or has more than 65,535 octets.
std::optional<size_t> write_tcp_frame(byte_span datagram,
                                      mutable_byte_span out);

/// Cuts the octets of one TCP connection into datagrams (RFC 4571; RFC 6544,
/// section 10.1). Read the socket into `room`, tell `commit` how much came,
/// then take frames until there is none.
///
/// Holds 4 KiB, however slowly or maliciously the octets arrive.
class tcp_deframer {
public:
  /// Longer frames are no datagrams of ours: the stream has failed.
  static constexpr size_t max_frame_size = buffer::capacity;

  tcp_deframer();

  /// Where to read to; empty only once the stream has failed or where frames
  /// are left to take. Invalidates frames.
  mutable_byte_span room();

  /// Tells that the first `n` octets of `room` have been filled.
  void commit(size_t n);

  /// The next datagram, as a view that `room` invalidates. Empty frames are
  /// skipped.
  std::optional<byte_span> poll_frame();

  /// Whether a frame was too long. There is no way back into step: close.
  bool failed() const {
    return failed_;
  }

private:
  std::vector<uint8_t> octets_;
  size_t begin_ = 0; // of what has not been taken
  size_t end_ = 0;   // of what has been read
  bool failed_ = false;
};

} // namespace troupe::net
