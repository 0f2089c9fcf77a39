#pragma once

#include "net/base/result.hpp"
#include "net/datagram_sink.hpp"
#include "net/io/admission.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::net {

class io_threads;

/// Where and how media is received and sent.
struct media_port_config {
  /// IPv4 and IPv6 addresses to bind; an unspecified address means all.
  /// Where "::" is only a default, a host without IPv6 is no error: set
  /// `skip_unavailable`.
  std::vector<std::string> addresses = {"0.0.0.0", "::"};

  /// Leaves out unspecified and loopback addresses of a family that this host
  /// does not have.
  bool skip_unavailable = true;

  /// UDP and TCP port; 0 lets the system choose one for UDP, and TCP then
  /// follows.
  uint16_t port = 44444;

  /// UDP sockets per address, sharing the port by SO_REUSEPORT; 0 means one
  /// for each I/O thread.
  size_t sockets_per_address = 0;

  /// Socket buffers in octets; the system may grant less.
  int receive_buffer = 4 << 20;
  int send_buffer = 4 << 20;

  /// Use the kernel's segmentation (UDP_SEGMENT) and coalescing (UDP_GRO)
  /// where it has them.
  bool gso = true;
  bool gro = true;

  /// Accept ICE-TCP (RFC 6544, passive) on the same port number.
  bool tcp = true;

  /// How long after it was accepted a TCP connection is closed unless a
  /// transport has validated it (`confirm_tcp`), and how long it may be silent
  /// once one has.
  duration tcp_validation_timeout = std::chrono::seconds{10};
  duration tcp_idle_timeout = std::chrono::seconds{60};

  /// Octets queued for one TCP connection; datagrams beyond are dropped.
  size_t tcp_max_queue = 256 << 10;

  admission_limits tcp_limits = {5000, 500, 50, 200};
};

/// What a media port has done so far.
struct media_port_stats {
  uint64_t datagrams_received = 0;
  uint64_t bytes_received = 0;
  uint64_t bursts_received = 0;
  /// Longer than a buffer, or cut by the kernel.
  uint64_t oversized_dropped = 0;
  uint64_t datagrams_sent = 0;
  uint64_t bytes_sent = 0;
  /// sendmmsg calls, and how many of their messages were GSO runs.
  uint64_t send_calls = 0;
  uint64_t gso_runs = 0;
  /// The datagrams in these runs.
  uint64_t gso_datagrams = 0;
  /// Runs that the kernel refused and that were then sent one by one.
  uint64_t gso_refused = 0;
  /// Datagrams dropped because the socket stayed full, or for other errors.
  uint64_t send_full = 0;
  uint64_t send_errors = 0;
  uint64_t tcp_accepted = 0;
  uint64_t tcp_refused = 0;
  uint64_t tcp_connections = 0;
  /// Datagrams dropped: the connection is gone, or its queue is full.
  uint64_t tcp_dropped = 0;
};

/// Takes what a media port receives. Called on the I/O threads, from several
/// at once, though never concurrently for one UDP socket or TCP connection.
class media_receiver {
public:
  virtual ~media_receiver() = default;

  /// What one socket brought at once, in arrival order, all of one
  /// `tuple.path`. The datagrams may be moved from.
  virtual void on_burst(std::span<datagram> burst) = 0;

  /// A TCP connection is gone; its `tuple.path` is never used again. Only
  /// called for connections that have delivered a datagram.
  virtual void on_tcp_closed(const transport_tuple& tuple) = 0;
};

/// All sockets that carry media: per address a set of UDP sockets on one port
/// and, on the same port number, a listener for ICE-TCP.
class media_port final : public datagram_sink {
public:
  /// `threads` and `receiver` must outlive this port.
  media_port(io_threads& threads, media_receiver& receiver,
             media_port_config config = {});

  media_port(const media_port&) = delete;

  media_port& operator=(const media_port&) = delete;

  /// Calls `stop`.
  ~media_port() override;

  /// Binds everything and begins to receive. Fails with the system's error
  /// where an address cannot be bound.
  result<void> start();

  /// Stops receiving and closes all TCP connections. When it returns, the
  /// receiver is not called any more. Not to be called on an I/O thread. Other
  /// threads may go on sending by UDP until this object is destroyed.
  void stop();

  /// The port that is bound (where the configuration says 0).
  uint16_t port() const;

  /// The addresses to announce: what is bound, with "all addresses" resolved
  /// to those of the interfaces, each with this port.
  std::vector<socket_address> addresses() const;

  /// Sends datagrams in order. From any thread; takes no lock for UDP, and
  /// allocates nothing once warm. Consecutive datagrams of equal size to one
  /// tuple go out as one GSO run, all together by sendmmsg: so keep those of
  /// one destination together. Whatever cannot be sent is counted and dropped.
  void send_batch(std::span<const outgoing_datagram> batch) override;

  /// A transport has validated `tuple` by an authenticated check. Only from
  /// now on does what arrives keep its TCP connection open. From any thread;
  /// does nothing for UDP.
  void confirm_tcp(const transport_tuple& tuple);

  /// Closes the TCP connection of `tuple`. From any thread.
  void close_tcp(const transport_tuple& tuple);

  media_port_stats stats() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
