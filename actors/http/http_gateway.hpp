#pragma once

#include "actors/http/admin_api.hpp"
#include "actors/http/http_clients.hpp"
#include "actors/http/recording_downloads.hpp"
#include "actors/http/status_pages.hpp"
#include "actors/room/room_actor.hpp"
#include "actors/session/authenticator.hpp"
#include "actors/transport/media_services.hpp"
#include "net/io/http/http_server.hpp"
#include "protocol/dialects/common/dialect.hpp"

#include <map>
#include <variant>

namespace troupe::actors {

/// The decoded parameters of a query; the last of duplicates wins.
std::map<std::string, std::string> parse_query(std::string_view query);

/// The handshake of a client, as dialects see it.
protocol::handshake to_handshake(const net::http_request& request);

/// A client that asks for a connection, and what is known about it.
struct caller {
  protocol::handshake hello;
  const protocol::dialect_entry* dialect = nullptr;
  /// Set if the handshake itself carried a token.
  std::optional<protocol::identity> who;
};

/// Finds the dialect of a request for a connection and, if there is a
/// authenticator, the user. Refuses requests that no dialect handles or that
/// are incomplete, and those without a valid token if the dialect cannot carry
/// one later.
std::variant<caller, net::http_response>
receive_caller(const net::http_request& request, const authenticator* auth);

/// Accepts the request with the name of its dialect, or rejects it.
net::upgrade_decision choose_dialect(const net::http_request& request,
                                     const authenticator* auth = nullptr);

/// Accepts clients: serves the status pages, finds the dialect of each
/// connection, and spawns its session.
class http_gateway final : public net::http_handler {
public:
  /// Without `auth`, all clients may join.
  http_gateway(caf::actor_system& system,
               std::shared_ptr<const media_services> services,
               room_gate_actor gate,
               std::shared_ptr<const authenticator> auth = nullptr);

  /// From now on the status pages report the server as ready, and `metrics`
  /// writes its metrics.
  void open(std::function<std::string()> metrics) {
    pages_.open(std::move(metrics));
  }

  /// Lets `api` serve the admin API. Call it before clients connect.
  void serve(std::unique_ptr<admin_api> api) {
    api_ = std::move(api);
  }

  /// Lets `clients` serve dialects over HTTP. Call it before clients connect.
  void serve(std::unique_ptr<http_clients> clients) {
    clients_ = std::move(clients);
  }

  /// Lets `downloads` serve recordings. Call it before clients connect.
  void serve(std::shared_ptr<const recording_downloads> downloads) {
    downloads_ = std::move(downloads);
  }

  std::optional<net::http_response>
  handle_http(const net::http_request& request) override;

  /// Serves `/metrics` by an actor, the admin API, dialects over HTTP, and
  /// recordings.
  bool handle_http_later(const net::http_request& request,
                         const net::http_responder& respond) override;

  /// Logs which origin was refused, and the setting that allows it.
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
  std::shared_ptr<const authenticator> auth_;
  std::unique_ptr<admin_api> api_;
  std::unique_ptr<http_clients> clients_;
  std::shared_ptr<const recording_downloads> downloads_;
};

} // namespace troupe::actors
