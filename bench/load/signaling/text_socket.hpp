#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::load {

/// A client's WebSocket for text frames, on one thread. Plain TCP: the servers
/// under test are on this machine or next to it.
class text_socket {
public:
  struct address {
    std::string host;
    uint16_t port = 0;
    /// Path and query.
    std::string target;
    /// The local address to connect from; any if empty. On loopback clients may
    /// use all of 127/8, to stay within a server's limit per address.
    std::string from;
  };

  explicit text_socket(boost::asio::io_context& loop);

  text_socket(const text_socket&) = delete;

  /// Closes without a callback.
  ~text_socket();

  /// Connects, and begins to read: calls `on_text` for each frame, and
  /// `on_closed` with the reason once. Neither is called before this returns.
  /// Throws signaling_error.
  boost::asio::awaitable<void>
  open(address to, std::chrono::milliseconds timeout,
       std::function<void(std::string_view)> on_text,
       std::function<void(std::string)> on_closed);

  /// Queues a frame.
  void send(std::string text);

  /// Sends a close frame. No callback follows.
  void close();

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace troupe::load
