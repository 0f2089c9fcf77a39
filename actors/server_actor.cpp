#include "actors/server_actor.hpp"

#include "actors/ec.hpp"
#include "actors/log.hpp"
#include "actors/mailbox_length.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>
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
    uint64_t joins = 0;  // how many newcomers it has been sent
    uint64_t serial = 0; // tells rooms of one name apart
  };

  // Hands a newcomer to its room, unless the server is overloaded.
  caf::result<room_joined> let_in(join_room& x);

  // Opens a room without members.
  caf::result<done> open_ahead(const open_room& x);

  room_page list(const list_rooms& x) const;

  caf::result<room_found> find(const room_id& id) const;

  room& open(const room_id& id);

  // Ends a room that has become empty, unless a newcomer is on its way there.
  void close_if_idle(const room_emptied& x);

  void close(std::unordered_map<room_id, room>::iterator i);

  pointer self;
  room_services services;
  uint64_t rooms_opened = 0;
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
      [this](const open_room& x) { return open_ahead(x); },
      [this](const room_emptied& x) { close_if_idle(x); },
      [this](const announce_drain& x) {
        for (const auto& [id, entry] : rooms)
          self->send(entry.handle, x);
      },
      [this](const get_census&) { return census{rooms.size()}; },
      [this](const list_rooms& x) { return list(x); },
      [this](const find_room& x) { return find(x.room); },
      [this](const room_idle_tick& x) {
        auto i = rooms.find(x.room);
        if (i != rooms.end() && i->second.serial == x.serial
            && i->second.joins == 0)
          close(i);
      },
  };
}

caf::result<room_joined> server_state::let_in(join_room& x) {
  if (x.must_exist && !rooms.contains(x.room))
    return to_caf(protocol::make_error(protocol::error_code::room_not_found));
  auto kind = rooms.contains(x.room) ? newcomer::member : newcomer::room;
  if (!services.shards.load->admit(kind)) {
    log::event(log::level::debug, "join-refused",
               {{"room", x.room.str()}, {"peer", x.who.id.str()}});
    return to_caf(refusal(*services.shards.load));
  }
  auto& target = open(x.room);
  ++target.joins;
  services.shards.load->counters().note_mailbox(mailbox_owner::server,
                                                mailbox_length(self));
  return self->delegate(target.handle, std::move(x));
}

caf::result<done> server_state::open_ahead(const open_room& x) {
  if (rooms.contains(x.room))
    return to_caf(protocol::make_error(protocol::error_code::room_exists));
  if (!services.shards.load->admit(newcomer::room))
    return to_caf(refusal(*services.shards.load));
  auto serial = open(x.room).serial;
  self->delayed_send(self, services.limits.empty_timeout,
                     room_idle_tick{x.room, serial});
  return done{};
}

room_page server_state::list(const list_rooms& x) const {
  std::vector<const room_id*> names;
  for (const auto& entry : rooms)
    if (entry.first > x.after)
      names.push_back(&entry.first);
  auto count = std::min(names.size(), x.limit);
  auto end = names.begin() + static_cast<ptrdiff_t>(count);
  std::ranges::partial_sort(names, end, {},
                            [](auto* id) -> const room_id& { return *id; });
  room_page out;
  for (auto i = names.begin(); i != end; ++i)
    out.rooms.push_back(rooms.at(**i).handle);
  if (count > 0 && count < names.size())
    out.next = names[count - 1]->str();
  return out;
}

caf::result<room_found> server_state::find(const room_id& id) const {
  auto i = rooms.find(id);
  if (i == rooms.end())
    return to_caf(protocol::make_error(protocol::error_code::room_not_found));
  return room_found{i->second.handle};
}

server_state::room& server_state::open(const room_id& id) {
  auto i = rooms.find(id);
  if (i == rooms.end()) {
    auto handle = spawn_room(self->system(), id, services,
                             caf::actor_cast<room_listener_actor>(self));
    self->monitor(handle);
    i = rooms.emplace(id, room{handle, 0, ++rooms_opened}).first;
    log::event(log::level::info, "room-opened", {{"room", id.str()}});
  }
  return i->second;
}

void server_state::close_if_idle(const room_emptied& x) {
  auto i = rooms.find(x.room);
  if (i == rooms.end() || i->second.joins != x.joins)
    return;
  close(i);
}

void server_state::close(std::unordered_map<room_id, room>::iterator i) {
  log::event(log::level::info, "room-closed", {{"room", i->first.str()}});
  self->demonitor(i->second.handle.address());
  self->send(i->second.handle, close_room{});
  rooms.erase(i);
}

} // namespace

server_actor spawn_server(caf::actor_system& system, room_services services) {
  return system.spawn([=](server_state::pointer self) {
    self->state.services = services;
    return self->state.make_behavior();
  });
}

} // namespace troupe::actors
