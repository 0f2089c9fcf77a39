#include "protocol/dialects/entries.hpp"
#include "protocol/dialects/payload.hpp"
#include "protocol/dialects/shapes.hpp"
#include "protocol/dialects/socketio_vocabulary.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::protocol {

namespace {

constexpr std::string_view root = "/";

constexpr uint16_t policy_violation = 1008;

// Requests of one connection that the server has not answered yet. A client
// waits for most of its answers; this only bounds what a hostile one costs.
constexpr size_t max_outstanding = 256;

} // namespace

namespace {

socketio_config make_config(const handshake& hello) {
  socketio_config out;
  out.derive_sid = hello.derive_id;
  return out;
}

} // namespace

socketio_link::socketio_link(handshake hello, net::rng& random,
                             net::time_point now)
    : hello_(std::move(hello))
    , session_(make_config(hello_), random, now) {}

std::optional<std::string>
socketio_link::greeting(std::string_view name) const {
  if (auto text = find_text(auth_, name))
    return text;
  const auto found = hello_.query.find(std::string{name});
  if (found == hello_.query.end() || found->second.empty())
    return std::nullopt;
  return found->second;
}

void socketio_link::ask(request what, std::optional<socketio_call> origin) {
  if (asked_.size() == max_outstanding)
    return session_.close(policy_violation, "too many requests");
  if (auto* join = std::get_if<verb::join>(&what))
    join->derived = derived_ && join->peer.str() == sid_;
  asked_.emplace(++last_token_, std::move(origin));
  requests_.push_back({last_token_, std::move(what)});
}

void socketio_link::answer(const socketio_call& call, std::string_view json) {
  if (call.id)
    session_.acknowledge(root, *call.id,
                         std::string{"["}.append(json).append("]"));
}

void socketio_link::emit(std::string_view event, std::string_view json) {
  session_.emit(root, std::string{"["}
                          .append(to_json(event))
                          .append(",")
                          .append(json)
                          .append("]"));
}

void socketio_link::reset() {
  sid_.clear();
  auth_.SetNull();
  for (auto& [token, origin] : asked_)
    origin.reset();
}

std::optional<socketio_call> socketio_link::settle(request_token token) {
  const auto found = asked_.find(token);
  if (found == asked_.end())
    return std::nullopt;
  auto origin = std::move(found->second);
  asked_.erase(found);
  return origin;
}

/// Every dialect over Socket.IO: owns the connection and lets the vocabulary
/// that the client turns out to speak do the talking.
class socketio_dialect final : public dialect {
public:
  socketio_dialect(const handshake& hello, net::rng& random,
                   net::time_point now)
      : link_(hello, random, now) {
    forget_vocabulary();
  }

  void handle_frame(const frame& in, net::time_point now) override {
    link_.session_.handle_frame(in, now);
    while (auto input = link_.session_.poll_input())
      std::visit([this](auto& x) { handle(x); }, *input);
  }

  void handle_outcome(request_token token, const outcome& result) override {
    if (auto call = link_.settle(token))
      vocabulary_->handle_outcome(*call, result, link_);
  }

  void handle_event(const any_event& event) override {
    vocabulary_->handle_event(event, link_);
  }

  close_connection handle_end(end_reason why) override {
    link_.session_.disconnect(root);
    return dialect::handle_end(why);
  }

  void handle_timeout(net::time_point now) override {
    link_.session_.handle_timeout(now);
  }

  std::optional<net::time_point> poll_timeout() const override {
    return link_.session_.poll_timeout();
  }

  std::optional<pending_request> poll_request() override {
    if (link_.requests_.empty())
      return std::nullopt;
    std::optional next{std::move(link_.requests_.front())};
    link_.requests_.pop_front();
    return next;
  }

  std::optional<frame> poll_frame() override {
    return link_.session_.poll_frame();
  }

  std::optional<close_connection> poll_close() override {
    return link_.session_.poll_close();
  }

private:
  void handle(socketio_connected& in) {
    link_.sid_ = std::move(in.sid);
    link_.derived_ = in.derived;
    link_.auth_ = std::move(in.auth);
  }

  // Leaving the namespace is leaving the room, though the connection may stay
  // for another CONNECT. Whether there was a room, the server knows.
  void handle(socketio_disconnected&) {
    link_.reset();
    link_.ask(verb::leave{}, std::nullopt);
    forget_vocabulary();
  }

  void handle(socketio_event& in) {
    if (!settled_)
      choose_vocabulary(in.name());
    vocabulary_->handle_call({std::string{in.name()}, in.id}, in.data, link_);
  }

  void choose_vocabulary(std::string_view event) {
    const auto all = socketio_vocabularies();
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const auto& x) { return x.opens(event); });
    if (found == all.end())
      return;
    vocabulary_ = found->make();
    settled_ = true;
  }

  void forget_vocabulary() {
    vocabulary_ = socketio_vocabularies().front().make();
    settled_ = false;
  }

  socketio_link link_;
  std::unique_ptr<socketio_vocabulary> vocabulary_;
  // Whether the client has shown which vocabulary it speaks.
  bool settled_ = false;
};

dialect_entry socketio_entry() {
  return {
      "socketio",
      carrier::socketio,
      [](const handshake&) { return true; },
      [](const handshake&) -> std::optional<handshake_refusal> {
        return std::nullopt;
      },
      [](const handshake& hello, net::rng& random,
         net::time_point now) -> std::unique_ptr<dialect> {
        return std::make_unique<socketio_dialect>(hello, random, now);
      },
  };
}

} // namespace troupe::protocol
