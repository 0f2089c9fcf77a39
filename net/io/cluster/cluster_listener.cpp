#include "net/io/cluster/cluster_listener.hpp"

namespace troupe::net {

namespace {

using error_code = boost::system::error_code;

} // namespace

void cluster_listener::start() {
  if (!accepted_)
    return;
  acceptor_.async_accept(
      [self = shared_from_this()](error_code ec, loop_socket socket) {
        if (!self->accepted_)
          return;
        if (!ec) {
          self->accepted_(std::move(socket));
          return self->start();
        }
        self->pause_.expires_after(accept_pause);
        self->pause_.async_wait([self](error_code) { self->start(); });
      });
}

void cluster_listener::stop() {
  accepted_ = {};
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

} // namespace troupe::net
