#pragma once

#include "net/base/buffer.hpp"
#include "net/base/result.hpp"
#include "net/io/udp/media_port.hpp"

#include <memory>

namespace troupe::net {

class io_threads;
struct tcp_ice_state;

/// Accepts ICE-TCP connections (RFC 6544, passive) and carries datagrams over
/// them in the framing of RFC 4571. A part of `media_port`.
class tcp_ice_listener {
public:
  /// `pools` are those of the I/O threads, in the same order.
  tcp_ice_listener(io_threads& threads, std::vector<buffer_pool*> pools,
                   media_receiver& receiver, const media_port_config& config);

  tcp_ice_listener(const tcp_ice_listener&) = delete;

  tcp_ice_listener& operator=(const tcp_ice_listener&) = delete;

  ~tcp_ice_listener();

  /// Listens on `address`. Call it at most once for each address.
  result<void> listen(const socket_address& address);

  /// Closes all sockets; the receiver is not called any more.
  void stop();

  /// Queues a datagram for the connection of `tuple`. Thread-safe.
  void send(const outgoing_datagram& x);

  /// Reports that a transport has validated the connection of `tuple`, so it
  /// may stay. Thread-safe.
  void confirm(const transport_tuple& tuple);

  /// Closes the connection of `tuple`. Thread-safe.
  void close(const transport_tuple& tuple);

  /// Adds the TCP counters to `out`.
  void add_stats(media_port_stats& out) const;

private:
  std::shared_ptr<tcp_ice_state> impl_;
};

} // namespace troupe::net
