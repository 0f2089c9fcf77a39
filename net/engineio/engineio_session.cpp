#include "net/base/take_first.hpp"
#include "net/base/utf8.hpp"
#include "net/engineio/engineio.hpp"

#include <algorithm>
#include <utility>

namespace troupe::net::engineio {

session::session(const session_config& config, std::string sid, time_point now)
    : config_(config)
    , sid_(std::move(sid))
    , heartbeat_(now + config.ping_interval) {}

session session::open_polling(const session_config& config, std::string sid,
                              time_point now) {
  session result{config, std::move(sid), now};
  result.poll_waiting_ = true;
  result.send(result.open_packet(true), now);
  return result;
}

session session::open_websocket(const session_config& config, std::string sid,
                                socket_id socket, time_point now) {
  session result{config, std::move(sid), now};
  result.socket_ = socket;
  result.send(result.open_packet(false), now);
  return result;
}

packet session::open_packet(bool offer_upgrade) const {
  auto number = [](auto x) {
    return std::to_string(x);
  };
  std::string json = "{\"sid\":\"" + sid_ + "\",\"upgrades\":[";
  if (offer_upgrade)
    json += "\"websocket\"";
  json += "],\"pingInterval\":" + number(config_.ping_interval.count());
  json += ",\"pingTimeout\":" + number(config_.ping_timeout.count());
  json += ",\"maxPayload\":" + number(config_.max_payload) + "}";
  return {packet_type::open, false, std::move(json)};
}

bool session::handle_poll(time_point now) {
  if (closed() || socket_)
    return false;
  if (poll_waiting_) {
    end(close_reason::overlapping_requests);
    return false;
  }
  poll_waiting_ = true;
  // A client that polls again has received the last response.
  receiving_until_ = now;
  flush(now);
  return true;
}

void session::handle_poll_aborted() {
  if (!poll_waiting_)
    return;
  poll_waiting_ = false;
  end(close_reason::transport_closed);
}

post_outcome session::handle_post(std::string_view body, time_point now) {
  if (closed() || socket_)
    return post_outcome::bad_request;
  if (body.size() > config_.max_payload) {
    end(close_reason::bad_packet);
    return post_outcome::too_large;
  }
  auto packets =
      is_utf8(body) ? parse_payload(body, config_.max_packets) : std::nullopt;
  if (!packets) {
    end(close_reason::bad_packet);
    return post_outcome::bad_request;
  }
  for (auto& x : *packets) {
    if (closed())
      break;
    handle_packet(std::move(x), now);
  }
  return post_outcome::ok;
}

void session::handle_post_refused(close_reason reason) {
  if (!socket_)
    end(reason);
}

void session::handle_socket(socket_id socket, time_point now) {
  if (state_ != state::open || socket_ || candidate_) {
    events_.emplace_back(socket_finished{socket});
    return;
  }
  candidate_ = {socket, false, now + config_.upgrade_timeout};
}

void session::handle_socket_text(socket_id socket, std::string text,
                                 time_point now) {
  if (closed())
    return;
  auto x = parse_frame(text);
  if (candidate_ && candidate_->socket == socket) {
    if (x)
      handle_candidate_packet(*x, now);
    else
      drop_candidate();
  } else if (socket_ == socket) {
    if (x)
      handle_packet(std::move(*x), now);
    else
      end(close_reason::bad_packet);
  }
}

void session::handle_socket_binary(socket_id socket, std::string octets,
                                   time_point now) {
  if (closed())
    return;
  if (candidate_ && candidate_->socket == socket)
    drop_candidate();
  else if (socket_ == socket)
    handle_packet({packet_type::message, true, std::move(octets)}, now);
}

void session::handle_socket_closed(socket_id socket, time_point) {
  if (candidate_ && candidate_->socket == socket) {
    candidate_.reset();
  } else if (socket_ == socket) {
    // The socket is closed already and must not be finished again.
    socket_.reset();
    end(close_reason::transport_closed);
  }
}

void session::handle_send(std::vector<message> batch, time_point now) {
  if (state_ != state::open)
    return;
  auto left = config_.max_queue / 2;
  for (auto& x : batch) {
    packet next{packet_type::message, x.binary, std::move(x.data)};
    auto cost = std::min(left, size_of(next));
    left -= cost;
    enqueue(std::move(next), cost, now);
  }
  flush(now);
  if (queued_cost_ > config_.max_queue)
    end(close_reason::queue_full);
}

void session::handle_send(bool binary, std::string data, time_point now) {
  std::vector<message> batch;
  batch.push_back({binary, std::move(data)});
  handle_send(std::move(batch), now);
}

void session::handle_close(time_point now) {
  if (state_ != state::open)
    return;
  if (socket_) {
    end(close_reason::closed_by_server);
    return;
  }
  state_ = state::closing;
  closing_deadline_ = now + config_.close_timeout;
  drop_candidate();
  flush(now);
}

void session::handle_timeout(time_point now) {
  if (closed())
    return;
  if (state_ == state::closing) {
    if (now >= closing_deadline_)
      end(close_reason::closed_by_server);
    return;
  }
  if (queue_deadline_ && now >= *queue_deadline_) {
    end(close_reason::queue_full);
    return;
  }
  if (candidate_ && now >= candidate_->deadline)
    drop_candidate();
  if (now < heartbeat_)
    return;
  if (awaiting_pong_) {
    end(close_reason::ping_timeout);
    return;
  }
  awaiting_pong_ = true;
  heartbeat_ = has_received(now) + config_.ping_timeout;
  send({packet_type::ping, false, {}}, now);
}

std::optional<session_event> session::poll_event() {
  return net::take_first(events_);
}

std::optional<time_point> session::poll_timeout() const {
  switch (state_) {
    case state::open: {
      auto next = heartbeat_;
      if (candidate_)
        next = std::min(next, candidate_->deadline);
      return queue_deadline_ ? std::min(next, *queue_deadline_) : next;
    }
    case state::closing:
      return closing_deadline_;
    default:
      return std::nullopt;
  }
}

void session::handle_packet(packet x, time_point now) {
  switch (x.type) {
    case packet_type::message:
      if (x.data.size() > config_.max_message)
        end(close_reason::bad_packet);
      else if (state_ == state::open)
        events_.emplace_back(message_received{x.binary, std::move(x.data)});
      break;
    case packet_type::pong:
      if (awaiting_pong_) {
        awaiting_pong_ = false;
        heartbeat_ = now + config_.ping_interval;
      }
      break;
    case packet_type::close:
      end(close_reason::closed_by_client);
      break;
    case packet_type::noop:
      break;
    default:
      // The server pings, not the client, and an upgrade comes on the
      // WebSocket that has been probed.
      end(close_reason::bad_packet);
  }
}

void session::handle_candidate_packet(const packet& x, time_point now) {
  if (x.type == packet_type::ping && x.data == "probe") {
    candidate_->probed = true;
    send_frame(candidate_->socket, {packet_type::pong, false, "probe"});
    // The client waits for its poll to return before it upgrades.
    flush(now);
  } else if (x.type == packet_type::upgrade && candidate_->probed) {
    socket_ = candidate_->socket;
    candidate_.reset();
    if (std::exchange(poll_waiting_, false))
      events_.emplace_back(poll_answered{"6"});
    flush(now);
  } else {
    drop_candidate();
  }
}

void session::drop_candidate() {
  if (!candidate_)
    return;
  events_.emplace_back(socket_finished{candidate_->socket});
  candidate_.reset();
}

void session::send(packet x, time_point now) {
  auto cost = size_of(x);
  enqueue(std::move(x), cost, now);
  flush(now);
}

void session::enqueue(packet x, size_t cost, time_point now) {
  if (x.type == packet_type::message && !queue_deadline_)
    queue_deadline_ = has_received(now) + config_.max_queue_delay;
  queued_octets_ += size_of(x);
  queued_cost_ += cost;
  queue_.push_back({std::move(x), cost});
}

time_point session::has_received(time_point now) const {
  return std::max(now, receiving_until_);
}

void session::flush(time_point now) {
  if (socket_) {
    for (auto& x : queue_)
      send_frame(*socket_, std::move(x.what));
    clear_queue();
  } else if (poll_waiting_) {
    answer_poll(now);
  }
}

void session::answer_poll(time_point now) {
  std::string body;
  while (!queue_.empty()) {
    const auto& next = queue_.front();
    if (!body.empty() && body.size() + size_of(next.what) > config_.max_answer)
      break;
    append_packet(body, next.what);
    queued_octets_ -= size_of(next.what);
    queued_cost_ -= next.cost;
    queue_.pop_front();
  }
  auto last = state_ == state::closing && queue_.empty();
  if (last)
    append_packet(body, {packet_type::close, false, {}});
  else if (body.empty() && candidate_ && candidate_->probed)
    append_packet(body, {packet_type::noop, false, {}});
  if (body.empty())
    return;
  auto milliseconds = 1000 * body.size() / config_.min_read_rate;
  receiving_until_ = now + std::chrono::milliseconds{milliseconds};
  queue_deadline_.reset();
  if (!queue_.empty())
    queue_deadline_ = receiving_until_ + config_.max_queue_delay;
  poll_waiting_ = false;
  events_.emplace_back(poll_answered{std::move(body)});
  if (last)
    end(close_reason::closed_by_server);
}

void session::clear_queue() {
  queue_.clear();
  queue_deadline_.reset();
  queued_octets_ = 0;
  queued_cost_ = 0;
}

void session::send_frame(socket_id socket, packet x) {
  if (x.binary) {
    events_.emplace_back(frame_ready{socket, true, std::move(x.data)});
  } else {
    x.data.insert(x.data.begin(),
                  static_cast<char>('0' + static_cast<int>(x.type)));
    events_.emplace_back(frame_ready{socket, false, std::move(x.data)});
  }
}

void session::end(close_reason reason) {
  if (closed())
    return;
  state_ = state::closed;
  if (std::exchange(poll_waiting_, false)) {
    // A client that closes the session only needs its poll answered.
    auto type = reason == close_reason::closed_by_client ? packet_type::noop
                                                         : packet_type::close;
    std::string body;
    append_packet(body, {type, false, {}});
    events_.emplace_back(poll_answered{std::move(body)});
  }
  drop_candidate();
  if (socket_)
    events_.emplace_back(socket_finished{*socket_});
  clear_queue();
  events_.emplace_back(session_closed{reason});
}

} // namespace troupe::net::engineio
