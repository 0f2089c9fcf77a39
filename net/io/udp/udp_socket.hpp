#pragma once

#include "net/base/buffer.hpp"
#include "net/base/datagram.hpp"
#include "net/base/result.hpp"

#include <atomic>
#include <memory>
#include <span>
#include <vector>

namespace troupe::net {

/// The options of a UDP socket.
struct udp_socket_options {
  bool reuse_port = false;
  int receive_buffer = 0;
  int send_buffer = 0;
  bool gso = true;
  bool gro = true;
};

/// Counters of a UDP socket. Thread-safe.
struct udp_counters {
  std::atomic<uint64_t> datagrams_received{0};
  std::atomic<uint64_t> bytes_received{0};
  std::atomic<uint64_t> bursts_received{0};
  std::atomic<uint64_t> receive_calls{0};
  std::atomic<uint64_t> wakeups{0};
  std::atomic<uint64_t> oversized_dropped{0};
  std::atomic<uint64_t> datagrams_sent{0};
  std::atomic<uint64_t> bytes_sent{0};
  std::atomic<uint64_t> send_calls{0};
  std::atomic<uint64_t> send_messages{0};
  std::atomic<uint64_t> gso_runs{0};
  std::atomic<uint64_t> gso_datagrams{0};
  std::atomic<uint64_t> gso_refused{0};
  std::atomic<uint64_t> send_full{0};
  std::atomic<uint64_t> send_errors{0};
};

/// A non-blocking UDP socket that receives and sends many datagrams with one
/// system call. One thread may receive; any thread may send.
class udp_socket {
public:
  /// Binds `address`. An IPv6 socket receives no IPv4 traffic.
  static result<std::unique_ptr<udp_socket>>
  open(const socket_address& address, const udp_socket_options& options);

  udp_socket(const udp_socket&) = delete;

  udp_socket& operator=(const udp_socket&) = delete;

  ~udp_socket();

  int fd() const {
    return fd_;
  }

  /// The bound address, which may be unspecified; the port is known.
  const socket_address& local() const {
    return local_;
  }

  /// Lets further sockets be bound to the same address (SO_REUSEPORT), or not
  /// any more. Returns whether the system does so.
  bool share_address(bool shared);

  /// Datagrams that the kernel has dropped at this socket, almost always
  /// because its receive buffer was full; 0 if the kernel does not tell. A
  /// system call.
  uint64_t kernel_drops() const;

  /// Appends waiting datagrams, those of at most 64 messages, to `out`; tuples
  /// get `path`. Returns whether more may be waiting.
  bool receive_burst(buffer_pool& pool, uint32_t path, time_point now,
                     std::vector<datagram>& out);

  /// Sends UDP datagrams. Their tuples' local address is the source.
  void send(std::span<const outgoing_datagram> batch);

  /// Counts that the wait of the receiving thread has ended: there is something
  /// to receive.
  void note_wakeup() {
    counters_.wakeups.fetch_add(1, std::memory_order_relaxed);
  }

  const udp_counters& counters() const {
    return counters_;
  }

  /// Whether the kernel segments the next run of equal datagrams.
  bool uses_gso() const {
    return gso_.load(std::memory_order_relaxed);
  }

private:
  struct inbox;
  class outbox;

  udp_socket(int fd, const socket_address& local, bool gso, bool gro);

  // Appends the datagrams of one message, which the kernel may have coalesced
  // from segments of size `segment` (0: not coalesced).
  void unpack(buffer_pool& pool, size_t slot, transport_tuple tuple,
              size_t segment, time_point arrival, std::vector<datagram>& out);

  const int fd_;
  const socket_address local_;
  // Whether the local address must be read and set per message.
  const bool any_address_;
  std::unique_ptr<inbox> inbox_;
  std::atomic<bool> gso_;
  // Set once a run was sent: later refusals concern their destination only.
  std::atomic<bool> gso_proven_{false};
  udp_counters counters_;
};

} // namespace troupe::net
