#pragma once

#include "net/base/datagram.hpp"
#include "net/base/result.hpp"

#include <functional>
#include <memory>

namespace troupe::net {

class io_threads;

/// A UDP socket of its own for one client that sends unencrypted RTP. It costs
/// about 130 KB.
class plain_port {
public:
  /// Takes the datagrams of one read; called on one I/O thread.
  using receiver = std::function<void(datagram_batch)>;

  /// Binds `at`, whose port 0 lets the system choose, without receiving yet.
  /// `path` becomes the `path` of the datagrams' tuples. `threads` must outlive
  /// the port.
  static result<std::unique_ptr<plain_port>>
  open(io_threads& threads, const socket_address& at, uint32_t path);

  plain_port(const plain_port&) = delete;

  plain_port& operator=(const plain_port&) = delete;

  /// Closes the socket. The receiver may be called once more meanwhile, and is
  /// destroyed on its I/O thread.
  ~plain_port();

  /// Begins to receive. Call it once.
  void start(receiver to);

  /// The bound address.
  const socket_address& local() const;

  /// Sends one datagram, or drops it if it cannot be sent.
  void send(byte_span octets, const socket_address& to);

private:
  class impl;

  explicit plain_port(std::shared_ptr<impl> x);

  const std::shared_ptr<impl> impl_;
};

} // namespace troupe::net
