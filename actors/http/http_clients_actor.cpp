#include "actors/http/http_clients_actor.hpp"

#include "actors/base/failure_watch.hpp"
#include "actors/base/log.hpp"
#include "actors/http/dialect_responses.hpp"
#include "actors/http/http_connection.hpp"
#include "net/auth/secret.hpp"
#include "net/base/rng.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <map>

namespace troupe::actors {

namespace {

// Characters of an alphabet of 62: more than 128 bits, and 95.
constexpr size_t session_secret_length = 22;
constexpr size_t made_id_length = 16;

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
    net::secret secret; // empty if its requests need none
    bool viewer = false;
  };

  void take(http_call_arrived& x);

  // The client that the request is from, or null.
  client* find(const http_client_key& key, const http_call_arrived& x);

  // Opens the client of this request; null if the request was answered.
  client* open(http_client_key key, http_call_arrived& x);

  // Whether the key is free. If not, the request was answered.
  bool make_way(const http_client_key& key, const http_call_arrived& x);

  // Whether one more is too many.
  bool is_full(const protocol::http_plan& plan) const {
    return plan.makes_id ? viewers >= max_http_viewers
                         : clients.size() - viewers >= max_http_clients;
  }

  void forget(const http_client_gone& x);

  void erase(std::multimap<http_client_key, client>::iterator i) {
    viewers -= size_t{i->second.viewer};
    clients.erase(i);
  }

  pointer self;
  http_clients_config settings;
  std::unique_ptr<net::rng> random = net::make_secure_rng();
  uint64_t last_id = 0;
  std::multimap<http_client_key, client> clients;
  size_t viewers = 0; // of them
};

void clients_state::take(http_call_arrived& x) {
  http_client_key key{x.dialect->name, x.plan.room, x.plan.client};
  auto* who = x.plan.creates_client ? open(std::move(key), x) : find(key, x);
  if (!who && !x.plan.creates_client)
    x.respond(no_client_refusal(*x.dialect));
  if (!who)
    return;
  if (auto number = who->connection->expect(x.respond))
    self->send(who->session,
               frame_received{protocol::number_frame(*number, x.plan.frame)});
}

clients_state::client* clients_state::find(const http_client_key& key,
                                           const http_call_arrived& x) {
  const auto& shown = x.plan.session_secret;
  auto [i, end] = clients.equal_range(key);
  for (; i != end; ++i)
    if (!shown || i->second.secret.matches(*shown))
      return &i->second;
  return nullptr;
}

clients_state::client* clients_state::open(http_client_key key,
                                           http_call_arrived& x) {
  if (!x.plan.opens_session && !make_way(key, x))
    return nullptr;
  if (is_full(x.plan)) {
    x.respond(dialect_refusal(*x.dialect, 503, protocol::error_code::overloaded,
                              "Too many clients"));
    return nullptr;
  }
  if (x.plan.opens_session) {
    x.hello.session_secret = random->alphanumeric(session_secret_length);
    x.hello.has_made_id = key.peer.empty();
    if (x.hello.has_made_id)
      key.peer = peer_id{random->alphanumeric(made_id_length)};
    x.hello.query[std::string{x.dialect->names.user}] = key.peer.str();
  }
  auto gone = http_client_gone{key, ++last_id};
  auto me = caf::weak_actor_ptr{self->ctrl()};
  auto connection = std::make_shared<http_connection>(
      std::move(x.request), *x.dialect, last_id, [gone, me] {
        if (auto to = me.lock())
          caf::anon_send(caf::actor_cast<http_clients_actor>(to), gone);
      });
  log::event(log::level::debug, "connection-opened",
             {{"connection", std::to_string(last_id)},
              {"dialect", connection->kind()},
              {"from", connection->remote_address().str()}});
  auto secret = net::secret{x.hello.session_secret};
  auto session =
      spawn_session(self->system(), {connection, x.dialect, std::move(x.hello),
                                     settings.services, settings.gate,
                                     settings.auth, std::move(x.who)});
  viewers += size_t{x.plan.makes_id};
  return &clients
              .emplace(std::move(key),
                       client{connection, session, std::move(secret),
                              x.plan.makes_id})
              ->second;
}

bool clients_state::make_way(const http_client_key& key,
                             const http_call_arrived& x) {
  auto i = clients.find(key);
  if (i == clients.end())
    return true;
  if (!i->second.connection->closed()) {
    x.respond(dialect_refusal(*x.dialect, 409,
                              protocol::error_code::already_joined,
                              "This client id is in use"));
    return false;
  }
  self->send(i->second.session, connection_closed{});
  erase(i);
  return true;
}

void clients_state::forget(const http_client_gone& x) {
  auto [i, end] = clients.equal_range(x.key);
  while (i != end && i->second.connection->id() != x.connection)
    ++i;
  if (i == end)
    return;
  self->send(i->second.session, connection_closed{});
  erase(i);
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
