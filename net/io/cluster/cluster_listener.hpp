#pragma once

#include "net/io/loop/asio_acceptor.hpp"

#include <functional>
#include <memory>

namespace troupe::net {

/// Accepts the connections of other nodes. All functions run on its loop.
class cluster_listener : public std::enable_shared_from_this<cluster_listener> {
public:
  using handler = std::function<void(loop_socket)>;

  cluster_listener(loop_acceptor acceptor, handler accepted)
      : acceptor_(std::move(acceptor))
      , pause_(acceptor_.get_executor())
      , accepted_(std::move(accepted)) {}

  void start();

  /// The handler is not called afterwards.
  void stop();

private:
  loop_acceptor acceptor_;
  loop_timer pause_;
  handler accepted_;
};

} // namespace troupe::net
