#pragma once

#include "actors/base/live_objects.hpp"
#include "actors/http/http_clients.hpp"

#include "tests/actors/support/probe_client.hpp"
#include "tests/support/whip_offers.hpp"

#include <optional>

/// Clients of WHIP and WHEP in virtual time and without a network.
namespace troupe::test {

inline std::string header(const net::http_response& x, std::string_view name) {
  for (const auto& [key, value] : x.headers)
    if (key == name)
      return value;
  return {};
}

struct whip_world {
  explicit whip_world(actors::config settings = {})
      : world(std::move(settings)) {}

  ~whip_world() {
    caf::anon_send_exit(clients, caf::exit_reason::user_shutdown);
    world.run();
  }

  net::http_response ask(const std::string& method, const std::string& path,
                         const std::string& type = {},
                         const std::string& body = {},
                         const net::http_headers& more = {}) {
    net::http_request request;
    request.method = method;
    request.target = request.path = path;
    request.headers = more;
    request.headers.emplace_back("Content-Type", type);
    request.body = body;
    auto out = std::make_shared<std::optional<net::http_response>>();
    REQUIRE(entry.handle(request,
                         [out](net::http_response x) { *out = std::move(x); }));
    world.run();
    REQUIRE(*out);
    return **out;
  }

  net::http_response post(const std::string& path, const whip_offer& x = {}) {
    return ask("POST", path, "application/sdp", x.text());
  }

  /// Publishes, and returns the path of the session.
  std::string publish(const std::string& path) {
    const auto out = post(path);
    REQUIRE_MESSAGE(out.status == 201, out.body);
    return header(out, "Location");
  }

  net::http_response patch(const std::string& path, const std::string& body,
                           const std::string& if_match) {
    return ask("PATCH", path, "application/trickle-ice-sdpfrag", body,
               {{"If-Match", if_match}});
  }

  unsigned status(const std::string& method, const std::string& path) {
    return ask(method, path).status;
  }

  actor_world world;
  actors::http_clients_actor clients = actors::spawn_http_clients(
      *world.system,
      {world.services, caf::actor_cast<actors::room_gate_actor>(world.server)});
  actors::http_clients entry{clients, nullptr, world.load};
};

inline int64_t sessions() {
  return actors::live_object::count(actors::object_kind::session);
}

} // namespace troupe::test
