#pragma once

#include "net/io/asio_acceptor.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <memory>

namespace troupe::net {

namespace beast = boost::beast;

/// TCP with Beast's timeouts, on one loop.
using tcp_stream = beast::basic_stream<tcp, loop_executor>;

/// A client's byte stream: plain TCP, or TLS over it. One type for both, so
/// that Beast is instantiated once.
class socket_stream {
public:
  using executor_type = tcp_stream::executor_type;
  using tls_stream = boost::asio::ssl::stream<tcp_stream&>;

  /// Plain where `tls` is null.
  socket_stream(loop_socket socket, boost::asio::ssl::context* tls)
      : tcp_(std::make_unique<tcp_stream>(std::move(socket)))
      , tls_(tls ? std::make_unique<tls_stream>(*tcp_, *tls) : nullptr) {}

  executor_type get_executor() {
    return tcp_->get_executor();
  }

  /// The TCP stream below; Beast finds it by this name.
  tcp_stream& next_layer() {
    return *tcp_;
  }

  const tcp_stream& next_layer() const {
    return *tcp_;
  }

  /// Null where the stream is plain.
  tls_stream* tls() {
    return tls_.get();
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, size_t)>(
        [](auto handler, socket_stream* self, const Buffers& x) {
          if (self->tls_)
            self->tls_->async_read_some(x, std::move(handler));
          else
            self->tcp_->async_read_some(x, std::move(handler));
        },
        token, this, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, size_t)>(
        [](auto handler, socket_stream* self, const Buffers& x) {
          if (self->tls_)
            self->tls_->async_write_some(x, std::move(handler));
          else
            self->tcp_->async_write_some(x, std::move(handler));
        },
        token, this, buffers);
  }

private:
  using error_code = boost::system::error_code;

  std::unique_ptr<tcp_stream> tcp_;
  std::unique_ptr<tls_stream> tls_;
};

/// Ends the stream below a closed WebSocket. A close frame has said goodbye
/// already, so TLS need not.
inline void teardown(beast::role_type role, socket_stream& stream,
                     boost::system::error_code& ec) {
  beast::websocket::teardown(role, stream.next_layer().socket(), ec);
}

template <class Handler>
void async_teardown(beast::role_type role, socket_stream& stream,
                    Handler&& handler) {
  beast::websocket::async_teardown(role, stream.next_layer().socket(),
                                   std::forward<Handler>(handler));
}

} // namespace troupe::net
