#include "net/io/http/websocket_session.hpp"

#include "net/io/http/connection_handle.hpp"
#include "net/io/http/frame_meter.hpp"
#include "net/io/http/ping_schedule.hpp"
#include "net/io/http/read_gate.hpp"
#include "net/io/http/websocket_fault.hpp"
#include "net/io/http/websocket_outbox.hpp"
#include "net/io/http/whole_stream.hpp"
#include "net/io/loop/coarse_deadline.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <array>
#include <optional>
#include <vector>

namespace troupe::net {

namespace asio = boost::asio;
namespace websocket = beast::websocket;

namespace {

using boost::system::error_code;
using std::chrono::steady_clock;

// How long a client may take to answer our close frame.
constexpr auto close_handshake_timeout = std::chrono::seconds{1};

// RFC 6455, section 5.5: a control frame carries 125 octets, two of them the
// code.
constexpr size_t max_reason = 123;

// A larger read buffer is freed after its message.
constexpr size_t kept_buffer = 64 << 10;

// A client that pauses this long once the rate covers its messages no longer
// counts as exceeding the rate.
constexpr auto rate_pause = std::chrono::milliseconds{50};

// A ping without payload (RFC 6455, section 5.5.2).
constexpr std::array<uint8_t, 2> ping_frame{0x89, 0x00};

// One WebSocket on one loop. `queue`, `await_drain`, `request_close` and
// `shut_down` are thread-safe; everything else runs on the loop.
class websocket_session final
    : public closable,
      public std::enable_shared_from_this<websocket_session> {
public:
  websocket_session(std::shared_ptr<http_core> core, socket_stream stream,
                    websocket_plan plan, std::shared_ptr<void> admission_slot)
      : closable(core->live)
      , core_(std::move(core))
      , admission_slot_(std::move(admission_slot))
      , plan_(std::move(plan))
      , loop_(stream.get_executor())
      , ws_(std::move(stream))
      , timer_(loop_)
      , bucket_(core_->config.message_rate, core_->config.message_burst)
      , outbox_(core_->config.max_write_queue) {}

  void start(const beast_request& upgrade, http_request request) {
    address_bucket_ = core_->gate.messages(request.remote);
    if (plan_.keep_alive)
      liveness_ = std::make_shared<client_liveness>();
    gate_.open(*core_, weak_from_this(), loop_,
               &websocket_session::resume_reading);
    handle_ = std::make_shared<connection_handle<websocket_session>>(
        weak_from_this(), std::move(request), plan_.kind, liveness_);
    configure();
    ws_.async_accept(upgrade, [self = shared_from_this()](error_code ec) {
      if (!ec)
        self->open();
    });
  }

  void queue(std::vector<outgoing_message> messages) {
    bool over = !outbox_.charge(messages);
    // dispatch() sends an immediate answer before the next read is handled.
    asio::dispatch(loop_, [self = shared_from_this(),
                           messages = std::move(messages), over]() mutable {
      if (over)
        self->give_up_slow_reader();
      else
        self->enqueue(std::move(messages));
    });
  }

  void await_drain() {
    asio::dispatch(loop_, [self = shared_from_this()] {
      self->drain_awaited_ = true;
      self->notify_drained();
    });
  }

  void request_close(uint16_t code, std::string reason) {
    asio::dispatch(loop_, [self = shared_from_this(), code,
                           reason = std::move(reason)]() mutable {
      if (self->plan_.keep_alive && !self->closing_)
        self->core_->count_close(code);
      self->begin_close(code, std::move(reason));
    });
  }

  void shut_down(bool at_once) override {
    if (!at_once)
      return request_close(close_code::going_away, "server stops");
    asio::post(loop_, [self = shared_from_this()] {
      self->finish(close_code::going_away);
    });
  }

private:
  void configure() {
    const auto& config = core_->config;
    beast::get_lowest_layer(ws_).expires_never();
    set_timeouts(config.header_timeout);
    ws_.read_message_max(config.max_message);
    // Write each message as one frame, however long.
    ws_.auto_fragment(false);
    if (!plan_.subprotocol.empty())
      ws_.set_option(websocket::stream_base::decorator(
          [x = plan_.subprotocol](websocket::response_type& response) {
            response.set(beast::http::field::sec_websocket_protocol, x);
          }));
    ws_.control_callback(
        [this](websocket::frame_type type, auto) { on_control(type); });
    ws_.next_layer().next_layer().observe(
        [this](byte_span octets) { on_octets(octets); });
  }

  // Called by the stream within a read of Beast.
  void on_octets(byte_span octets) {
    if (pings_)
      pings_->handle_octets(steady_clock::now());
    auto fragments = meter_.observe(octets);
    charge_frames(meter_.take_begun());
    if (fragments > core_->config.max_fragments)
      reject_later(reject_reason::message_large, close_code::too_big,
                   "too many fragments");
  }

  // Suspends reading until the rate limits of the connection and of its address
  // cover these frames.
  void charge_frames(size_t frames) {
    if (frames == 0)
      return;
    auto now = steady_clock::now();
    auto own = bucket_.reserve(now, frames);
    auto covered_at = std::max(own, address_bucket_->reserve(now, frames));
    if (own <= now || now - rate_covered_at_ >= rate_pause)
      over_rate_since_ = now;
    rate_covered_at_ = own;
    if (covered_at <= now)
      return;
    ws_.next_layer().hold_reads_until(covered_at);
    core_->rejects.add(own < covered_at ? reject_reason::address_paced
                                        : reject_reason::message_paced);
    if (own - over_rate_since_ > core_->config.message_patience)
      reject_later(reject_reason::message_rate, close_code::policy_violation,
                   "too many messages");
  }

  void reject_later(reject_reason why, uint16_t code, const char* reason) {
    if (std::exchange(rejecting_, true))
      return;
    asio::post(loop_, [self = shared_from_this(), why, code, reason] {
      self->reject(why, code, reason);
    });
  }

  // Beast uses one timeout for the opening and the closing handshake. Its pings
  // do not know `client_liveness`: we send our own.
  void set_timeouts(duration handshake) {
    websocket::stream_base::timeout timeout;
    timeout.handshake_timeout = handshake;
    timeout.idle_timeout = websocket::stream_base::none();
    timeout.keep_alive_pings = false;
    ws_.set_option(timeout);
  }

  void on_control(websocket::frame_type type) {
    // The client has left; the orderly end of the stream may take a while.
    if (type == websocket::frame_type::close) {
      close_received_ = true;
      notify(closed_by(websocket::error::closed));
    }
  }

  void open() {
    core_->websockets.fetch_add(1, std::memory_order_relaxed);
    opened_ = true;
    set_timeouts(close_handshake_timeout);
    if (plan_.keep_alive)
      keep_alive(steady_clock::now());
    events_ = plan_.open(handle_);
    plan_.open = nullptr;
    if (!events_)
      begin_close(close_code::try_again_later, {});
    read();
  }

  void read() {
    if (gate_.must_wait(shared_from_this()))
      return;
    ws_.async_read_some(buffer_, 0,
                        [self = shared_from_this()](error_code ec, size_t n) {
                          self->on_read(ec, n);
                        });
  }

  // Continues after enough of the client's messages have been delivered.
  void resume_reading(duration extension) {
    if (finished_ || close_sent_)
      return;
    // The client could not send the rest of its message meanwhile.
    if (message_deadline_) {
      *message_deadline_ += extension;
      arm(*message_deadline_);
    }
    read();
  }

  void on_read(error_code ec, size_t octets) {
    if (finished_)
      return;
    if (ec)
      return finish(closed_by(ec));
    gate_.octets().add(octets);
    if (ws_.is_message_done()) {
      deliver();
    } else if (!message_deadline_) {
      message_deadline_ = steady_clock::now() + core_->config.message_timeout;
      arm(*message_deadline_);
    }
    // Beast's close operation reads by itself and leaves a state in which a
    // read must not start.
    if (!finished_ && !close_sent_)
      read();
  }

  uint16_t closed_by(error_code ec) {
    if (ec == websocket::error::closed)
      return ws_.reason().code != 0 ? ws_.reason().code : close_code::no_status;
    auto fault = websocket_fault(ec);
    if (fault && !closing_)
      core_->rejects.add(*fault);
    return fault == reject_reason::message_large ? close_code::too_big
                                                 : close_code::abnormal;
  }

  void reject(reject_reason why, uint16_t code, const char* reason) {
    if (finished_ || closing_)
      return;
    core_->rejects.add(why);
    begin_close(code, reason);
  }

  void deliver() {
    incoming_message message{
        {static_cast<const char*>(buffer_.data().data()), buffer_.size()},
        !ws_.got_text()};
    buffer_.clear();
    if (buffer_.capacity() > kept_buffer)
      buffer_.shrink_to_fit();
    message_deadline_.reset();
    constexpr auto overhead = undelivered_octets::message_overhead;
    gate_.octets().add(overhead);
    message.receipt = gate_.octets().issue(message.data.size() + overhead);
    if (events_ && !closing_ && !rejecting_)
      events_->on_message(std::move(message));
  }

  void enqueue(std::vector<outgoing_message> messages) {
    // A client ignores data after its close frame (RFC 6455, section 5.5.1).
    if (finished_ || closing_ || close_received_ || !opened_)
      return;
    outbox_.push(std::move(messages), steady_clock::now());
    if (!outbox_.writing() && !outbox_.empty())
      write();
  }

  // Writes the queue run by run, synchronously while the socket accepts data.
  void write() {
    while (!outbox_.empty()) {
      auto left = outbox_.gather();
      left -= outbox_.skip(ws_.next_layer().write_now(outbox_.run()));
      if (left > 0)
        return write_rest();
      forget_written();
    }
    if (closing_)
      send_close();
  }

  void write_rest() {
    arm(write_deadline());
    ws_.next_layer().async_write_some(
        outbox_.run(), [self = shared_from_this()](error_code ec, size_t) {
          self->on_written(ec);
        });
  }

  void on_written(error_code ec) {
    if (finished_)
      return;
    if (ec)
      return finish(close_code::abnormal);
    forget_written();
    write();
  }

  void forget_written() {
    outbox_.pop_run();
    notify_drained();
  }

  void notify_drained() {
    if (drain_awaited_ && events_
        && outbox_.octets() <= core_->config.max_write_queue / 2) {
      drain_awaited_ = false;
      events_->on_drained();
    }
  }

  // The time by which the client must have read some data.
  time_point write_deadline() {
    return std::max(outbox_.oldest(), ws_.next_layer().progressed())
           + core_->config.max_write_delay;
  }

  // Pings a silent client, or ends the connection of one that is gone.
  void keep_alive(time_point now) {
    if (!pings_)
      pings_.emplace(core_->config.websocket_idle_timeout, now);
    auto action = pings_->handle_timeout(now, liveness_->last());
    if (action == ping_schedule::action::drop) {
      core_->rejects.add(reject_reason::ping_timeout);
      return finish(close_code::abnormal);
    }
    if (action == ping_schedule::action::ping)
      ping();
    arm(coarse_deadline(pings_->poll_timeout(liveness_->last()), now));
  }

  void ping() {
    const std::array whole{
        asio::const_buffer{ping_frame.data(), ping_frame.size()}};
    auto sent = ws_.next_layer().write_now(whole);
    if (sent < ping_frame.size())
      ws_.next_layer().async_write_some(
          whole[0] + sent, [self = shared_from_this()](error_code, size_t) {});
  }

  void begin_close(uint16_t code, std::string reason) {
    if (finished_ || closing_)
      return;
    reason.resize(std::min(reason.size(), max_reason));
    closing_ = websocket::close_reason{static_cast<websocket::close_code>(code),
                                       std::move(reason)};
    if (!opened_)
      return finish(code);
    if (outbox_.empty())
      send_close();
  }

  void send_close() {
    if (std::exchange(close_sent_, true))
      return;
    close_deadline_ = steady_clock::now() + close_handshake_timeout;
    arm(*close_deadline_);
    ws_.async_close(*closing_, [self = shared_from_this()](error_code) {
      self->finish(self->closing_->code);
    });
  }

  // Drops the queued messages. The close frame waits for those being written,
  // but not for long.
  void give_up_slow_reader() {
    if (finished_ || close_sent_)
      return;
    core_->rejects.add(reject_reason::slow_reader);
    outbox_.drop_waiting();
    closing_ = websocket::close_reason{
        static_cast<websocket::close_code>(close_code::try_again_later),
        "client reads too slowly"};
    send_close();
  }

  void arm(time_point deadline) {
    if (deadline_ && *deadline_ <= deadline)
      return;
    deadline_ = deadline;
    timer_.expires_at(deadline);
    timer_.async_wait([self = shared_from_this()](error_code ec) {
      if (!ec && !self->finished_)
        self->check_deadlines();
    });
  }

  void check_deadlines() {
    deadline_.reset();
    auto now = steady_clock::now();
    if (close_deadline_) {
      if (now >= *close_deadline_)
        finish(closing_->code);
      else
        arm(*close_deadline_);
      return;
    }
    if (pings_ && !closing_ && !close_received_) {
      keep_alive(now);
      if (finished_)
        return;
    }
    if (!outbox_.empty()) {
      auto limit = write_deadline();
      if (now >= limit)
        return give_up_slow_reader();
      arm(limit);
    }
    if (gate_.extends_deadline())
      return;
    if (message_deadline_ && now >= *message_deadline_)
      reject(reject_reason::message_slow, close_code::policy_violation,
             "message takes too long");
    else if (message_deadline_)
      arm(*message_deadline_);
  }

  void finish(uint16_t code) {
    if (std::exchange(finished_, true))
      return;
    gate_.close();
    timer_.cancel();
    beast::get_lowest_layer(ws_).close();
    ws_.next_layer().release_reads();
    notify(code);
  }

  void notify(uint16_t code) {
    if (auto events = std::move(events_))
      events->on_close(closing_ ? static_cast<uint16_t>(closing_->code) : code);
  }

  std::shared_ptr<http_core> core_;
  std::shared_ptr<void> admission_slot_;
  websocket_plan plan_;
  loop_executor loop_;
  websocket::stream<whole_stream, false> ws_;
  loop_timer timer_;
  token_bucket bucket_;
  std::shared_ptr<shared_bucket> address_bucket_;
  // When the rate covers all frames of the connection so far, and since when it
  // has exceeded the rate without a pause.
  time_point rate_covered_at_{};
  time_point over_rate_since_{};
  frame_meter meter_;
  // Set if the WebSocket itself detects a silent client (`keep_alive`).
  std::shared_ptr<client_liveness> liveness_;
  std::optional<ping_schedule> pings_;
  std::shared_ptr<connection> handle_;
  std::unique_ptr<connection_events> events_;
  beast::flat_buffer buffer_;
  // Set when the client is about to be closed: its messages are ignored.
  bool rejecting_ = false;
  read_gate<websocket_session> gate_;
  websocket_outbox outbox_;
  bool drain_awaited_ = false;
  bool opened_ = false;
  bool close_sent_ = false;
  bool close_received_ = false;
  bool finished_ = false;
  std::optional<websocket::close_reason> closing_;
  std::optional<time_point> close_deadline_;
  // The deadline of the incomplete message.
  std::optional<time_point> message_deadline_;
  // When `timer_` fires.
  std::optional<time_point> deadline_;
};

} // namespace

void start_websocket(std::shared_ptr<http_core> core, socket_stream stream,
                     const beast_request& upgrade, http_request request,
                     websocket_plan plan,
                     std::shared_ptr<void> admission_slot) {
  auto live = core->live;
  auto x = std::make_shared<websocket_session>(
      std::move(core), std::move(stream), std::move(plan),
      std::move(admission_slot));
  live->add(x);
  x->start(upgrade, std::move(request));
}

} // namespace troupe::net
