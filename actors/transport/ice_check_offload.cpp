#include "actors/transport/ice_check_offload.hpp"

#include "net/webrtc_transport.hpp"

#include <caf/send.hpp>

#include <utility>

namespace troupe::actors {

namespace {

// A check like the client's last one, which was not kept.
net::datagram check_for(const net::ice_check_responder& responder) {
  const auto& mine = responder.credentials();
  static thread_local const auto pool = net::buffer_pool::make();
  auto data = pool->take();
  net::stun_writer out{data->storage(), net::stun_class::request, {}};
  out.username(mine.username_fragment + ":");
  out.priority(1);
  out.integrity(mine.password);
  out.fingerprint();
  auto message = out.finish();
  TROUPE_ASSERT(message.has_value());
  data->resize(message->size());
  return {std::move(data), responder.tuple(), responder.last_check()};
}

} // namespace

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
  responder_ = std::make_shared<net::ice_check_responder>(engine.local_ice(),
                                                          *selected, now);
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
  engine.handle_datagram(check_for(*responder_), last);
  // The client has already been answered.
  while (engine.poll_datagram()) {
  }
}

void ice_check_offload::revoke() {
  if (responder_)
    responder_->revoke();
  responder_.reset();
}

} // namespace troupe::actors
