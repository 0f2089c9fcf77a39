#include "net/io/http/engineio_session.hpp"

#include "net/io/http/engineio_service.hpp"
#include "net/io/loop/coarse_deadline.hpp"
#include "net/io/loop/io_threads.hpp"

#include <boost/asio/post.hpp>

namespace troupe::net {

namespace eio = engineio;

using std::chrono::steady_clock;

namespace {

eio::session_config engine_config(const http_server_config& x) {
  eio::session_config result;
  result.ping_interval = x.engineio.ping_interval;
  result.ping_timeout = x.engineio.ping_timeout;
  result.upgrade_timeout = x.engineio.upgrade_timeout;
  result.max_payload = x.engineio.max_payload;
  result.max_message = x.max_message;
  result.max_queue = x.max_write_queue;
  result.min_read_rate = x.min_read_rate;
  result.max_queue_delay = x.max_write_delay;
  return result;
}

uint16_t to_close_code(eio::close_reason x) {
  switch (x) {
    case eio::close_reason::closed_by_client:
    case eio::close_reason::closed_by_server:
      return close_code::normal;
    case eio::close_reason::bad_packet:
    case eio::close_reason::overlapping_requests:
      return close_code::protocol_error;
    case eio::close_reason::queue_full:
      return close_code::try_again_later;
    default:
      return close_code::abnormal;
  }
}

// Returns the data of a frame for sending. All pings share one text.
shared_text to_shared(std::string data) {
  static const auto ping = std::make_shared<const std::string>("2");
  return data == *ping ? ping
                       : std::make_shared<const std::string>(std::move(data));
}

} // namespace

std::optional<reject_reason> to_reject_reason(eio::close_reason x) {
  switch (x) {
    case eio::close_reason::bad_packet:
      return reject_reason::frame_malformed;
    case eio::close_reason::overlapping_requests:
      return reject_reason::overlapping_requests;
    case eio::close_reason::queue_full:
      return reject_reason::slow_reader;
    case eio::close_reason::ping_timeout:
      return reject_reason::ping_timeout;
    default:
      return std::nullopt;
  }
}

// Passes a WebSocket's messages to its session.
class engineio_session::socket_events final : public connection_events {
public:
  socket_events(std::shared_ptr<engineio_session> session, eio::socket_id id)
      : session_(std::move(session))
      , id_(id) {}

  void on_message(incoming_message x) override {
    session_->post([id = id_, x = std::move(x)](auto& self) mutable {
      self.receipt_ = std::move(x.receipt);
      if (x.binary)
        self.engine_->handle_socket_binary(id, std::move(x.data),
                                           steady_clock::now());
      else
        self.engine_->handle_socket_text(id, std::move(x.data),
                                         steady_clock::now());
    });
  }

  void on_drained() override {
    session_->post([](auto& self) {
      if (self.events_)
        self.events_->on_drained();
    });
  }

  void on_close(uint16_t code) override {
    session_->post([id = id_, code](auto& self) {
      self.sockets_.erase(id);
      if (self.close_code_ == 0)
        self.close_code_ = code;
      self.engine_->handle_socket_closed(id, steady_clock::now());
      if (!self.engine_->closed())
        self.close_code_ = 0;
    });
  }

private:
  std::shared_ptr<engineio_session> session_;
  const eio::socket_id id_;
};

engineio_session::engineio_session(std::shared_ptr<http_core> core,
                                   std::string sid,
                                   const socket_address& remote,
                                   std::shared_ptr<void> admission_slot)
    : closable(core->live)
    , core_(std::move(core))
    , sid_(std::move(sid))
    , admission_slot_(std::move(admission_slot))
    , loop_(core_->threads.next_context().get_executor())
    , timer_(loop_)
    , bucket_(core_->config.message_rate, core_->config.message_burst)
    , address_bucket_(core_->gate.messages(remote)) {}

// Runs `f` on the loop, unless the session has ended by then.
template <class F>
void engineio_session::post(F f) {
  boost::asio::post(loop_,
                    [self = shared_from_this(), f = std::move(f)]() mutable {
                      if (!self->engine_)
                        return;
                      f(*self);
                      self->drain();
                      self->receipt_ = nullptr;
                    });
}

void engineio_session::start_polling(const exchange_ptr& exchange,
                                     std::string kind) {
  exchange->aborted = [weak = weak_from_this()] {
    if (auto self = weak.lock())
      self->post([](auto& x) { x.engine_->handle_poll_aborted(); });
  };
  boost::asio::post(loop_, [self = shared_from_this(), exchange,
                            kind = std::move(kind)]() mutable {
    self->poll_ = exchange;
    self->start(engine::open_polling(engine_config(self->core_->config),
                                     self->sid_, steady_clock::now()),
                exchange->request(), std::move(kind));
  });
}

std::unique_ptr<connection_events>
engineio_session::start_websocket(std::shared_ptr<connection> socket,
                                  std::string kind) {
  auto id = socket->id();
  boost::asio::post(loop_, [self = shared_from_this(), id, socket,
                            kind = std::move(kind)]() mutable {
    self->sockets_.emplace(id, socket);
    self->start(engine::open_websocket(engine_config(self->core_->config),
                                       self->sid_, id, steady_clock::now()),
                socket->request(), std::move(kind));
  });
  return std::make_unique<socket_events>(shared_from_this(), id);
}

void engineio_session::start(engine x, http_request request, std::string kind) {
  if (ended_)
    return end();
  undelivered_ = std::make_shared<undelivered_octets>(
      core_->undelivered, [weak = weak_from_this()] {
        if (auto self = weak.lock())
          self->resume_posts();
      });
  engine_.emplace(std::move(x));
  core_->engineio_sessions.fetch_add(1, std::memory_order_relaxed);
  drain();
  if (!engine_)
    return;
  events_ = core_->handler.open_connection(
      std::make_shared<connection_handle<engineio_session>>(
          weak_from_this(), std::move(request), std::move(kind)));
  if (!events_)
    close_now(close_code::try_again_later);
}

void engineio_session::handle_poll(const exchange_ptr& exchange) {
  exchange->aborted = [weak = weak_from_this(),
                       which = std::weak_ptr{exchange}] {
    if (auto self = weak.lock())
      self->post([which](auto& x) {
        if (x.poll_ && x.poll_ == which.lock())
          x.engine_->handle_poll_aborted();
      });
  };
  boost::asio::post(loop_, [self = shared_from_this(), exchange] {
    auto refuse = [&] {
      self->reply(exchange,
                  json_response(400, eio::render(eio::refusal::bad_request)));
    };
    if (!self->engine_)
      return refuse();
    if (self->engine_->handle_poll(steady_clock::now()))
      self->poll_ = exchange;
    else
      refuse();
    self->drain();
  });
}

void engineio_session::handle_post(const exchange_ptr& exchange) {
  boost::asio::post(loop_, [self = shared_from_this(), exchange] {
    auto outcome = eio::post_outcome::bad_request;
    if (self->engine_)
      outcome = self->engine_->handle_post(exchange->request().body,
                                           steady_clock::now());
    self->drain();
    switch (outcome) {
      case eio::post_outcome::ok:
        self->end_post_later(exchange, text_response(200, "ok"));
        break;
      case eio::post_outcome::too_large:
        self->end_post(exchange, text_response(413, {}));
        break;
      default:
        self->end_post(
            exchange,
            json_response(400, eio::render(eio::refusal::bad_request)));
    }
  });
}

void engineio_session::handle_post_refused(eio::close_reason reason) {
  post([reason](auto& self) { self.engine_->handle_post_refused(reason); });
}

std::unique_ptr<connection_events>
engineio_session::handle_socket(std::shared_ptr<connection> socket) {
  auto id = socket->id();
  boost::asio::post(loop_, [self = shared_from_this(), id, socket] {
    if (!self->engine_)
      return socket->close(close_code::normal, {});
    self->sockets_.emplace(id, socket);
    self->engine_->handle_socket(id, steady_clock::now());
    self->drain();
  });
  return std::make_unique<socket_events>(shared_from_this(), id);
}

void engineio_session::queue(std::vector<outgoing_message> messages) {
  post([messages = std::move(messages)](auto& self) {
    std::vector<eio::message> batch;
    for (const auto& x : messages)
      batch.push_back({x.binary, *x.text});
    self.engine_->handle_send(std::move(batch), steady_clock::now());
  });
}

void engineio_session::await_drain() {
  post([](auto& self) { self.drain_awaited_ = true; });
}

void engineio_session::request_close(uint16_t code, std::string) {
  post([code](auto& self) {
    if (self.close_code_ == 0)
      self.core_->count_close(code);
    self.close_now(code);
  });
}

void engineio_session::shut_down(bool at_once) {
  // Do not wait for a client that is not polling: it could not connect again.
  boost::asio::post(loop_, [self = shared_from_this(), at_once] {
    if (!at_once && self->engine_)
      self->close_now(close_code::going_away);
    if (!self->ended_)
      self->end();
  });
}

void engineio_session::close_now(uint16_t code) {
  if (close_code_ == 0)
    close_code_ = code;
  engine_->handle_close(steady_clock::now());
  drain();
}

void engineio_session::drain() {
  // Calls that the upper layer makes meanwhile are posted, so this function
  // never runs recursively.
  if (std::exchange(draining_, true))
    return;
  while (engine_) {
    auto event = engine_->poll_event();
    if (!event)
      break;
    // Frames of one pass leave together, and before any later event.
    if (!std::holds_alternative<eio::frame_ready>(*event))
      flush_frames();
    std::visit([this](auto& x) { perform(std::move(x)); }, *event);
  }
  flush_frames();
  draining_ = false;
  notify_drained();
  arm_timer();
}

void engineio_session::notify_drained() {
  if (!drain_awaited_ || !engine_ || !events_)
    return;
  if (auto id = engine_->socket()) {
    // The WebSocket answers through socket_events::on_drained.
    if (auto i = sockets_.find(*id); i != sockets_.end())
      drain_awaited_ = !i->second->await_drain();
  } else if (engine_->queued_octets() <= core_->config.max_write_queue / 2) {
    drain_awaited_ = false;
    events_->on_drained();
  }
}

void engineio_session::perform(eio::message_received x) {
  // Ignore the messages of a POST after those that ended the session.
  if (!events_ || close_code_ != 0)
    return;
  incoming_message message{std::move(x.data), x.binary, std::move(receipt_)};
  // A WebSocket has already counted and rate-limited its messages.
  if (!engine_->on_websocket()) {
    if (!charge_message())
      return;
    message.receipt = undelivered_->add_message(message.data.size());
  }
  events_->on_message(std::move(message));
}

// Delays the answer to the POST until the rate limits cover its messages. False
// if the client would exceed the patience.
bool engineio_session::charge_message() {
  auto now = steady_clock::now();
  auto own = bucket_.reserve(now);
  auto covered_at = std::max(own, address_bucket_->reserve(now));
  why_paced_ = own < covered_at ? reject_reason::address_paced
                                : reject_reason::message_paced;
  covered_at_ = std::max(covered_at_, covered_at);
  if (own - now <= core_->config.message_patience)
    return true;
  core_->rejects.add(reject_reason::message_rate);
  close_code_ = close_code::policy_violation;
  engine_->handle_close(now);
  return false;
}

void engineio_session::perform(eio::poll_answered x) {
  if (auto to = std::exchange(poll_, nullptr))
    reply(to, text_response(200, std::move(x.body)));
}

void engineio_session::perform(eio::frame_ready x) {
  if (x.socket != frames_for_)
    flush_frames();
  frames_for_ = x.socket;
  frames_.push_back({to_shared(std::move(x.data)), x.binary});
}

void engineio_session::flush_frames() {
  if (frames_.empty())
    return;
  if (auto i = sockets_.find(frames_for_); i != sockets_.end())
    i->second->send(std::exchange(frames_, {}));
  frames_.clear();
}

void engineio_session::perform(eio::socket_finished x) {
  auto i = sockets_.find(x.socket);
  if (i == sockets_.end())
    return;
  i->second->close(close_code_ != 0 ? close_code_ : close_code::normal, {});
  sockets_.erase(i);
}

void engineio_session::perform(eio::session_closed x) {
  if (auto why = to_reject_reason(x.reason))
    core_->rejects.add(*why);
  if (close_code_ == 0)
    close_code_ = to_close_code(x.reason);
  end();
}

void engineio_session::end() {
  ended_ = true;
  if (close_code_ == 0)
    close_code_ = close_code::going_away;
  engine_.reset();
  timer_.cancel();
  if (auto to = std::exchange(poll_, nullptr))
    reply(to, text_response(200, "1"));
  if (auto post = std::exchange(delayed_post_, std::nullopt))
    end_post(post->first, std::move(post->second));
  for (auto& [id, socket] : std::exchange(sockets_, {}))
    socket->close(close_code_, {});
  core_->engineio->forget(sid_);
  if (auto events = std::exchange(events_, nullptr))
    events->on_close(close_code_);
}

void engineio_session::arm_timer() {
  auto wanted = engine_ ? engine_->poll_timeout() : std::nullopt;
  if (!wanted)
    return;
  wanted = coarse_deadline(*wanted, steady_clock::now());
  if (wanted == timer_deadline_)
    return;
  timer_deadline_ = wanted;
  timer_.expires_at(*wanted);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
    auto self = weak.lock();
    if (ec || !self || !self->engine_)
      return;
    self->timer_deadline_.reset();
    self->engine_->handle_timeout(steady_clock::now());
    self->drain();
  });
}

// The client sends its next POST only after this answer.
void engineio_session::end_post(const exchange_ptr& to,
                                http_response response) {
  to->guard.reset();
  reply(to, std::move(response));
}

void engineio_session::end_post_later(const exchange_ptr& to,
                                      http_response response) {
  if (auto why = engine_ ? undelivered_->must_wait() : std::nullopt) {
    core_->rejects.add(*why);
    delayed_post_.emplace(to, std::move(response));
    return;
  }
  auto covered_at = std::exchange(covered_at_, time_point{});
  if (covered_at <= steady_clock::now())
    return end_post(to, std::move(response));
  core_->rejects.add(why_paced_);
  auto timer = std::make_shared<loop_timer>(loop_, covered_at);
  timer->async_wait([self = shared_from_this(), timer, to,
                     response](boost::system::error_code ec) mutable {
    if (!ec)
      self->end_post(to, std::move(response));
  });
}

// Thread-safe.
void engineio_session::resume_posts() {
  boost::asio::post(loop_, [self = shared_from_this()] {
    if (auto delayed = std::exchange(self->delayed_post_, std::nullopt))
      self->end_post_later(delayed->first, std::move(delayed->second));
  });
}

void engineio_session::reply(const exchange_ptr& to, http_response response) {
  allow_cross_origin(to->request(), response);
  response.headers.emplace_back("Cache-Control", "no-store");
  to->answer(std::move(response));
}

} // namespace troupe::net
