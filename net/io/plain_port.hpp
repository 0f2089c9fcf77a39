#pragma once

#include "net/base/result.hpp"
#include "net/datagram.hpp"

#include <functional>
#include <memory>

namespace troupe::net {

class io_threads;

/// A UDP socket of its own, for one client that sends bare RTP. It costs some
/// 130 KB.
class plain_port {
public:
  /// What one read brought; called on one I/O thread.
  using receiver = std::function<void(datagram_batch)>;

  /// Binds `at`, where port 0 lets the system choose, and takes nothing yet.
  /// `path` marks what comes here. `threads` outlives the port.
  static result<std::unique_ptr<plain_port>>
  open(io_threads& threads, const socket_address& at, uint32_t path);

  plain_port(const plain_port&) = delete;

  plain_port& operator=(const plain_port&) = delete;

  /// Closes the socket. The receiver may be called a last time meanwhile, and
  /// is destroyed on its I/O thread.
  ~plain_port();

  /// Begins to receive. To be called once.
  void start(receiver to);

  /// What is bound.
  const socket_address& local() const;

  /// Sends one datagram. What cannot be sent is dropped.
  void send(byte_span octets, const socket_address& to);

private:
  class impl;

  explicit plain_port(std::shared_ptr<impl> x);

  const std::shared_ptr<impl> impl_;
};

} // namespace troupe::net
