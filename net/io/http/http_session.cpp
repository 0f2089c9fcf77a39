#include "net/io/http/http_session.hpp"

#include "net/io/http/beast_stream.hpp"
#include "net/io/http/engineio_service.hpp"
#include "net/io/http/http_exchange.hpp"
#include "net/io/http/read_gate.hpp"
#include "net/io/http/request_rules.hpp"
#include "net/io/http/response_writer.hpp"
#include "net/io/http/tls_store.hpp"
#include "net/io/http/websocket_session.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <array>
#include <optional>

namespace troupe::net {

namespace asio = boost::asio;
namespace http = beast::http;

namespace {

using boost::system::error_code;

// After an early response, how long and how many octets of the request are
// still read and discarded, so that the client sees the response and not a
// reset.
constexpr auto linger_time = std::chrono::seconds{2};
constexpr size_t linger_octets = 4 << 20;

// The maximum to read beyond a header. A chunk's extensions and a body's
// trailer must fit too.
constexpr size_t read_ahead = 64 << 10;

// One client's connection on one loop. `shut_down` and responses may come from
// any thread; everything else runs on the loop.
class http_session final : public closable,
                           public std::enable_shared_from_this<http_session> {
public:
  http_session(std::shared_ptr<http_core> core, loop_socket socket,
               const socket_address& remote, const socket_address& local,
               std::shared_ptr<void> admission_slot)
      : closable(core->live)
      , core_(std::move(core))
      , admission_slot_(std::move(admission_slot))
      , remote_(remote)
      , local_(local)
      , loop_(socket.get_executor())
      , tls_(core_->tls ? core_->tls->current() : nullptr)
      , stream_(std::in_place, std::move(socket), tls_.get())
      , response_timer_(loop_)
      , writer_(*core_, loop_, &http_session::on_written)
      , buffer_(core_->config.max_header + read_ahead)
      , bucket_(core_->config.message_rate, core_->config.message_burst)
      , address_bucket_(core_->gate.messages(remote)) {}

  void start() {
    gate_.open(*core_, weak_from_this(), loop_, &http_session::resume_reading);
    if (!stream_->tls())
      return read_header(core_->config.header_timeout);
    tcp().expires_after(core_->config.header_timeout);
    stream_->tls()->async_handshake(
        asio::ssl::stream_base::server,
        [self = shared_from_this()](error_code ec) { self->on_tls(ec); });
  }

  void shut_down(bool at_once) override {
    asio::post(loop_, [self = shared_from_this(), at_once] {
      self->stopping_ = true;
      if (!self->stream_)
        return;
      if (at_once || self->phase_ == phase::reading)
        self->drop();
    });
  }

private:
  enum class phase : uint8_t { reading, answering, writing };

  tcp_stream& tcp() {
    return stream_->next_layer();
  }

  void on_tls(error_code ec) {
    if (!ec)
      return read_header(core_->config.header_timeout);
    if (!stopping_)
      core_->rejects.add(reject_reason::tls_failed);
  }

  void drop() {
    gate_.close();
    response_timer_.cancel();
    writer_.cancel();
    tcp().close();
  }

  void read_header(duration timeout) {
    phase_ = phase::reading;
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(core_->config.max_header));
    // The limit of the body depends on the target, which is not known yet.
    parser_->body_limit(boost::none);
    tcp().expires_after(timeout);
    http::async_read_header(*stream_, buffer_, *parser_,
                            [self = shared_from_this()](error_code ec, size_t) {
                              if (ec)
                                self->on_read_error(ec);
                              else
                                self->on_header();
                            });
  }

  void on_read_error(error_code ec) {
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
      reject(reject_reason::request_large,
             text_response(431, "Header too large\n"));
    else if (ec.category()
                 == make_error_code(http::error::bad_method).category()
             && ec != http::error::end_of_stream
             && ec != http::error::partial_message)
      reject(reject_reason::request_malformed,
             text_response(400, "Bad request\n"));
    else
      give_up(ec);
  }

  // A client that is idle between requests is not at fault.
  void give_up(error_code ec) {
    bool idle =
        parser_ && !parser_->got_some() && buffer_.size() == 0 && served_ > 0;
    if (ec == beast::error::timeout && !idle)
      core_->rejects.add(reject_reason::request_slow);
    drop();
  }

  void reject(reject_reason why, http_response response) {
    core_->rejects.add(why);
    refuse(std::move(response));
  }

  void on_header() {
    core_->requests.fetch_add(1, std::memory_order_relaxed);
    ++served_;
    auto now = std::chrono::steady_clock::now();
    auto own = bucket_.reserve(now);
    covered_at_ = std::max(own, address_bucket_->reserve(now));
    why_paced_ = own < covered_at_ ? reject_reason::address_paced
                                   : reject_reason::message_paced;
    const auto& message = parser_->get();
    keep_alive_ = message.keep_alive();
    head_ = message.method() == http::verb::head;
    auto request = take_header(message);
    request.remote = remote_;
    request.local = local_;
    request.secure = tls_ != nullptr;
    const auto version = message.version() == 10 ? http_version::http_1_0
                                                 : http_version::http_1_1;
    if (auto refusal = apply_request_rules(request, version))
      return reject(reject_reason::request_malformed, std::move(*refusal));
    if (auto refusal = core_->check_source(request))
      return refuse(std::move(*refusal));
    if (beast::websocket::is_upgrade(message))
      return upgrade(std::move(request));
    auto limit = core_->config.max_body;
    std::shared_ptr<void> guard;
    if (core_->engineio->serves(request.path)) {
      limit = core_->engineio->max_body();
      if (request.method == "POST") {
        guard = core_->engineio->begin_post(request);
        if (!guard)
          return refuse(
              json_response(400, render(engineio::refusal::bad_request)));
      }
    }
    if (parser_->content_length().value_or(0) > limit)
      return refuse_body(request);
    parser_->body_limit(limit);
    // A client that has begun its body does not wait for `100 Continue`.
    if (awaits_continue(request, version) && !parser_->is_done()
        && buffer_.size() == 0)
      return ask_for_body(std::move(request), std::move(guard));
    read_body(std::move(request), std::move(guard));
  }

  void refuse(http_response response) {
    keep_alive_ = false;
    write(std::move(response));
  }

  void refuse_body(const http_request& request) {
    if (core_->engineio->serves(request.path))
      core_->engineio->refuse_post(request);
    reject(reject_reason::request_large,
           text_response(413, "Body too large\n"));
  }

  // Sends `100 Continue`, before which the client does not send its body (RFC
  // 9110, section 10.1.1).
  void ask_for_body(http_request request, std::shared_ptr<void> guard) {
    static constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
    tcp().expires_after(core_->config.write_timeout);
    asio::async_write(
        *stream_, asio::buffer(interim),
        [self = shared_from_this(), request = std::move(request),
         guard = std::move(guard)](error_code ec, size_t) mutable {
          if (ec)
            self->drop();
          else
            self->read_body(std::move(request), std::move(guard));
        });
  }

  void read_body(http_request request, std::shared_ptr<void> guard) {
    parser_->eager(true);
    body_request_.emplace(std::move(request));
    body_guard_ = std::move(guard);
    body_deadline_ =
        std::chrono::steady_clock::now() + core_->config.body_timeout;
    read_more();
  }

  // Reads the body in parts and counts each part as undelivered.
  void read_more() {
    if (parser_->is_done())
      return end_body();
    if (gate_.must_wait(shared_from_this()))
      return watch_deadline();
    tcp().expires_at(body_deadline_);
    http::async_read_some(*stream_, buffer_, *parser_,
                          [self = shared_from_this()](error_code ec, size_t) {
                            self->on_body(ec);
                          });
  }

  // The body's deadline also runs while reading is suspended: unfinished bodies
  // must not fill the server for ever.
  void watch_deadline() {
    response_timer_.expires_at(body_deadline_);
    response_timer_.async_wait([self = shared_from_this()](error_code ec) {
      if (!ec)
        self->give_up(beast::error::timeout);
    });
  }

  void resume_reading(duration) {
    response_timer_.cancel();
    if (body_request_ && !stopping_)
      read_more();
  }

  void on_body(error_code ec) {
    if (ec) {
      auto request = std::exchange(body_request_, std::nullopt);
      body_guard_ = nullptr;
      return ec == http::error::body_limit ? refuse_body(*request)
                                           : on_read_error(ec);
    }
    auto octets = parser_->get().body().size();
    gate_.octets().add(octets - body_octets_);
    body_octets_ = octets;
    read_more();
  }

  void end_body() {
    auto request = *std::exchange(body_request_, std::nullopt);
    request.body = std::move(parser_->get().body());
    dispatch(std::move(request), std::move(body_guard_));
  }

  void dispatch(http_request request, std::shared_ptr<void> guard) {
    if (core_->engineio->serves(request.path)) {
      auto exchange = begin_exchange(std::move(request));
      exchange->guard = std::move(guard);
      return core_->engineio->handle(exchange);
    }
    if (auto response = core_->handler.handle_http(request))
      return write(std::move(*response));
    auto exchange = begin_exchange(std::move(request));
    auto taken = core_->handler.handle_http_later(
        exchange->request(), [exchange](http_response response) {
          exchange->answer(std::move(response));
        });
    if (!taken)
      exchange->answer(core_->files.serve(exchange->request()));
  }

  // After this, the response may come from any thread.
  exchange_ptr begin_exchange(http_request request) {
    phase_ = phase::answering;
    tcp().expires_never();
    auto deliver = [weak = weak_from_this(),
                    number = ++exchange_number_](http_response response) {
      auto self = weak.lock();
      if (!self)
        return;
      auto loop = self->loop_;
      asio::post(loop, [self = std::move(self), number,
                        response = std::move(response)]() mutable {
        self->on_answer(number, std::move(response));
      });
    };
    auto exchange =
        std::make_shared<http_exchange>(std::move(request), std::move(deliver));
    exchange_ = exchange;
    response_timer_.expires_after(core_->config.response_timeout);
    response_timer_.async_wait(
        [self = shared_from_this(), number = exchange_number_](error_code ec) {
          if (!ec)
            self->on_answer(number, text_response(503, "No answer in time\n"));
        });
    watch();
    return exchange;
  }

  // Detects a client that disconnects while its request is handled. Data that
  // it sends meanwhile stays unread.
  void watch() {
    if (std::exchange(watching_, true))
      return;
    tcp().socket().async_wait(
        tcp_stream::socket_type::wait_read,
        [self = shared_from_this()](error_code ec) {
          self->watching_ = false;
          if (ec || !self->stream_ || self->phase_ != phase::answering)
            return;
          char octet;
          auto n = ::recv(self->tcp().socket().native_handle(), &octet, 1,
                          MSG_PEEK | MSG_DONTWAIT);
          if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            self->on_abort();
        });
  }

  void on_abort() {
    if (auto exchange = exchange_.lock(); exchange && exchange->aborted)
      exchange->aborted();
    ++exchange_number_;
    drop();
  }

  void on_answer(uint64_t number, http_response response) {
    if (number != exchange_number_ || phase_ != phase::answering || !stream_)
      return;
    response_timer_.cancel();
    write(std::move(response));
  }

  void write(http_response response) {
    phase_ = phase::writing;
    gate_.octets().discard(std::exchange(body_octets_, 0));
    if (stopping_)
      keep_alive_ = false;
    writer_.write(shared_from_this(), *stream_, std::move(response),
                  {head_, keep_alive_});
  }

  void on_written(error_code ec) {
    if (ec || stopping_)
      drop();
    else if (keep_alive_)
      read_next();
    else
      linger();
  }

  // Reads the next request once the rate limits cover this one.
  void read_next() {
    auto timeout = core_->config.keep_alive_timeout;
    if (covered_at_ <= std::chrono::steady_clock::now())
      return read_header(timeout);
    core_->rejects.add(why_paced_);
    phase_ = phase::reading;
    tcp().expires_never();
    response_timer_.expires_at(covered_at_);
    response_timer_.async_wait(
        [self = shared_from_this(), timeout](error_code ec) {
          if (!ec && !self->stopping_)
            self->read_header(timeout);
        });
  }

  void linger() {
    error_code ignored;
    tcp().socket().shutdown(tcp::socket::shutdown_send, ignored);
    tcp().expires_after(linger_time);
    lingered_ = 0;
    discard();
  }

  void discard() {
    tcp().async_read_some(asio::buffer(waste_), [self = shared_from_this()](
                                                    error_code ec, size_t n) {
      self->lingered_ += n;
      if (ec || self->lingered_ > linger_octets || self->stopping_)
        self->drop();
      else
        self->discard();
    });
  }

  void upgrade(http_request request) {
    head_ = false;
    // Data before the response cannot be WebSocket frames.
    if (buffer_.size() > 0)
      return reject(reject_reason::request_malformed,
                    text_response(400, "Bad request\n"));
    websocket_plan plan;
    if (core_->engineio->serves(request.path)) {
      auto decision = core_->engineio->plan_websocket(request);
      if (auto refusal = std::get_if<http_response>(&decision))
        return refuse(std::move(*refusal));
      plan = std::move(std::get<websocket_plan>(decision));
    } else {
      auto decision = core_->handler.decide_upgrade(request);
      if (decision.kind.empty())
        return reject(reject_reason::handshake, std::move(decision.rejection));
      plan.kind = std::move(decision.kind);
      plan.subprotocol = std::move(decision.subprotocol);
      plan.open = [core = core_](std::shared_ptr<connection> x) {
        return core->handler.open_connection(std::move(x));
      };
    }
    auto stream = std::move(*stream_);
    stream_.reset();
    start_websocket(core_, std::move(stream), parser_->release(),
                    std::move(request), std::move(plan),
                    std::move(admission_slot_));
  }

  std::shared_ptr<http_core> core_;
  std::shared_ptr<void> admission_slot_;
  const socket_address remote_;
  const socket_address local_;
  const loop_executor loop_;
  // Null if the connection is plain.
  const std::shared_ptr<asio::ssl::context> tls_;
  // Empty once a WebSocket session owns it.
  std::optional<socket_stream> stream_;
  loop_timer response_timer_;
  response_writer<http_session> writer_;
  beast::flat_buffer buffer_;
  token_bucket bucket_;
  const std::shared_ptr<shared_bucket> address_bucket_;
  // When the rate limits cover the request.
  time_point covered_at_{};
  reject_reason why_paced_{};
  uint64_t served_ = 0;
  // The request whose body is being read, and the body's deadline.
  std::optional<http_request> body_request_;
  std::shared_ptr<void> body_guard_;
  time_point body_deadline_{};
  // Octets of the body so far: undelivered until the request is answered.
  size_t body_octets_ = 0;
  read_gate<http_session> gate_;
  std::optional<http::request_parser<http::string_body>> parser_;
  phase phase_ = phase::reading;
  bool keep_alive_ = false;
  bool head_ = false;
  bool watching_ = false;
  bool stopping_ = false;
  uint64_t exchange_number_ = 0;
  std::weak_ptr<http_exchange> exchange_;
  size_t lingered_ = 0;
  std::array<char, 2048> waste_;
};

} // namespace

void start_http_session(std::shared_ptr<http_core> core, loop_socket socket,
                        const socket_address& remote,
                        const socket_address& local,
                        std::shared_ptr<void> admission_slot) {
  auto live = core->live;
  auto x =
      std::make_shared<http_session>(std::move(core), std::move(socket), remote,
                                     local, std::move(admission_slot));
  live->add(x);
  x->start();
}

} // namespace troupe::net
