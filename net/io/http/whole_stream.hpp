#pragma once

#include "net/base/time.hpp"
#include "net/io/http/beast_stream.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <span>

#include <sys/socket.h>
#include <sys/uio.h>

namespace troupe::net {

/// A byte stream whose writes are sent whole, one after the other. Beast writes
/// its control frames here at any time. The WebSocket's owner bypasses Beast to
/// write whole data frames: many per system call, from octets that connections
/// share.
class whole_stream {
public:
  /// The maximum of buffers that write_now() uses.
  static constexpr size_t max_now = 128;

  using executor_type = socket_stream::executor_type;
  using next_layer_type = socket_stream;

  explicit whole_stream(socket_stream stream)
      : stream_(std::move(stream))
      , hold_timer_(stream_.get_executor()) {}

  executor_type get_executor() {
    return stream_.get_executor();
  }

  socket_stream& next_layer() {
    return stream_;
  }

  const socket_stream& next_layer() const {
    return stream_;
  }

  /// Suspends reading until `when`: data of the client stays in the kernel,
  /// whose flow control slows the client down.
  void hold_reads_until(time_point when) {
    held_until_ = when;
  }

  /// Ends the suspension, for a stream that has been closed.
  void release_reads() {
    held_until_ = {};
    hold_timer_.cancel();
  }

  /// When octets were last written.
  time_point progressed() const {
    return progressed_;
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, size_t)>(
        [](auto handler, whole_stream* self, const Buffers& x) {
          if (self->held_until_ > std::chrono::steady_clock::now())
            self->read_later(std::move(handler), x);
          else
            self->stream_.async_read_some(x, std::move(handler));
        },
        token, this, buffers);
  }

  /// Writes what the socket accepts at once and returns the number of octets: 0
  /// with TLS, or while another write runs. Most messages fit into the socket's
  /// buffer and so need no completion. Errors show in the next asynchronous
  /// call.
  size_t write_now(std::span<const boost::asio::const_buffer> buffers) {
    if (writing_ || stream_.tls())
      return 0;
    std::array<iovec, max_now> parts;
    auto count = std::min(buffers.size(), parts.size());
    for (size_t i = 0; i < count; ++i)
      parts[i] = {const_cast<void*>(buffers[i].data()), buffers[i].size()};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    auto sent = ::sendmsg(stream_.next_layer().socket().native_handle(),
                          &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0)
      return 0;
    progressed_ = std::chrono::steady_clock::now();
    return static_cast<size_t>(sent);
  }

  /// Writes all of the buffers, despite its name, after earlier writes.
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, size_t)>(
        [](auto handler, whole_stream* self, const Buffers& x) {
          using write = typed_write<decltype(handler), Buffers>;
          if (self->writing_)
            self->waiting_.push_back(
                std::make_unique<write>(std::move(handler), x));
          else
            self->begin(std::move(handler), x);
        },
        token, this, buffers);
  }

private:
  using error_code = boost::system::error_code;

  // The maximum octets that one write of a long message passes to the stream.
  static constexpr size_t most_at_once = 64 << 10;

  struct pending_write {
    virtual ~pending_write() = default;
    virtual void begin(whole_stream& stream) = 0;
  };

  template <class Handler, class Buffers>
  struct typed_write final : pending_write {
    typed_write(Handler h, const Buffers& x)
        : handler(std::move(h))
        , buffers(x) {}

    void begin(whole_stream& stream) override {
      stream.begin(std::move(handler), buffers);
    }

    Handler handler;
    Buffers buffers;
  };

  template <class Handler, class Buffers>
  void read_later(Handler handler, const Buffers& buffers) {
    auto executor =
        boost::asio::get_associated_executor(handler, get_executor());
    hold_timer_.expires_at(held_until_);
    hold_timer_.async_wait(boost::asio::bind_executor(
        executor,
        [this, buffers, handler = std::move(handler)](error_code) mutable {
          stream_.async_read_some(buffers, std::move(handler));
        }));
  }

  template <class Handler, class Buffers>
  void begin(Handler handler, const Buffers& buffers) {
    writing_ = true;
    // Writes everything, like asio::transfer_all(), and records progress.
    auto note_progress = [this](error_code ec, size_t octets) -> size_t {
      if (octets > 0)
        progressed_ = std::chrono::steady_clock::now();
      return ec ? 0 : most_at_once;
    };
    auto executor =
        boost::asio::get_associated_executor(handler, get_executor());
    boost::asio::async_write(
        stream_, buffers, note_progress,
        boost::asio::bind_executor(executor,
                                   [this, handler = std::move(handler)](
                                       error_code ec, size_t octets) mutable {
                                     writing_ = false;
                                     begin_next();
                                     handler(ec, octets);
                                   }));
  }

  void begin_next() {
    if (waiting_.empty())
      return;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    next->begin(*this);
  }

  socket_stream stream_;
  loop_timer hold_timer_;
  time_point held_until_{};
  time_point progressed_{};
  bool writing_ = false;
  std::deque<std::unique_ptr<pending_write>> waiting_;
};

inline void teardown(beast::role_type role, whole_stream& stream,
                     boost::system::error_code& ec) {
  teardown(role, stream.next_layer(), ec);
}

template <class Handler>
void async_teardown(beast::role_type role, whole_stream& stream,
                    Handler&& handler) {
  async_teardown(role, stream.next_layer(), std::forward<Handler>(handler));
}

} // namespace troupe::net
