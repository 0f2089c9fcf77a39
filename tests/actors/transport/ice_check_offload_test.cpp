#include "actors/transport/ice_check_offload.hpp"

#include "net/webrtc_transport.hpp"
#include "tests/support/ice_check.hpp"
#include "tests/support/rtp_packets.hpp"
#include "tests/support/transport_pair.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <doctest/doctest.h>

using namespace troupe;
using namespace std::chrono_literals;
using test::ice_check;
using test::make_tuple;

namespace {

const net::dtls_context& dtls() {
  static auto instance = std::move(*net::dtls_context::make());
  return *instance;
}

// A transport's engine, its offload, and an actor that records the responders.
struct scene {
  struct testing : caf::actor_system_config {
    testing() {
      set("scheduler.policy", caf::atom("testing"));
    }
  };

  scene() {
    using actors::socket_actor;
    sockets = system.spawn(
        [this](socket_actor::pointer) -> socket_actor::behavior_type {
          return {
              [](const actors::route_fragment&) {},
              [](const actors::unroute_fragment&) {},
              [](const actors::route_tuple&) {},
              [](const actors::unroute_tuple&) {},
              [](const actors::route_trunk&) {},
              [](const actors::unroute_trunk&) {},
              [this](const actors::add_check_responder& x) {
                given.push_back(x.responder);
                CHECK(x.consent_timeout == 30s);
              },
              [](const actors::close_sockets&) {},
          };
        });
    offload = std::make_unique<actors::ice_check_offload>();
    offload->use({.sockets = sockets, .consent_timeout = 30s});
  }

  ~scene() {
    offload.reset();
    caf::anon_send_exit(sockets, caf::exit_reason::user_shutdown);
    sockets = nullptr;
    run();
    dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())
        .inline_all_enqueues();
  }

  void run() {
    dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler()).run();
  }

  // The work of a transport after each message.
  void drain() {
    while (auto event = engine.poll_event())
      if (auto* x = std::get_if<net::username_fragment_retired>(&*event))
        offload->end_restart(x->username_fragment);
    while (engine.poll_datagram()) {
    }
    offload->update(engine, now);
    run();
  }

  void check(const net::transport_tuple& from, bool nominates = true) {
    auto x = ice_check::to(engine.local_ice());
    x.use_candidate = nominates;
    engine.handle_datagram({test::to_buffer(x.build()), from, now}, now);
    drain();
  }

  // Whether the latest responder answers a check with the engine's credentials.
  bool answered(const net::transport_tuple& from) {
    std::array<uint8_t, net::ice_check_responder::max_size> room;
    return !given.empty()
           && given.back()->answer(ice_check::to(engine.local_ice()).build(),
                                   from, now, room);
  }

  bool alive() {
    offload->report(engine);
    engine.handle_timeout(now);
    drain();
    return engine.selected_tuple().has_value();
  }

  testing settings;
  caf::actor_system system{settings};
  std::vector<std::shared_ptr<net::ice_check_responder>> given;
  actors::socket_actor sockets;
  std::unique_ptr<net::rng> random = net::make_seeded_rng(7);
  net::webrtc_transport engine{{.dtls = &dtls(), .consent_timeout = 30s},
                               *random};
  std::unique_ptr<actors::ice_check_offload> offload;
  net::time_point now{1000s};
};

const auto here = make_tuple(1);
const auto there = make_tuple(2);

} // namespace

TEST_CASE_FIXTURE(scene,
                  "a responder is given once the client has nominated a pair") {
  check(here, false);
  CHECK(given.empty());
  check(here);
  REQUIRE(given.size() == 1);
  CHECK(answered(here));
  check(here);
  CHECK(given.size() == 1);
}

TEST_CASE_FIXTURE(scene, "consent lasts as long after an offloaded check as "
                         "after one of the engine") {
  check(here);
  now += 20s;
  REQUIRE(answered(here));
  now += 11s;
  CHECK(alive());
  now += 18s;
  CHECK(alive());
  now += 1s;
  CHECK_FALSE(alive());
  CHECK_FALSE(answered(here));
}

TEST_CASE_FIXTURE(scene, "a responder alone gives no consent") {
  check(here);
  now += 29s;
  CHECK(alive());
  now += 1s;
  CHECK_FALSE(alive());
}

TEST_CASE_FIXTURE(scene, "a tuple that the client leaves keeps the consent of "
                         "its offloaded checks") {
  check(here);
  now += 20s;
  REQUIRE(answered(here));
  check(there);
  CHECK(engine.poll_timeout() == now + 30s);
  CHECK(engine.poll_timeout(offload->watched()) == now + 30s);
}

TEST_CASE_FIXTURE(scene, "consent is watched while there is a responder") {
  CHECK_FALSE(offload->watched());
  check(here);
  REQUIRE(offload->watched());
  CHECK(*offload->watched() == here);
  CHECK(engine.poll_timeout() == now + 30s);
  CHECK_FALSE(engine.poll_timeout(offload->watched()));
  offload->revoke();
  CHECK_FALSE(offload->watched());
}

TEST_CASE_FIXTURE(
    scene, "an offloaded check is not answered twice, and selects no pair") {
  check(here);
  now += 5s;
  REQUIRE(answered(here));
  offload->report(engine);
  CHECK_FALSE(engine.poll_datagram());
  CHECK_FALSE(engine.poll_event());
  CHECK(engine.stats().drops.total() == 0);
}

TEST_CASE_FIXTURE(scene, "another tuple needs another responder") {
  check(here);
  check(there);
  REQUIRE(given.size() == 2);
  CHECK(given[0]->revoked());
  CHECK_FALSE(answered(here));
  CHECK(answered(there));
}

TEST_CASE_FIXTURE(scene, "after an ICE restart the engine answers until the "
                         "client uses the new credentials") {
  check(here);
  now += 20s;
  REQUIRE(answered(here));
  for (int i = 0; i < 2; ++i) {
    offload->begin_restart(engine);
    engine.restart_ice(*random);
    drain();
    CHECK(given.size() == 1);
    CHECK(given[0]->revoked());
  }
  now += 11s; // earlier checks have counted
  CHECK(alive());
  CHECK(given.size() == 1);
  check(here);
  REQUIRE(given.size() == 2);
  CHECK(answered(here));
}

TEST_CASE_FIXTURE(scene, "the responder of a transport that ends is revoked") {
  check(here);
  REQUIRE(answered(here));
  engine.close();
  drain();
  CHECK(given[0]->revoked());
  offload.reset();
  CHECK(given.size() == 1);
}

TEST_CASE_FIXTURE(scene,
                  "the engine answers a client that seems to have left") {
  test::transport_pair pair{{.application_data = false}};
  REQUIRE(pair.connect());
  REQUIRE(pair.to_server(test::make_rtp(1)));
  offload->update(pair.server, pair.now);
  run();
  REQUIRE(given.size() == 1);
  CHECK_FALSE(given[0]->revoked());
  pair.client.close();
  pair.exchange();
  REQUIRE(pair.server.leaving());
  offload->update(pair.server, pair.now);
  run();
  CHECK(given[0]->revoked());
  CHECK(given.size() == 1);
}

TEST_CASE("an offloaded check shows that a client has not left") {
  test::transport_pair pair{{.application_data = false}};
  REQUIRE(pair.connect());
  REQUIRE(pair.to_server(test::make_rtp(1)));
  pair.client.close();
  pair.exchange();
  REQUIRE(pair.server.leaving());
  const auto tuple = *pair.server.selected_tuple();
  pair.server.renew_consent(tuple, pair.now - 1s);
  CHECK(pair.server.leaving());
  pair.server.renew_consent(tuple, pair.now + 1s);
  CHECK_FALSE(pair.server.leaving());
}

TEST_CASE_FIXTURE(scene, "each responder shows that the client lives") {
  auto liveness = std::make_shared<net::client_liveness>();
  offload->use(
      {.sockets = sockets, .liveness = liveness, .consent_timeout = 30s});
  for (const auto& tuple : {here, there}) {
    check(tuple);
    now += 5s;
    REQUIRE(answered(tuple));
    CHECK(liveness->last() == now);
  }
}

TEST_CASE("without a socket actor there is no offload") {
  scene x;
  x.offload = std::make_unique<actors::ice_check_offload>();
  x.check(here);
  CHECK(x.given.empty());
  CHECK(x.alive());
}
