#include "actors/http/http_clients_actor.hpp"

#include "actors/base/failure_watch.hpp"
#include "actors/base/log.hpp"
#include "actors/http/dialect_responses.hpp"
#include "actors/http/http_connection.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <map>

namespace troupe::actors {

namespace {

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
    x.respond(dialect_refusal(404, "not-joined", "Client not found"));
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
      x.respond(
          dialect_refusal(409, "already-joined", "This client id is in use"));
      return nullptr;
    }
    self->send(i->second.session, connection_closed{});
    clients.erase(i);
  }
  if (clients.size() >= max_http_clients) {
    x.respond(dialect_refusal(503, "overloaded", "Too many clients"));
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

} // namespace troupe::actors
