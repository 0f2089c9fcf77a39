#include "actors/transport/dtls_signaling.hpp"

#include "actors/transport/signaling_to_engine.hpp"

namespace troupe::actors {

using protocol::error;
using protocol::error_code;

transport_parameters to_signaling(const net::webrtc_transport& engine,
                                  const net::dtls_context& dtls) {
  const auto& print = dtls.fingerprint();
  return {from_engine(engine.local_ice()),
          {protocol::dtls_role::automatic, {{print.algorithm, print.value}}}};
}

std::optional<error> dtls_signaling::connect(net::webrtc_transport& engine,
                                             const connect_dtls& x,
                                             net::time_point now) {
  const auto remote = to_engine(x.remote.role);
  auto fingerprints = to_engine(x.remote.fingerprints);
  if (x.guessed && guessed_) {
    engine.allow(remote, fingerprints);
    return std::nullopt;
  }
  const auto role = engine.connect(remote, std::move(fingerprints), now);
  if (role) {
    guessed_ = x.guessed;
    return std::nullopt;
  }
  if (role.error() == net::transport_errc::no_fingerprint)
    return error{error_code::bad_request,
                 "dtlsParameters: no usable fingerprint"};
  return error{error_code::wrong_state, "Transport already connected"};
}

} // namespace troupe::actors
