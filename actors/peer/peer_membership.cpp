#include "actors/peer/peer_membership.hpp"

#include "actors/base/relay.hpp"
#include "net/dtls/digest.hpp"

namespace troupe::actors {

void peer_membership::begin(const peer_config& cfg) {
  gate_ = cfg.gate;
  client_ = cfg.client;
  joiner_ = peer_.self->id();
  overseer_.begin(peer_.self, peer_.session);
}

caf::result<reply::joined> peer_membership::join(verb::join& x) {
  if (!x.derived && net::is_derived_id(x.peer.str()))
    return to_caf({error_code::forbidden,
                   "Ids of this form are reserved for the server"});
  if (peer_.room && x.renames)
    return identify(x);
  if (peer_.room)
    return refuse(error_code::already_joined);
  auto promise = peer_.self->make_response_promise<reply::joined>();
  peer_.id = x.peer;
  peer_.room_name = x.room;
  peer_.capabilities = std::move(x.capabilities);
  peer_.rights = x.rights;
  peer_.rights.publish = x.rights.publish && !x.viewer;
  peer_.hidden = x.hidden;
  auto request =
      peer_.self->request(gate_, peer_.time_left(),
                          join_room{x.room,
                                    {x.peer, x.name, true, true, x.device},
                                    caf::actor_cast<peer_handle>(peer_.self),
                                    peer_.session,
                                    x.named_by_client,
                                    x.derived,
                                    x.must_exist,
                                    peer_.deadline,
                                    x.hidden,
                                    x.rights,
                                    peer_.capabilities,
                                    peer_.signaled_at,
                                    std::move(x.rejoin_secret),
                                    x.vouched,
                                    client_,
                                    x.patience,
                                    x.time_in_line,
                                    x.viewer});
  request.then(
      [this, promise, limit = peer_.deadline](room_joined& entered) mutable {
        if (peer_.late(limit)) {
          undo_join(entered);
          promise.deliver(too_late());
          return;
        }
        if (entered.former) {
          peer_.self->send(peer_.session,
                           peer_resumed{caf::actor_cast<caf::strong_actor_ptr>(
                               entered.former)});
          promise.deliver(std::move(entered.joined));
          peer_.self->quit();
          return;
        }
        enter(entered);
        promise.deliver(std::move(entered.joined));
      },
      relay_error(promise));
  return promise;
}

void peer_membership::enter(room_joined& entered) {
  peer_.room = entered.room;
  peer_.shard = entered.shard;
  peer_.entered_at = peer_.self->clock().now();
  peer_.speech = std::move(entered.speech);
  peer_.quotas = std::move(entered.quotas);
  peer_.loudest = std::move(entered.loudest);
}

void peer_membership::undo_join(const room_joined& entered) {
  if (entered.former)
    peer_.self->send(caf::actor_cast<peer_actor>(entered.former),
                     session_lost{peer_.self->id()});
  else
    peer_.self->send(entered.room, leave_room{leave_reason::failed});
}

caf::result<reply::joined> peer_membership::identify(verb::join& x) {
  auto promise = peer_.self->make_response_promise<reply::joined>();
  relay(
      peer_.self->request(
          peer_.room, peer_.time_left(),
          identify_member{peer_.deadline,
                          {x.peer, x.name, true, true, x.device},
                          x.named_by_client,
                          x.derived,
                          std::move(x.rejoin_secret),
                          x.vouched}),
      promise,
      [this, wanted = std::move(x.capabilities)](reply::joined& known) mutable {
        peer_.id = known.peer;
        if (wanted)
          peer_.capabilities = std::move(wanted);
        return std::move(known);
      });
  return promise;
}

caf::result<reply::joined> peer_membership::announce(verb::announce& x) {
  if (!peer_.hidden)
    return refuse(error_code::already_joined);
  auto promise = peer_.self->make_response_promise<reply::joined>();
  relay(
      peer_.self->request(
          peer_.room, peer_.time_left(),
          announce_member{peer_.deadline,
                          {peer_.id, x.name, true, true, x.device}}),
      promise,
      [this, wanted = std::move(x.capabilities)](reply::joined& shown) mutable {
        peer_.hidden = false;
        if (wanted)
          peer_.capabilities = std::move(wanted);
        return std::move(shown);
      });
  return promise;
}

caf::result<reply::ok> peer_membership::set_name(verb::set_display_name& x) {
  if (peer_.hidden)
    return refuse(error_code::not_joined);
  peer_.self->send(peer_.room, rename_member{std::move(x.name)});
  return reply::ok{};
}

caf::result<reply::ok> peer_membership::moderate(moderate_room x) {
  if (peer_.hidden)
    return refuse(error_code::not_joined);
  auto promise = peer_.self->make_response_promise<reply::ok>();
  relay(peer_.self->request(peer_.room, peer_.time_left(), std::move(x)),
        promise, [](const done&) { return reply::ok{}; });
  return promise;
}

bool peer_membership::of_former_session() const {
  const auto& sender = peer_.self->current_sender();
  return sender && sender->address() != peer_.room.address()
         && !(peer_.session && sender->address() == peer_.session.address());
}

void peer_membership::handle_session_lost(const session_lost& x) {
  if (peer_.session && x.joiner == joiner_)
    handle_disconnect();
}

void peer_membership::handle_disconnect() {
  peer_.session = nullptr;
  overseer_.begin(peer_.self, peer_.room); // the room now ends this peer
  peer_.self->send(peer_.room, member_lost{joiner_});
}

void peer_membership::adopt(adopt_session& x) {
  peer_.session = x.session;
  joiner_ = x.joiner;
  overseer_.begin(peer_.self, peer_.session);
  peer_.signaled_at = x.signaled_at;
  if (x.capabilities)
    peer_.capabilities = std::move(x.capabilities);
  peer_.rights = x.rights;
  peer_.hidden = x.hidden;
  peer_.resumed = true;
}

} // namespace troupe::actors
