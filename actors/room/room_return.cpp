// Keeps members whose connections are lost until they return or time out.

#include "actors/base/log.hpp"
#include "actors/room/room_state.hpp"

namespace troupe::actors {

void room_state::lose(const peer_id& who, uint64_t joiner) {
  auto& x = members.at(who);
  // The user is back already, or the loss was reported before.
  if (x.joiner != joiner || x.loss != 0)
    return;
  x.session = nullptr;
  x.loss =
      graces.add(who, self->clock().now() + services.limits.reconnect_grace);
  audience.lose(who);
  grace_timer.arm(self, graces.poll_timeout(), grace_tick{});
  log::event(log::level::info, "peer-lost",
             {{"room", id.str()},
              {"peer", who.str()},
              {"kept-seconds",
               std::to_string(services.limits.reconnect_grace.count())}});
}

void room_state::renew(const peer_id& who) {
  if (members.at(who).presence != presence::shown)
    return;
  // Many clients remove a member's tiles only on peer_left.
  audience.notify_others(event::peer_left{who}, who);
  audience.notify_others(event::peer_joined{*people.describe(who)}, who);
}

void room_state::end_graces() {
  auto now = self->clock().now();
  grace_timer.fired(now);
  while (auto who = graces.poll_expired(now)) {
    self->send(members.at(*who).peer,
               close_peer{leave_reason::connection_lost});
    leave(*who, {leave_reason::connection_lost});
  }
  grace_timer.arm(self, graces.poll_timeout(), grace_tick{});
}

} // namespace troupe::actors
