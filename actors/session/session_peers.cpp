#include "actors/session/session_peers.hpp"

namespace troupe::actors {

namespace {

std::string carrier_name(protocol::carrier x) {
  switch (x) {
    case protocol::carrier::websocket:
      return "websocket";
    case protocol::carrier::socketio:
      return "socket.io";
    case protocol::carrier::http:
      return "http";
  }
  return {};
}

client_facts facts_of(const session_config& x) {
  return {std::string{x.dialect->name}, carrier_name(x.dialect->carrier),
          short_agent(x.connection->request().header("User-Agent"))};
}

} // namespace

void session_peers::begin_join() {
  auto* self = session_.self;
  const auto& settings = session_.settings;
  auto peer =
      spawn_peer(self->system(),
                 {settings.connection->local_address(), settings.services,
                  settings.gate, caf::actor_cast<session_listener_actor>(self),
                  facts_of(settings), settings.connection->liveness()});
  membership_.begin_join(peer, peer->id());
  follow(peer);
}

void session_peers::confirm_join(bool can_return) {
  close(membership_.confirm_join(can_return), leave_reason::moved);
}

void session_peers::revert_join() {
  close(membership_.revert_join());
}

void session_peers::adopt(const peer_resumed& x) {
  // Ignore a peer that was given up.
  if (!joined() || session_.self->current_sender() != current())
    return;
  unfollow(current());
  membership_.replace(caf::actor_cast<peer_actor>(x.peer));
  follow(current());
}

void session_peers::leave(leave_reason why) {
  close(membership_.take_current(), why);
}

void session_peers::leave_all(bool entering) {
  // While the client moves, either peer may be meant. One that has ended, or
  // that another session has taken over, ignores this.
  if (auto previous = membership_.take_previous())
    session_.self->send(previous, close_peer{});
  if (!entering || session_.self->current_sender() == current())
    leave();
}

void session_peers::handle_closed(const connection_closed& how) {
  const auto& room = session_.settings.services->settings.room;
  if (how.lost && membership_.can_return() && room.reconnect_grace.count() > 0)
    session_.self->send(current(), session_lost{membership_.joiner()});
  else
    leave(how.lost ? leave_reason::connection_lost : leave_reason::left);
}

bool session_peers::handle_down(const caf::actor_addr& source) {
  const auto& previous = membership_.previous();
  if (previous && source == previous.address())
    membership_.take_previous();
  return joined() && source == current().address();
}

void session_peers::follow(const peer_actor& peer) {
  session_.self->link_to(peer);
  session_.self->monitor(peer);
}

void session_peers::unfollow(const peer_actor& peer) {
  session_.self->demonitor(peer.address());
  session_.self->unlink_from(peer);
}

void session_peers::close(const peer_actor& peer, leave_reason why) {
  if (!peer)
    return;
  session_.self->send(peer, close_peer{why});
  unfollow(peer);
}

} // namespace troupe::actors
