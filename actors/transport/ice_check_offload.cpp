#include "actors/transport/ice_check_offload.hpp"

#include "net/webrtc_transport.hpp"

#include <caf/send.hpp>

#include <utility>

namespace troupe::actors {

void ice_check_offload::update(net::webrtc_transport& engine,
                               net::time_point now) {
  if (engine.leaving()) {
    report(engine);
    revoke();
    return;
  }
  const auto& selected = engine.selected_tuple();
  if (responder_ && selected != responder_->tuple()) {
    report(engine);
    revoke();
  }
  if (!config_.sockets || responder_ || old_
      || engine.ice() != net::ice_state::completed)
    return;
  responder_ = std::make_shared<net::ice_check_responder>(
      engine.local_ice(), *selected, now, config_.liveness);
  reported_ = now;
  caf::anon_send(config_.sockets,
                 add_check_responder{responder_, config_.transport,
                                     config_.consent_timeout});
}

void ice_check_offload::begin_restart(net::webrtc_transport& engine) {
  report(engine);
  revoke();
  old_ = engine.local_ice().username_fragment;
}

void ice_check_offload::report(net::webrtc_transport& engine) {
  if (!responder_)
    return;
  auto last = responder_->last_check();
  if (last <= std::exchange(reported_, last))
    return;
  engine.renew_consent(responder_->tuple(), last);
}

void ice_check_offload::revoke() {
  if (responder_)
    responder_->revoke();
  responder_.reset();
}

} // namespace troupe::actors
