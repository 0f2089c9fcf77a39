#pragma once

#include "bench/load/media/batch_socket.hpp"
#include "bench/load/media/media_loop.hpp"
#include "bench/load/media/timer_wheel.hpp"
#include "net/base/rng.hpp"

namespace troupe::load {

/// Something to tell the owner of a transport, once nothing is in the middle
/// of anything: a new state, or (without one) the first media.
struct notice {
  media_transport* whom;
  std::optional<transport_state> state;
};

/// What the transports of one loop share. For the files of this folder.
struct loop_services {
  loop_services(const loop_config& cfg, std::unique_ptr<net::dtls_context> x)
      : config(cfg)
      , dtls(std::move(x))
      , secure(net::make_secure_rng())
      , seeded(net::make_seeded_rng(cfg.seed))
      , wheel(now(), cfg.tick) {}

  static net::time_point now() {
    return std::chrono::steady_clock::now();
  }

  loop_config config;
  std::unique_ptr<net::dtls_context> dtls;
  /// Of what others must not guess.
  std::unique_ptr<net::rng> secure;
  /// Of what a run repeats.
  std::unique_ptr<net::rng> seeded;
  receive_area received;
  send_batch batch;
  timer_wheel wheel;
  generator_health health;
  std::vector<notice> notices;
};

} // namespace troupe::load
