#pragma once

#include "actors/io/media_sockets.hpp"
#include "actors/room/server_actor.hpp"
#include "actors/transport/media_services.hpp"
#include "net/io/loop/io_threads.hpp"
#include "tests/actors/support/quiet_log.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <doctest/doctest.h>

namespace troupe::test {

/// A node without HTTP. Its actors run one message at a time, only when the
/// test runs them, in virtual time. Its media port is real (loopback, port 0),
/// but no test here sends to it.
class actor_world {
public:
  explicit actor_world(actors::config x = {}) : settings(std::move(x)) {
    quiet_log();
    // Packets of tests belong to no frames, and must not wait for an end.
    settings.overload.frame_hold = {};
    net::media_port_config port;
    port.addresses = {"127.0.0.1"};
    port.port = 0;
    sockets = std::make_unique<actors::media_sockets>(threads, port);
    REQUIRE(sockets->port().start().has_value());
    system = std::make_unique<caf::actor_system>(caf_settings);
    socket = actors::spawn_socket(*system, *sockets);
    load = std::make_shared<actors::overload_state_board>();
    server = actors::spawn_server(*system, {settings.room,
                                            {&sockets->port(), load},
                                            {},
                                            settings.overload.max_waiting});
    services = std::make_shared<const actors::media_services>(
        actors::media_services{settings,
                               &dtls(),
                               net::fastest_srtp_backend(),
                               &sockets->port(),
                               socket,
                               nullptr,
                               load,
                               {},
                               nullptr,
                               {},
                               actors::make_ice_servers(settings.rtc).servers});
    run();
    baseline = live();
  }

  ~actor_world() {
    caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
    run();
    // The clock holds actors by timeouts of requests answered long ago.
    while (scheduler().trigger_timeouts() > 0)
      run();
    caf::anon_send(socket, actors::close_sockets{});
    run();
    sockets->stop();
    server = nullptr;
    socket = nullptr;
    services.reset();
    // CAF ends its own actors on shutdown; that needs a scheduler, too.
    system->await_actors_before_shutdown(false);
    scheduler().inline_all_enqueues();
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system->scheduler());
  }

  /// Runs all actors until their mailboxes are empty; no time passes.
  size_t run() {
    size_t done = 0;
    while (scheduler().try_run_once())
      REQUIRE(++done < 1'000'000);
    return done;
  }

  /// Advances the time in steps of 10 ms and runs the actors after each step.
  void pass(net::duration time) {
    for (net::duration t{}; t < time; t += step) {
      scheduler().advance_time(step);
      run();
    }
  }

  /// The number of running actors.
  size_t live() const {
    return system->registry().running();
  }

  size_t rooms() {
    caf::scoped_actor self{*system};
    auto answer =
        self->request(server, caf::infinite, actors::get_room_count{});
    run();
    size_t out = 0;
    answer.receive([&](const actors::room_count& x) { out = x.rooms; },
                   [](const caf::error&) { FAIL("no census"); });
    return out;
  }

  static const net::dtls_context& dtls() {
    static auto instance = std::move(*net::dtls_context::make());
    return *instance;
  }

  static constexpr auto step = std::chrono::milliseconds{10};

  struct caf_config : caf::actor_system_config {
    caf_config() {
      set("scheduler.policy", caf::atom("testing"));
    }
  };

  actors::config settings;
  net::io_threads threads{1};
  caf_config caf_settings;
  std::unique_ptr<actors::media_sockets> sockets;
  std::unique_ptr<caf::actor_system> system;
  actors::socket_actor socket;
  actors::server_actor server;
  std::shared_ptr<actors::overload_state_board> load;
  std::shared_ptr<const actors::media_services> services;
  size_t baseline = 0;
};

} // namespace troupe::test
