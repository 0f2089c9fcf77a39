#pragma once

#include "bench/load/report/descriptor.hpp"
#include "bench/load/report/failure.hpp"

#include <netinet/in.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace troupe::load {

/// A UDP socket on loopback and a free port, non-blocking, with the largest
/// buffers that the system grants up to 4 MiB.
struct udp_endpoint {
  descriptor socket;
  sockaddr_in address{};
};

/// Opens such a socket.
outcome<udp_endpoint> open_loopback_udp();

/// The peers of a server on a network, on a thread of their own: clients whose
/// sockets it drains every millisecond, and a sender that sends the server a
/// burst on request. It never waits on the clients' sockets, like the
/// generator's loop, so sending to them wakes no thread.
class loopback_peers {
public:
  /// Opens `receivers` sockets and starts the thread. Bursts to `server`
  /// consist of datagrams of `octets`.
  static outcome<std::unique_ptr<loopback_peers>>
  start(size_t receivers, const sockaddr_in& server, size_t octets);

  ~loopback_peers();

  /// The receivers' addresses.
  const std::vector<sockaddr_in>& addresses() const {
    return addresses_;
  }

  /// Sends `count` datagrams to the server, and returns once they are sent.
  void feed(size_t count);

  /// The number of datagrams that the receivers have read so far.
  uint64_t received() const {
    return received_.load(std::memory_order_relaxed);
  }

private:
  loopback_peers() = default;
  void run();
  void drain(int socket);
  void send_burst(uint64_t count);

  std::vector<descriptor> sockets_;
  std::vector<sockaddr_in> addresses_;
  udp_endpoint source_;
  sockaddr_in server_{};
  std::vector<char> datagram_;
  descriptor request_;
  descriptor done_;
  std::atomic<uint64_t> received_{0};
  std::thread thread_;
};

} // namespace troupe::load
