#pragma once

#include "actors/admin_api.hpp"
#include "actors/doorkeeper.hpp"
#include "actors/http_clients.hpp"
#include "actors/media_services.hpp"
#include "actors/room_actor.hpp"
#include "actors/status_pages.hpp"
#include "net/io/http_server.hpp"
#include "protocol/dialect.hpp"

#include <map>
#include <variant>

namespace troupe::actors {

/// The parameters of a query, decoded; the last of twins wins.
std::map<std::string, std::string> parse_query(std::string_view query);

/// How a client knocks, as dialects see it.
protocol::handshake to_handshake(const net::http_request& request);

/// Who wants a connection, and what has been found out about that one.
struct caller {
  protocol::handshake hello;
  const protocol::dialect_entry* dialect = nullptr;
  /// Set where the handshake itself showed a token.
  std::optional<protocol::identity> who;
};

/// Finds the dialect of a request for a connection and, where there is a
/// doorkeeper, the user. Refused are requests that are no dialect's or not
/// complete, and those without a valid token where the dialect has no way to
/// show one later.
std::variant<caller, net::http_response>
receive_caller(const net::http_request& request, const doorkeeper* door);

/// Whether there is a dialect for who knocks like this, and its name.
net::upgrade_decision choose_dialect(const net::http_request& request,
                                     const doorkeeper* door = nullptr);

/// Receives clients: has the status pages answered, finds the dialect for each
/// connection, and spawns its session.
class front_door final : public net::http_handler {
public:
  /// Without `door` everybody may come in.
  front_door(caf::actor_system& system,
             std::shared_ptr<const media_services> services,
             room_gate_actor gate,
             std::shared_ptr<const doorkeeper> door = nullptr);

  /// From now on the server says that it can take calls, and `metrics` writes
  /// its figures.
  void open(std::function<std::string()> metrics) {
    pages_.open(std::move(metrics));
  }

  /// Has the admin API answered by `api`. To be called before clients come.
  void serve(std::unique_ptr<admin_api> api) {
    api_ = std::move(api);
  }

  /// Has dialects over HTTP answered by `clients`, likewise.
  void serve(std::unique_ptr<http_clients> clients) {
    clients_ = std::move(clients);
  }

  std::optional<net::http_response>
  handle_http(const net::http_request& request) override;

  /// Has `/metrics` written by an actor, and the admin API answered.
  bool handle_http_later(const net::http_request& request,
                         const net::http_responder& respond) override;

  /// Tells the operator which origin was refused, and which key lets it in.
  net::http_response refuse_source(const net::http_request& request,
                                   const net::source_refusal& why) override;

  net::upgrade_decision
  decide_upgrade(const net::http_request& request) override;

  std::unique_ptr<net::connection_events>
  open_connection(std::shared_ptr<net::connection> conn) override;

  void on_certificate_changed(const std::error_code& failure) override;

  void on_clients_refused(const net::clients_refused& news) override;

private:
  caf::actor_system& system_;
  std::shared_ptr<const media_services> services_;
  room_gate_actor gate_;
  status_pages pages_;
  std::shared_ptr<const doorkeeper> door_;
  std::unique_ptr<admin_api> api_;
  std::unique_ptr<http_clients> clients_;
};

} // namespace troupe::actors
