#pragma once

#include "actors/io/socket_actor.hpp"
#include "net/ice/ice_check_responder.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace troupe::net {
class webrtc_transport;
} // namespace troupe::net

namespace troupe::actors {

/// A transport's `ice_check_responder`: lets the I/O threads answer the ICE
/// checks that change nothing and watch its client's consent, and notifies the
/// transport's engine of the last check.
class ice_check_offload {
public:
  /// Until `use` is called, all checks go to the engine.
  ice_check_offload() = default;

  ice_check_offload(const ice_check_offload&) = delete;
  ice_check_offload& operator=(const ice_check_offload&) = delete;

  ~ice_check_offload() {
    revoke();
  }

  struct config {
    /// Gets the responders.
    socket_actor sockets;
    /// Where they note each check, or null.
    std::shared_ptr<net::client_liveness> liveness = {};
    /// Is sent a `transport_tick` by the I/O threads when consent may have
    /// ended, so long after the last check (0: never).
    caf::weak_actor_ptr transport = {};
    net::duration consent_timeout{};
  };

  /// Hands out responders from now on.
  void use(config cfg) {
    config_ = std::move(cfg);
  }

  /// Call this when the engine is drained: hands out a responder once a pair is
  /// nominated, and revokes a responder that no longer fits, or whose client
  /// seems to leave: then the engine itself waits for a check.
  void update(net::webrtc_transport& engine, net::time_point now);

  /// Call this before an ICE restart: until the client uses the new
  /// credentials, the engine answers.
  void begin_restart(net::webrtc_transport& engine);

  /// The engine no longer knows these old credentials.
  void end_restart(const std::string& old_fragment) {
    if (old_ == old_fragment)
      old_.reset();
  }

  /// Lets the engine answer from now on.
  void revoke();

  /// Passes the time of the last check that the responder answered to the
  /// drained engine.
  void report(net::webrtc_transport& engine);

  /// The tuple whose consent the I/O threads watch, so that the engine's timer
  /// may leave it out; or null.
  const net::transport_tuple* watched() const {
    return responder_ ? &responder_->tuple() : nullptr;
  }

private:
  config config_;
  std::shared_ptr<net::ice_check_responder> responder_;
  net::time_point reported_{};
  std::optional<std::string> old_; // the fragment before a restart
};

} // namespace troupe::actors
