#pragma once

#include "bench/load/media/batch_socket.hpp"
#include "bench/load/media/media_loop.hpp"
#include "bench/load/media/timer_wheel.hpp"
#include "net/base/rng.hpp"

namespace troupe::load {

/// What has happened to a transport, to be dealt with once none is in the
/// middle of something.
struct notice {
  enum class kind : uint8_t { state, first_media, published };

  media_transport* whom;
  kind what;
  transport_state state = transport_state::checking; // for kind::state
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
