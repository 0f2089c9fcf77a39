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

/// Opens one.
outcome<udp_endpoint> open_loopback_udp();

/// What stands around a server on a network, on a thread of its own: clients
/// whose sockets it drains every millisecond, and a sender that feeds the
/// server a burst when asked to. It never waits on the clients' sockets, as the
/// generator's loop does not: whoever sends to them wakes nobody.
class loopback_peers {
public:
  /// Opens `receivers` sockets and starts the thread. Bursts of datagrams of
  /// `octets` will go to `server`.
  static outcome<std::unique_ptr<loopback_peers>>
  start(size_t receivers, const sockaddr_in& server, size_t octets);

  ~loopback_peers();

  /// The receivers' addresses.
  const std::vector<sockaddr_in>& addresses() const {
    return addresses_;
  }

  /// Has `count` datagrams sent to the server, and returns when they are.
  void feed(size_t count);

  /// Datagrams that receivers have taken so far: those of `octets`, as the
  /// server is fed and has to send.
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
