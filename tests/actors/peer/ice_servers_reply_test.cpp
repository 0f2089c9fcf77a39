#include "tests/actors/support/probe_client.hpp"
#include "tests/actors/support/temporary_file.hpp"

/// The STUN and TURN servers in the replies to a client.
using namespace troupe;
using namespace troupe::protocol;
using namespace troupe::test;

namespace {

actors::config with_turn(const temporary_file& secret) {
  actors::config out;
  out.rtc.ice_servers = {"turns:turn.example.org:443"};
  out.rtc.ice_secret_file = secret.path();
  return out;
}

void check_servers(const std::vector<ice_server>& list) {
  REQUIRE(list.size() == 1);
  CHECK(list[0].urls == std::vector<std::string>{"turns:turn.example.org:443"});
  CHECK(list[0].username.ends_with(":ann"));
  CHECK(list[0].credential.size() == 28);
}

} // namespace

TEST_CASE("a new transport and an ICE restart come with TURN credentials") {
  temporary_file secret{"a-secret-shared-with-coturn"};
  actor_world world{with_turn(secret)};
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  auto made = ann.get<reply::transport_created>(verb::create_transport{});
  check_servers(made.ice_servers);
  check_servers(
      ann.get<reply::ice_restarted>(verb::restart_ice{made.id}).ice_servers);
}

TEST_CASE("without TURN servers a transport comes without credentials") {
  actor_world world;
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  auto made = ann.get<reply::transport_created>(verb::create_transport{});
  CHECK(made.ice_servers.empty());
  CHECK(ann.get<reply::ice_restarted>(verb::restart_ice{made.id})
            .ice_servers.empty());
}
