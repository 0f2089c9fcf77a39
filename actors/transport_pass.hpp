#pragma once

#include "actors/check_desk.hpp"

#include <memory>
#include <optional>
#include <string>

namespace caf {
class actor_system;
} // namespace caf

namespace troupe::net {
class webrtc_transport;
} // namespace troupe::net

namespace troupe::actors {

/// A transport's pass at the check desk: lets the I/O threads answer the
/// checks that change nothing, and tells the transport's engine of the last of
/// them before that would end its consent.
class transport_pass {
public:
  /// Finds the desk; without one all checks come to the engine.
  explicit transport_pass(caf::actor_system& system);

  transport_pass(const transport_pass&) = delete;
  transport_pass& operator=(const transport_pass&) = delete;

  ~transport_pass() {
    revoke();
  }

  /// To be called when the engine is drained: hands out a pass where it has
  /// nominated, and revokes one that fits no more, or whose client seems to
  /// leave: then it is the engine that waits for a check.
  void update(net::webrtc_transport& engine, net::time_point now);

  /// To be called before the engine's ICE restarts: until the client uses the
  /// new credentials, the engine answers.
  void begin_restart(net::webrtc_transport& engine);

  /// The engine knows these old credentials no more.
  void end_restart(const std::string& old_fragment) {
    if (old_ == old_fragment)
      old_.reset();
  }

  /// The engine answers from now on.
  void revoke();

  /// Lets the drained engine know of the last check that was answered for it.
  void tell(net::webrtc_transport& engine);

private:
  check_desk_actor desk_;
  std::shared_ptr<net::check_pass> pass_;
  net::time_point told_{};
  std::optional<std::string> old_; // the fragment before a restart
};

} // namespace troupe::actors
