#include "actors/http/http_clients.hpp"

#include "actors/base/failure_watch.hpp"
#include "actors/base/log.hpp"
#include "actors/http/http_gateway.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

namespace troupe::actors {

namespace {

net::http_response to_response(const protocol::http_answer& x) {
  auto out = net::json_response(x.status, x.body);
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

net::http_response refusal(unsigned status, std::string_view code,
                           std::string_view why) {
  return to_response(protocol::http_error(status, code, why));
}

std::optional<protocol::http_call> to_call(const net::http_request& request) {
  protocol::http_call out;
  auto path = std::string_view{request.path};
  while (!path.empty()) {
    path.remove_prefix(1); // the slash
    auto part = net::percent_decode(path.substr(0, path.find('/')), false);
    if (!part)
      return std::nullopt;
    path.remove_prefix(std::min(path.size(), path.find('/')));
    out.path.push_back(std::move(*part));
  }
  out.method = request.method;
  out.query = parse_query(request.query);
  out.content_type = request.header("Content-Type");
  out.body = request.body;
  return out;
}

/// Stands for a client's connection: its requests wait here for their
/// responses. Its session and the actor below use it concurrently.
class http_connection final : public net::connection {
public:
  http_connection(net::http_request request, std::string kind, uint64_t id,
                  std::function<void()> on_close)
      : request_(std::move(request))
      , kind_(std::move(kind))
      , id_(id)
      , on_close_(std::move(on_close)) {}

  /// Returns the number of the request's frame; nothing if the connection is
  /// closed, and then rejects the request.
  std::optional<uint64_t> expect(const net::http_responder& respond) {
    {
      std::lock_guard guard{mutex_};
      if (!closed_) {
        waiting_.emplace(++last_, respond);
        return last_;
      }
    }
    respond(refusal(404, "not-joined", "Client not found"));
    return std::nullopt;
  }

  bool closed() const {
    return closed_;
  }

  void send(std::vector<net::outgoing_message> messages) override {
    for (const auto& x : messages) {
      auto text = std::string_view{*x.text};
      auto number = protocol::take_number(text);
      auto answer = protocol::read_answer(text);
      if (!number || !answer)
        continue;
      if (auto respond = take(*number))
        respond(to_response(*answer));
    }
  }

  void close(uint16_t, std::string reason) override {
    std::map<uint64_t, net::http_responder> left;
    {
      std::lock_guard guard{mutex_};
      if (closed_.exchange(true))
        return;
      left = std::exchange(waiting_, {});
    }
    for (const auto& [number, respond] : left)
      respond(refusal(503, "internal", reason.empty() ? "Closed" : reason));
    on_close_();
  }

  const net::http_request& request() const override {
    return request_;
  }

  const std::string& kind() const override {
    return kind_;
  }

  uint64_t id() const override {
    return id_;
  }

private:
  net::http_responder take(uint64_t number) {
    std::lock_guard guard{mutex_};
    auto node = waiting_.extract(number);
    return node ? std::move(node.mapped()) : nullptr;
  }

  const net::http_request request_;
  const std::string kind_;
  const uint64_t id_;
  const std::function<void()> on_close_;
  std::mutex mutex_;
  std::map<uint64_t, net::http_responder> waiting_;
  uint64_t last_ = 0;
  std::atomic<bool> closed_{false};
};

struct clients_state {
  using pointer = http_clients_actor::stateful_pointer<clients_state>;

  static inline const char* name = "http-clients";

  explicit clients_state(pointer self_ptr) : self(self_ptr) {}

  ~clients_state() {
    for (const auto& [key, x] : clients)
      caf::anon_send(x.session, connection_closed{});
  }

  struct client {
    std::shared_ptr<http_connection> connection;
    session_actor session;
  };

  void take(http_call_arrived& x);

  // Opens the client of this request; null if the request was answered.
  client* open(const http_client_key& key, http_call_arrived& x);

  void forget(const http_client_gone& x);

  pointer self;
  http_clients_config settings;
  uint64_t last_id = 0;
  std::map<http_client_key, client> clients;
};

void clients_state::take(http_call_arrived& x) {
  const http_client_key key{x.plan.room, x.plan.client};
  auto i = clients.find(key);
  auto* who = i == clients.end() ? nullptr : &i->second;
  if (x.plan.creates_client)
    who = open(key, x);
  else if (!who)
    x.respond(refusal(404, "not-joined", "Client not found"));
  if (!who)
    return;
  if (auto number = who->connection->expect(x.respond))
    self->send(who->session,
               frame_received{protocol::number_frame(*number, x.plan.frame)});
}

clients_state::client* clients_state::open(const http_client_key& key,
                                           http_call_arrived& x) {
  if (auto i = clients.find(key); i != clients.end()) {
    if (!i->second.connection->closed()) {
      x.respond(refusal(409, "already-joined", "This client id is in use"));
      return nullptr;
    }
    self->send(i->second.session, connection_closed{});
    clients.erase(i);
  }
  if (clients.size() >= max_http_clients) {
    x.respond(refusal(503, "overloaded", "Too many clients"));
    return nullptr;
  }
  auto gone = http_client_gone{key, ++last_id};
  auto me = caf::weak_actor_ptr{self->ctrl()};
  auto connection = std::make_shared<http_connection>(
      std::move(x.request), std::string{x.dialect->name}, last_id, [gone, me] {
        if (auto to = me.lock())
          caf::anon_send(caf::actor_cast<http_clients_actor>(to), gone);
      });
  log::event(log::level::debug, "connection-opened",
             {{"connection", std::to_string(last_id)},
              {"dialect", connection->kind()},
              {"from", connection->remote_address().str()}});
  auto session =
      spawn_session(self->system(), {connection, x.dialect, std::move(x.hello),
                                     settings.services, settings.gate,
                                     settings.auth, std::move(x.who)});
  return &clients.insert_or_assign(key, client{connection, session})
              .first->second;
}

void clients_state::forget(const http_client_gone& x) {
  auto i = clients.find(x.key);
  if (i == clients.end() || i->second.connection->id() != x.connection)
    return;
  self->send(i->second.session, connection_closed{});
  clients.erase(i);
}

} // namespace

http_clients_actor spawn_http_clients(caf::actor_system& system,
                                      http_clients_config settings) {
  return system.spawn([cfg = std::move(settings)](clients_state::pointer self)
                          -> http_clients_actor::behavior_type {
    self->state.settings = cfg;
    self->set_error_handler([](caf::error&) {});
    self->set_exception_handler(to_error);
    return {
        [self](http_call_arrived& x) { self->state.take(x); },
        [self](const http_client_gone& x) { self->state.forget(x); },
    };
  });
}

http_clients::http_clients(http_clients_actor target,
                           std::shared_ptr<const authenticator> auth)
    : target_(std::move(target))
    , auth_(std::move(auth)) {}

std::optional<net::http_response>
http_clients::refuse_source(const net::http_request& request,
                            const net::source_refusal& why) {
  auto call = to_call(request);
  if (!call || !protocol::read_http_call(*call))
    return std::nullopt;
  return refusal(403, "forbidden", why.explain());
}

bool http_clients::handle(const net::http_request& request,
                          const net::http_responder& respond) const {
  auto call = to_call(request);
  if (!call)
    return false;
  auto reading = protocol::read_http_call(*call);
  if (!reading)
    return false;
  http_call_arrived out{reading->dialect,
                        to_handshake(request),
                        {},
                        std::move(reading->plan),
                        request,
                        respond};
  if (auto refused = check(out))
    respond(std::move(*refused));
  else if (out.plan.answer)
    respond(to_response(*out.plan.answer));
  else
    caf::anon_send(target_, std::move(out));
  return true;
}

std::optional<net::http_response>
http_clients::check(http_call_arrived& x) const {
  const auto& names = x.dialect->names;
  x.hello.carrier = protocol::carrier::http;
  auto put = [&](std::string_view name, const std::string& value) {
    if (value.empty())
      x.hello.query.erase(std::string{name});
    else
      x.hello.query.insert_or_assign(std::string{name}, value);
  };
  put(names.room, x.plan.room.str());
  put(names.user, x.plan.client.str());
  auto to_refusal = [](const protocol::handshake_refusal& why) {
    return refusal(static_cast<unsigned>(why.http_status), "forbidden",
                   why.reason);
  };
  if (auth_) {
    auto who =
        auth_->identify(protocol::find_token(x.hello, names), wall_now());
    if (!who)
      return refusal(401, "unauthorized", "A token is required");
    if (auto no = protocol::apply_identity(x.hello, names, *who))
      return to_refusal(*no);
    x.who = std::move(*who);
  }
  if (auto no = x.dialect->refuses(x.hello))
    return to_refusal(*no);
  return std::nullopt;
}

} // namespace troupe::actors
