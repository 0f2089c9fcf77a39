#include "actors/server_actor.hpp"

#include "actors/ec.hpp"
#include "actors/log.hpp"

#include <caf/stateful_actor.hpp>

#include <unordered_map>

namespace troupe::actors {

namespace {

/// Why a newcomer has to go elsewhere.
protocol::error refusal(const load_board& load) {
  auto out = protocol::make_error(protocol::error_code::overloaded);
  if (load.drain().active())
    out.message = "The server is closing for maintenance, try again later";
  return out;
}

struct server_state {
  using pointer = server_actor::stateful_pointer<server_state>;

  static inline const char* name = "server";

  explicit server_state(pointer self_ptr) : self(self_ptr) {}

  server_actor::behavior_type make_behavior();

  struct room {
    room_actor handle;
    uint64_t joins = 0; // how many newcomers it has been sent
  };

  // Hands a newcomer to its room, unless the server is overloaded.
  caf::result<room_joined> let_in(join_room& x);

  room& open(const room_id& id);

  // Ends a room that has become empty, unless a newcomer is on its way there.
  void close_if_idle(const room_emptied& x);

  pointer self;
  room_services services;
  std::unordered_map<room_id, room> rooms;
};

server_actor::behavior_type server_state::make_behavior() {
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg& down) {
    std::erase_if(rooms, [&](const auto& x) {
      return x.second.handle.address() == down.source;
    });
  });
  return {
      [this](join_room& x) { return let_in(x); },
      [this](const room_emptied& x) { close_if_idle(x); },
      [this](const get_census&) { return census{rooms.size()}; },
  };
}

caf::result<room_joined> server_state::let_in(join_room& x) {
  auto kind = rooms.contains(x.room) ? newcomer::member : newcomer::room;
  if (!services.shards.load->admit(kind)) {
    log::event(log::level::debug, "join-refused",
               {{"room", x.room.str()}, {"peer", x.who.id.str()}});
    return to_caf(refusal(*services.shards.load));
  }
  auto& target = open(x.room);
  ++target.joins;
  services.shards.load->counters().note_mailbox(mailbox_owner::server,
                                                self->mailbox().size());
  return self->delegate(target.handle, std::move(x));
}

server_state::room& server_state::open(const room_id& id) {
  auto i = rooms.find(id);
  if (i == rooms.end()) {
    auto handle = spawn_room(self->system(), id, services,
                             caf::actor_cast<room_listener_actor>(self));
    self->monitor(handle);
    i = rooms.emplace(id, room{handle, 0}).first;
    log::event(log::level::info, "room-opened", {{"room", id.str()}});
  }
  return i->second;
}

void server_state::close_if_idle(const room_emptied& x) {
  auto i = rooms.find(x.room);
  if (i == rooms.end() || i->second.joins != x.joins)
    return;
  self->demonitor(i->second.handle.address());
  self->send(i->second.handle, close_room{});
  rooms.erase(i);
  log::event(log::level::info, "room-closed", {{"room", x.room.str()}});
}

} // namespace

server_actor spawn_server(caf::actor_system& system, room_services services) {
  return system.spawn([=](server_state::pointer self) {
    self->state.services = services;
    return self->state.make_behavior();
  });
}

} // namespace troupe::actors
