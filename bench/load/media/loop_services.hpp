#pragma once

#include "bench/load/media/batch_socket.hpp"
#include "bench/load/media/media_loop.hpp"
#include "bench/load/media/timer_wheel.hpp"
#include "net/base/rng.hpp"

namespace troupe::load {

/// What the transports of one loop share. For the files of this folder.
struct loop_services {
  loop_config config;
  std::unique_ptr<net::dtls_context> dtls;
  std::unique_ptr<net::rng> secure;
  std::unique_ptr<net::rng> seeded;
  receive_area received;
  send_batch batch;
  timer_wheel wheel;
  generator_health health;
  /// Moves a transport that has connected to the sockets that are read in
  /// batches.
  std::function<void(media_transport&)> connected;
  /// Calls `task` when no transport is in the middle of something.
  std::function<void(std::function<void()> task)> later;

  static net::time_point now() {
    return std::chrono::steady_clock::now();
  }
};

} // namespace troupe::load
