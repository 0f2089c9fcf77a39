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
  if (responder_ && selected != responder_->tuple())
    revoke();
  if (!sockets_ || responder_ || old_
      || engine.ice() != net::ice_state::completed)
    return;
  responder_ = std::make_shared<net::ice_check_responder>(
      engine.local_ice(), *selected, now, liveness_);
  reported_ = now;
  caf::anon_send(sockets_, add_check_responder{responder_});
}

void ice_check_offload::begin_restart(net::webrtc_transport& engine) {
  report(engine);
  revoke();
  old_ = engine.local_ice().username_fragment;
}

void ice_check_offload::report(net::webrtc_transport& engine) {
  if (!responder_ || engine.selected_tuple() != responder_->tuple())
    return;
  auto last = responder_->last_check();
  if (last <= std::exchange(reported_, last))
    return;
  engine.renew_consent(last);
}

void ice_check_offload::revoke() {
  if (responder_)
    responder_->revoke();
  responder_.reset();
}

} // namespace troupe::actors
