#pragma once

#include "net/base/bytes.hpp"
#include "net/io/loop/asio_acceptor.hpp"

#include <boost/asio/associator.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <algorithm>
#include <functional>
#include <memory>

namespace troupe::net {

namespace beast = boost::beast;

/// A TCP stream with Beast's timeouts, on one loop.
using tcp_stream = beast::basic_stream<tcp, loop_executor>;

/// Passes the octets read to an observer before the reader's handler runs.
template <class Buffers, class Handler>
struct observed_read {
  void operator()(boost::system::error_code ec, size_t n) {
    auto left = n;
    for (auto i = boost::asio::buffer_sequence_begin(buffers);
         left > 0 && i != boost::asio::buffer_sequence_end(buffers); ++i) {
      boost::asio::const_buffer part{*i};
      auto size = std::min(left, part.size());
      (*observer)({static_cast<const uint8_t*>(part.data()), size});
      left -= size;
    }
    std::move(handler)(ec, n);
  }

  const std::function<void(byte_span)>* observer;
  Buffers buffers;
  Handler handler;
};

/// A client's byte stream: plain TCP, or TLS over it. A single type for both,
/// so that Beast is instantiated only once.
class socket_stream {
public:
  using executor_type = tcp_stream::executor_type;
  using tls_stream = boost::asio::ssl::stream<tcp_stream&>;

  /// Plain TCP if `tls` is null.
  socket_stream(loop_socket socket, boost::asio::ssl::context* tls)
      : tcp_(std::make_unique<tcp_stream>(std::move(socket)))
      , tls_(tls ? std::make_unique<tls_stream>(*tcp_, *tls) : nullptr) {}

  executor_type get_executor() {
    return tcp_->get_executor();
  }

  /// The underlying TCP stream; Beast requires this name.
  tcp_stream& next_layer() {
    return *tcp_;
  }

  const tcp_stream& next_layer() const {
    return *tcp_;
  }

  /// Null if the stream is plain.
  tls_stream* tls() {
    return tls_.get();
  }

  /// Passes the octets of each later read to `f`.
  void observe(std::function<void(byte_span)> f) {
    observer_ = std::make_unique<std::function<void(byte_span)>>(std::move(f));
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, size_t)>(
        [](auto handler, socket_stream* self, const Buffers& x) {
          if (self->observer_)
            self->start_read(x,
                             observed_read<Buffers, decltype(handler)>{
                                 self->observer_.get(), x, std::move(handler)});
          else
            self->start_read(x, std::move(handler));
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

  template <class Buffers, class Handler>
  void start_read(const Buffers& buffers, Handler handler) {
    if (tls_)
      tls_->async_read_some(buffers, std::move(handler));
    else
      tcp_->async_read_some(buffers, std::move(handler));
  }

  std::unique_ptr<tcp_stream> tcp_;
  std::unique_ptr<tls_stream> tls_;
  std::unique_ptr<std::function<void(byte_span)>> observer_;
};

/// Ends the stream below a closed WebSocket. The WebSocket close frame was sent
/// already, so TLS need not send close_notify.
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

// An observed read uses its handler's executor and other associations.
template <template <class, class> class Associator, class Buffers,
          class Handler, class Default>
struct boost::asio::associator<
    Associator, troupe::net::observed_read<Buffers, Handler>, Default>
    : Associator<Handler, Default> {
  using target = troupe::net::observed_read<Buffers, Handler>;

  static auto get(const target& x) noexcept {
    return Associator<Handler, Default>::get(x.handler);
  }

  static auto get(const target& x, const Default& y) noexcept {
    return Associator<Handler, Default>::get(x.handler, y);
  }
};
