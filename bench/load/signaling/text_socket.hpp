#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::load {

/// A WebSocket of a client, for text frames, on one thread. Plain TCP: the
/// servers under test are on this machine or next to it.
class text_socket {
public:
  struct address {
    std::string host;
    uint16_t port = 0;
    /// Path and query.
    std::string target;
    /// The local address to connect from; any where empty. On loopback clients
    /// may come from all of 127/8, past a server's limit for each address.
    std::string from;
  };

  explicit text_socket(boost::asio::io_context& loop);

  text_socket(const text_socket&) = delete;

  /// Closes, without any callback.
  ~text_socket();

  /// Connects, and begins to read: `on_text` for each frame, `on_closed` with
  /// the reason once. Neither comes before this returns. Throws
  /// signaling_error.
  boost::asio::awaitable<void>
  open(address to, std::chrono::milliseconds timeout,
       std::function<void(std::string_view)> on_text,
       std::function<void(std::string)> on_closed);

  /// Queues a frame.
  void send(std::string text);

  /// Says goodbye. No callback follows.
  void close();

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace troupe::load
