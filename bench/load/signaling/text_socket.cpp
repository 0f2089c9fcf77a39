#include "bench/load/signaling/text_socket.hpp"

#include "bench/load/signaling/messages.hpp"
#include "bench/load/signaling/tcp_connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>

namespace troupe::load {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

using boost::system::error_code;

namespace {

constexpr size_t largest_frame = 16 << 20;

} // namespace

class text_socket::impl : public std::enable_shared_from_this<impl> {
public:
  explicit impl(asio::io_context& loop) : stream_(loop) {}

  asio::awaitable<void> open(address to, std::chrono::milliseconds timeout,
                             std::function<void(std::string_view)> on_text,
                             std::function<void(std::string)> on_closed) {
    auto self = shared_from_this();
    auto& lowest = stream_.next_layer();
    lowest.expires_after(timeout);
    try {
      co_await connect_tcp(lowest, to);
      lowest.expires_never();
      auto rules =
          websocket::stream_base::timeout::suggested(beast::role_type::client);
      rules.handshake_timeout = timeout;
      stream_.set_option(rules);
      stream_.read_message_max(largest_frame);
      co_await stream_.async_handshake(to.host + ":" + std::to_string(to.port),
                                       to.target, asio::use_awaitable);
    } catch (const boost::system::system_error& e) {
      throw signaling_error{"cannot open " + to.host + ":"
                            + std::to_string(to.port) + to.target + ": "
                            + e.code().message()};
    }
    on_text_ = std::move(on_text);
    on_closed_ = std::move(on_closed);
    open_ = true;
    asio::co_spawn(stream_.get_executor(), read(self), asio::detached);
    write();
  }

  void send(std::string text) {
    queue_.push_back(std::move(text));
    if (open_ && queue_.size() == 1)
      write();
  }

  void close() {
    on_text_ = nullptr;
    on_closed_ = nullptr;
    if (!open_)
      return stream_.next_layer().close();
    open_ = false;
    if (queue_.empty())
      send_close();
  }

private:
  asio::awaitable<void> read([[maybe_unused]] std::shared_ptr<impl> self) {
    beast::flat_buffer buffer;
    error_code error;
    for (;;) {
      co_await stream_.async_read(
          buffer, asio::redirect_error(asio::use_awaitable, error));
      if (error)
        break;
      auto data = buffer.cdata();
      // A copy, since it may close the socket and clear the member.
      if (auto on_text = on_text_)
        on_text({static_cast<const char*>(data.data()), data.size()});
      buffer.consume(buffer.size());
    }
    open_ = false;
    auto reason =
        error == websocket::error::closed
            ? "closed with code " + std::to_string(stream_.reason().code)
            : error.message();
    if (auto on_closed = std::exchange(on_closed_, nullptr))
      on_closed(reason);
  }

  void write() {
    if (queue_.empty())
      return open_ ? void() : send_close();
    stream_.text(true);
    stream_.async_write(asio::buffer(queue_.front()),
                        [self = shared_from_this()](error_code error, size_t) {
                          if (error)
                            return;
                          self->queue_.pop_front();
                          self->write();
                        });
  }

  void send_close() {
    if (stream_.is_open())
      stream_.async_close(websocket::close_code::normal,
                          [self = shared_from_this()](error_code) {});
  }

  websocket::stream<beast::tcp_stream> stream_;
  std::deque<std::string> queue_;
  std::function<void(std::string_view)> on_text_;
  std::function<void(std::string)> on_closed_;
  bool open_ = false;
};

text_socket::text_socket(asio::io_context& loop)
    : impl_(std::make_shared<impl>(loop)) {}

text_socket::~text_socket() {
  close();
}

asio::awaitable<void>
text_socket::open(address to, std::chrono::milliseconds timeout,
                  std::function<void(std::string_view)> on_text,
                  std::function<void(std::string)> on_closed) {
  return impl_->open(std::move(to), timeout, std::move(on_text),
                     std::move(on_closed));
}

void text_socket::send(std::string text) {
  impl_->send(std::move(text));
}

void text_socket::close() {
  impl_->close();
}

} // namespace troupe::load
