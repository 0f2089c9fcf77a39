#pragma once

#include "bench/load/media/batch_socket.hpp"
#include "bench/load/media/media_loop.hpp"
#include "bench/load/media/timer_wheel.hpp"
#include "net/base/rng.hpp"

namespace troupe::load {

/// An event of a transport, handled once no transport is inside a call.
struct notice {
  enum class kind : uint8_t { state, first_media, published };

  media_transport* transport;
  kind what;
  transport_state state = transport_state::checking; // for kind::state
};

/// The shared state of a loop's transports. For the files of this folder.
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
  /// Generates secrets.
  std::unique_ptr<net::rng> secure;
  /// Generates the values that repeat with the seed.
  std::unique_ptr<net::rng> seeded;
  receive_area received;
  send_batch batch;
  timer_wheel wheel;
  generator_health health;
  std::vector<notice> notices;
};

} // namespace troupe::load
