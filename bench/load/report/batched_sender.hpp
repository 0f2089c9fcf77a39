#pragma once

#include "net/base/bytes.hpp"
#include "net/io/udp/gso_run.hpp"
#include "net/srtp/srtp_session.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace troupe::load {

/// The sending half of the batched floor: encrypts packets for receivers, and
/// sends many by one sendmmsg. Packets of equal size to one receiver are one
/// message, which the kernel cuts apart (UDP_SEGMENT).
class batched_sender {
public:
  /// The size of the header of every packet.
  static constexpr size_t header_octets = 20;

  /// Sends by `socket`, which outlives it.
  explicit batched_sender(int socket);

  /// Adds a receiver; the first has number 0.
  void add_receiver(const sockaddr_in& address,
                    std::unique_ptr<net::srtp_sender> keys);

  /// Encrypts decrypted packets for one receiver. They are sent when enough are
  /// gathered.
  void send(size_t receiver,
            const std::vector<net::mutable_byte_span>& packets);

  /// Sends what is gathered.
  void flush();

  /// How many packets were given to send().
  uint64_t sent() const {
    return sent_;
  }

  /// How many messages and system calls they took.
  uint64_t messages() const {
    return messages_sent_;
  }
  uint64_t calls() const {
    return calls_;
  }

private:
  static constexpr size_t max_messages = net::max_messages_per_call;

  struct receiver {
    sockaddr_in address;
    std::unique_ptr<net::srtp_sender> keys;
  };

  struct run {
    size_t begin = 0; // in out_
    size_t octets = 0;
    size_t segment = 0;
    size_t segments = 0;
    bool complete = false;
  };

  struct alignas(cmsghdr) control_buffer {
    uint8_t octets[CMSG_SPACE(sizeof(uint16_t))];
  };

  // The run that takes a packet of that size at the end of out_.
  run& run_for(receiver& to, size_t size, bool fresh);
  void set_segment(size_t index);

  int socket_;
  std::vector<receiver> receivers_;
  std::vector<uint8_t> out_;
  size_t used_ = 0;
  size_t count_ = 0;
  std::array<run, max_messages> runs_;
  std::array<iovec, max_messages> parts_;
  std::array<mmsghdr, max_messages> headers_;
  std::array<control_buffer, max_messages> controls_;
  uint64_t sent_ = 0;
  uint64_t messages_sent_ = 0;
  uint64_t calls_ = 0;
};

} // namespace troupe::load
