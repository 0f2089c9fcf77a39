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
/// checks that change nothing, and notifies the transport's engine of the last
/// of them before its consent would expire.
class ice_check_offload {
public:
  /// Until `use` is called, all checks go to the engine.
  ice_check_offload() = default;

  ice_check_offload(const ice_check_offload&) = delete;
  ice_check_offload& operator=(const ice_check_offload&) = delete;

  ~ice_check_offload() {
    revoke();
  }

  /// Gives the responders to `sockets` from now on. They note each check in
  /// `liveness`, unless that is null.
  void use(socket_actor sockets,
           std::shared_ptr<net::client_liveness> liveness = nullptr) {
    sockets_ = std::move(sockets);
    liveness_ = std::move(liveness);
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

  /// Passes the last check that the responder answered to the drained engine.
  void report(net::webrtc_transport& engine);

private:
  socket_actor sockets_;
  std::shared_ptr<net::client_liveness> liveness_;
  std::shared_ptr<net::ice_check_responder> responder_;
  net::time_point reported_{};
  std::optional<std::string> old_; // the fragment before a restart
};

} // namespace troupe::actors
