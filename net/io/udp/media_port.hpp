#pragma once

#include "net/base/datagram_sink.hpp"
#include "net/base/result.hpp"
#include "net/io/loop/admission.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace troupe::net {

class io_threads;

/// The addresses, sockets and limits for media.
struct media_port_config {
  /// The IPv4 and IPv6 addresses to bind; an unspecified address means all. Set
  /// `skip_unavailable` if "::" is only a default, so that a host without IPv6
  /// is not an error.
  std::vector<std::string> addresses = {"0.0.0.0", "::"};

  /// Ignores unspecified and loopback addresses of a family that this host
  /// lacks.
  bool skip_unavailable = true;

  /// The UDP and TCP port; 0 lets the system choose a UDP port, which TCP then
  /// uses too.
  uint16_t port = 44444;

  /// The number of UDP sockets per address, which share the port by
  /// SO_REUSEPORT; 0 means one for each I/O thread.
  size_t sockets_per_address = 0;

  /// Socket buffer sizes in octets; the system may grant less.
  int receive_buffer = 4 << 20;
  int send_buffer = 4 << 20;

  /// How long RTCP reports (see steer_reports()) may wait to be read together,
  /// at a socket of their own beside each for media. 0: no such sockets.
  duration report_wait{};

  /// Use the kernel's segmentation (UDP_SEGMENT) and coalescing (UDP_GRO) if
  /// available.
  bool gso = true;
  bool gro = true;

  /// Accept ICE-TCP (RFC 6544, passive) on the same port number.
  bool tcp = true;

  /// After this time a new TCP connection is closed unless a transport has
  /// validated it (`confirm_tcp`); and the longest silence of a validated one.
  duration tcp_validation_timeout = std::chrono::seconds{10};
  duration tcp_idle_timeout = std::chrono::seconds{60};

  /// The most octets queued per TCP connection; further datagrams are dropped.
  size_t tcp_max_queue = 256 << 10;

  admission_limits tcp_limits = {5000, 500, 50, 200};
};

/// Counters of a media port.
struct media_port_stats {
  uint64_t datagrams_received = 0;
  uint64_t bytes_received = 0;
  uint64_t bursts_received = 0;
  /// The recvmmsg calls, those that found nothing included.
  uint64_t receive_calls = 0;
  /// How often the wait of an I/O thread ended because a socket had datagrams,
  /// or because it was time to read one for reports.
  uint64_t wakeups = 0;
  /// Of these figures, the part of the sockets for RTCP reports.
  uint64_t report_datagrams_received = 0;
  uint64_t report_receive_calls = 0;
  uint64_t report_wakeups = 0;
  /// Dropped by the kernel, because the receive buffers of the sockets for
  /// media or for reports were full.
  uint64_t receive_full = 0;
  uint64_t report_receive_full = 0;
  /// Dropped: longer than a buffer, or truncated by the kernel.
  uint64_t oversized_dropped = 0;
  uint64_t datagrams_sent = 0;
  uint64_t bytes_sent = 0;
  /// The sendmmsg calls, the messages that the kernel took in them (single
  /// datagrams and GSO runs), and the runs among those.
  uint64_t send_calls = 0;
  uint64_t send_messages = 0;
  uint64_t gso_runs = 0;
  /// The datagrams in GSO runs.
  uint64_t gso_datagrams = 0;
  /// Runs that the kernel refused and that were then sent singly.
  uint64_t gso_refused = 0;
  /// Datagrams dropped because the socket stayed full, or for other errors.
  uint64_t send_full = 0;
  uint64_t send_errors = 0;
  uint64_t tcp_accepted = 0;
  uint64_t tcp_refused = 0;
  uint64_t tcp_connections = 0;
  /// Datagrams dropped because the connection is gone or its queue is full.
  uint64_t tcp_dropped = 0;
};

/// Receives the datagrams of a media port. Called on several I/O threads at
/// once, but never concurrently for one UDP socket or TCP connection.
class media_receiver {
public:
  virtual ~media_receiver() = default;

  /// The datagrams of one receive burst of a socket, in arrival order, all with
  /// the same `tuple.path`. The datagrams may be moved from.
  ///
  /// `replies` sends on that path, on this thread and until this returns. STUN
  /// responses to a UDP burst, given one at a time, wait until then and leave
  /// by one system call; anything else leaves at once.
  virtual void on_burst(std::span<datagram> burst, datagram_sink& replies) = 0;

  /// A TCP connection is closed; its `tuple.path` is never used again. Called
  /// only for connections that have delivered a datagram.
  virtual void on_tcp_closed(const transport_tuple& tuple) = 0;
};

/// All sockets that carry media: a set of UDP sockets per address on one port
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

  /// Binds all sockets and begins to receive. Fails with the system's error if
  /// an address cannot be bound.
  result<void> start();

  /// Stops receiving and closes all TCP connections. After it returns, the
  /// receiver is not called any more. Must not be called on an I/O thread.
  /// Other threads may send by UDP until this object is destroyed.
  void stop();

  /// The bound port, also if the configuration says 0.
  uint16_t port() const;

  /// Whether all addresses have sockets for RTCP reports: `report_wait` is not
  /// 0, and the kernel steers reports to them.
  bool has_report_sockets() const;

  /// The addresses to announce: the bound ones, with an unspecified address
  /// replaced by those of the interfaces, each with this port.
  std::vector<socket_address> addresses() const;

  /// The path of datagrams that are to leave from this address without a
  /// datagram that came there before: that of a UDP socket bound to the
  /// address, or else to all addresses of its family. Nullopt if none is.
  std::optional<uint32_t> path_from(const socket_address& local) const;

  /// Sends datagrams in order. Thread-safe; takes no lock for UDP and does not
  /// allocate once warm. Consecutive datagrams of equal size to one tuple form
  /// a GSO run, and sendmmsg sends all runs: so group datagrams by destination.
  /// Datagrams that cannot be sent are counted and dropped.
  void send_batch(std::span<const outgoing_datagram> batch) override;

  /// Reports that a transport has validated `tuple` by an authenticated check.
  /// Only from now on do received data keep the TCP connection open.
  /// Thread-safe; does nothing for UDP.
  void confirm_tcp(const transport_tuple& tuple);

  /// Closes the TCP connection of `tuple`. Thread-safe.
  void close_tcp(const transport_tuple& tuple);

  media_port_stats stats() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
