#include "net/base/take_first.hpp"
#include "protocol/dialects/common/close_codes.hpp"
#include "protocol/dialects/common/entries.hpp"
#include "protocol/dialects/common/identity.hpp"
#include "protocol/dialects/common/refusal_reason.hpp"
#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/dialects/common/socketio_vocabulary.hpp"
#include "protocol/json/json_writer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::protocol {

namespace {

constexpr std::string_view root = "/";

// Requests of one connection that the server has not answered yet. Clients wait
// for most answers; this bounds the cost of a hostile client.
constexpr size_t max_outstanding = 256;

// The names under which frontends send the display name.
constexpr std::array name_members{"name", "displayName", "userName",
                                  "username"};

std::string event_array(std::string_view event, std::string_view json) {
  return json_writer{}.begin_array().value(event).raw(json).end_array().str();
}

socketio_config to_config(const handshake& hello) {
  socketio_config out;
  out.connect_timeout = hello.connect_timeout;
  out.admission_required = hello.token_required;
  out.derive_sid = hello.derive_id;
  return out;
}

// socket.io-client makes an Error of it, with its `message` and `data`.
std::string connect_error(const error& why, std::string_view login_url) {
  json_object data;
  data.add("code", to_string(why.code)).add("message", why.message);
  add_reason(data, why, login_url);
  return json_object{}
      .add("message", to_string(why.code))
      .add("data", data)
      .text();
}

} // namespace

socketio_link::socketio_link(handshake hello, net::rng& random,
                             net::time_point now)
    : hello_(std::move(hello))
    , now_(now)
    , session_(to_config(hello_), random, now) {}

std::optional<std::string>
socketio_link::handshake_value(std::string_view name) const {
  if (auto text = find_text(auth_, name))
    return text;
  const auto found = hello_.query.find(std::string{name});
  if (found == hello_.query.end() || found->second.empty())
    return std::nullopt;
  return found->second;
}

std::optional<std::string>
socketio_link::name_of(const rapidjson::Value& payload) const {
  for (auto member : name_members)
    if (auto name = find_text(payload, member))
      return name;
  for (auto member : name_members)
    if (auto name = handshake_value(member))
      return name;
  return std::nullopt;
}

void socketio_link::ask(request what, std::optional<socketio_call> origin) {
  if (outstanding_.size() == max_outstanding)
    return session_.close(close_codes::policy_violation, "too many requests");
  if (auto* join = std::get_if<verb::join>(&what))
    join->derived = derived_ && join->peer.str() == sid_;
  requests_.push_back({outstanding_.add(std::move(origin)), std::move(what)});
}

size_t socketio_link::withdraw(const socketio_call& origin) {
  return std::erase_if(requests_, [&](const auto& x) {
    const auto* found = outstanding_.find(x.token);
    if (!found || !*found || (*found)->tag != origin.tag)
      return false;
    outstanding_.take(x.token);
    return true;
  });
}

void socketio_link::answer(const socketio_call& call, std::string_view json) {
  if (call.id)
    session_.acknowledge(
        root, *call.id,
        json_writer{}.begin_array().raw(json).end_array().str());
}

void socketio_link::emit(std::string_view event, std::string_view json) {
  session_.emit(root, event_array(event, json));
}

void socketio_link::emit(shared_text packet) {
  session_.emit(root, std::move(packet));
}

std::string socketio_link::event_packet(std::string_view event,
                                        std::string_view json) {
  return encode_socketio_packet(socketio_type::event, root, std::nullopt,
                                event_array(event, json));
}

void socketio_link::reset() {
  sid_.clear();
  auth_.SetNull();
  outstanding_.set_all(std::nullopt);
}

std::optional<socketio_call> socketio_link::take_call(request_token token) {
  if (auto origin = outstanding_.take(token))
    return std::move(*origin);
  return std::nullopt;
}

/// A connection over Socket.IO. Delegates each event to the vocabulary that the
/// client has turned out to use.
class socketio_dialect final : public dialect {
public:
  socketio_dialect(const handshake& hello, net::rng& random,
                   net::time_point now)
      : link_(hello, random, now) {
    forget_vocabulary();
  }

  void handle_frame(const frame& in, net::time_point now) override {
    link_.now_ = now;
    link_.session_.handle_frame(in, now);
    take_inputs();
  }

  void handle_outcome(request_token token, const outcome& result) override {
    if (token == authenticating_)
      finish_connect(result);
    if (auto call = link_.take_call(token))
      vocabulary_->handle_outcome(*call, result, link_);
  }

  void handle_event(const any_event& event) override {
    vocabulary_->handle_event(event, link_);
  }

  void handle_shared_event(const shared_event_encoding& event) override {
    vocabulary_->handle_shared_event(event, link_);
  }

  void handle_participants(const shared_participants_encoding& all) override {
    vocabulary_->handle_participants(all, link_);
  }

  // A client must not reconnect at once after any of these reasons.
  close_connection handle_end(end_reason why) override {
    link_.session_.disconnect(root);
    return dialect::handle_end(why);
  }

  void handle_timeout(net::time_point now) override {
    link_.now_ = now;
    link_.session_.handle_timeout(now);
    vocabulary_->handle_timeout(now, link_);
  }

  std::optional<net::time_point> poll_timeout() const override {
    const auto session = link_.session_.poll_timeout();
    const auto vocabulary = vocabulary_->poll_timeout();
    return session && vocabulary ? std::min(*session, *vocabulary)
           : session             ? session
                                 : vocabulary;
  }

  std::optional<pending_request> poll_request() override {
    return net::take_first(link_.requests_);
  }

  std::optional<frame> poll_frame() override {
    return link_.session_.poll_frame();
  }

  std::optional<close_connection> poll_close() override {
    return link_.session_.poll_close();
  }

private:
  void take_inputs() {
    while (auto input = link_.session_.poll_input())
      std::visit([this](auto& x) { handle(x); }, *input);
  }

  void handle(socketio_connect_request& in) {
    auto token = find_text(in.auth, "token");
    link_.ask(verb::authenticate{token ? *token : find_token(link_.hello_, {})},
              std::nullopt);
    authenticating_ = link_.outstanding_.last_token();
  }

  void finish_connect(const outcome& result) {
    authenticating_.reset();
    const auto* refused = std::get_if<error>(&result);
    if (refused)
      link_.session_.deny(std::string{root},
                          connect_error(*refused, link_.login_url()));
    else
      link_.session_.admit(std::string{root});
    take_inputs();
  }

  void handle(socketio_connected& in) {
    link_.sid_ = std::move(in.sid);
    link_.derived_ = in.derived;
    link_.auth_ = std::move(in.auth);
  }

  // Leaving the namespace leaves the room, though the connection may stay for
  // another CONNECT. The server knows whether there was a room.
  void handle(socketio_disconnected&) {
    link_.reset();
    link_.ask(verb::leave{}, std::nullopt);
    forget_vocabulary();
  }

  void handle(socketio_event& in) {
    if (!vocabulary_known_)
      choose_vocabulary(in.name());
    vocabulary_->handle_call({std::string{in.name()}, in.id}, in.data, link_);
    for (auto why : std::exchange(link_.refused_, {}))
      note_refusal(why);
  }

  void choose_vocabulary(std::string_view event) {
    const auto all = socketio_vocabularies();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& x) {
      return x.identifies(event);
    });
    if (found == all.end())
      return;
    vocabulary_ = found->make();
    vocabulary_known_ = true;
  }

  void forget_vocabulary() {
    vocabulary_ = socketio_vocabularies().front().make();
    vocabulary_known_ = false;
  }

  socketio_link link_;
  std::unique_ptr<socketio_vocabulary> vocabulary_;
  // The request whose outcome decides the client's CONNECT.
  std::optional<request_token> authenticating_;
  // Whether the client's vocabulary is known.
  bool vocabulary_known_ = false;
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
