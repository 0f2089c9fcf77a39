#pragma once

#include "net/io/http/beast_stream.hpp"
#include "net/io/http/http_core.hpp"
#include "net/io/http/http_types.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/http/span_body.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::net {

/// Writes a session's responses, one after the other. `Session` owns the writer
/// and uses it on its loop. A streamed content is read piece by piece: the next
/// piece only when the client's socket has taken the one before, so a slow
/// reader costs one piece of memory.
template <class Session>
class response_writer {
public:
  using error_code = boost::system::error_code;

  /// The octets of a piece.
  static constexpr size_t piece_size = 256 << 10;

  /// What the request makes of its response.
  struct form {
    bool head_only = false;
    bool keep_alive = false;
  };

  /// Each write ends in `on_written`, unless it is cancelled before.
  response_writer(http_core& core, const loop_executor& loop,
                  void (Session::*on_written)(error_code))
      : core_(core)
      , loop_(loop)
      , read_timer_(loop)
      , on_written_(on_written) {}

  void write(std::shared_ptr<Session> session, socket_stream& stream,
             http_response response, form how) {
    stream_ = &stream;
    const auto& out = sending_.emplace(std::move(response));
    const auto content = out.content();
    head_ = {static_cast<beast::http::status>(out.status), 11};
    for (const auto& [name, value] : core_.common_headers)
      head_.insert(name, value);
    for (const auto& [name, value] : out.headers)
      head_.insert(name, value);
    head_.keep_alive(how.keep_alive);
    if (out.status != 304 && out.status != 204)
      head_.content_length(out.content_size());
    const auto streams = out.streamed.source && !how.head_only;
    if (!how.head_only && !streams)
      head_.body() = {content.data(), content.size()};
    expect_reader(head_.body().size());
    beast::http::async_write(
        stream, head_,
        [this, session = std::move(session), streams](error_code ec, size_t) {
          if (!ec && streams)
            read_piece(session);
          else
            end(*session, ec);
        });
  }

  /// Ends a wait for the disk, without calling `on_written`. The socket is to
  /// be closed, which ends a write.
  void cancel() {
    ++reading_;
    read_timer_.cancel();
  }

private:
  using octets = std::vector<uint8_t>;
  using piece = std::shared_ptr<const octets>;

  // The deadline of a write: the time for a slow but steady reader, and more.
  void expect_reader(size_t n) {
    stream_->next_layer().expires_after(core_.config.write_timeout
                                        + core_.config.time_to_read(n));
  }

  // The timer keeps the session alive meanwhile; the disk does not.
  void read_piece(const std::shared_ptr<Session>& session) {
    const auto& from = sending_->streamed;
    const auto n =
        static_cast<size_t>(std::min<uint64_t>(from.size, piece_size));
    if (n == 0)
      return end(*session, {});
    stream_->next_layer().expires_never();
    read_timer_.expires_after(core_.config.response_timeout);
    const auto number = ++reading_;
    read_timer_.async_wait([this, session, number](error_code ec) {
      if (!ec && number == reading_)
        fail(*session);
    });
    from.source->read(
        from.first, n,
        [this, weak = std::weak_ptr{session}, loop = loop_, n, number,
         total = core_.piece_octets](result<octets> x) mutable {
          auto filled =
              x && x->size() == n ? count(std::move(*x), total) : nullptr;
          if (auto self = weak.lock())
            boost::asio::post(loop, [this, self = std::move(self), number,
                                     filled = std::move(filled)]() mutable {
              on_piece(self, number, std::move(filled));
            });
        });
  }

  static piece count(octets x, std::shared_ptr<std::atomic<uint64_t>> total) {
    *total += x.size();
    return {new octets{std::move(x)}, [total](const octets* gone) {
              *total -= gone->size();
              delete gone;
            }};
  }

  void on_piece(const std::shared_ptr<Session>& session, uint64_t number,
                piece x) {
    if (number != reading_)
      return;
    cancel();
    if (!x)
      return fail(*session);
    piece_ = std::move(x);
    expect_reader(piece_->size());
    boost::asio::async_write(*stream_, boost::asio::buffer(*piece_),
                             [this, session](error_code ec, size_t n) {
                               piece_ = nullptr;
                               if (ec == beast::error::timeout)
                                 core_.rejects.add(reject_reason::slow_reader);
                               if (ec)
                                 return end(*session, ec);
                               sending_->streamed.first += n;
                               sending_->streamed.size -= n;
                               read_piece(session);
                             });
  }

  // The client sees that the content is not whole, as the connection ends.
  void fail(Session& session) {
    ++core_.responses_cut;
    end(session, make_error_code(boost::system::errc::io_error));
  }

  void end(Session& session, error_code ec) {
    ++reading_;
    sending_.reset();
    (session.*on_written_)(ec);
  }

  http_core& core_;
  const loop_executor loop_;
  // How long the disk may take.
  loop_timer read_timer_;
  void (Session::*const on_written_)(error_code);
  socket_stream* stream_ = nullptr;
  // The response being written; `head_` refers to its body.
  std::optional<http_response> sending_;
  beast::http::response<beast::http::span_body<const char>> head_;
  piece piece_;
  // The number of the read that is awaited.
  uint64_t reading_ = 0;
};

} // namespace troupe::net
