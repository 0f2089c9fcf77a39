#include "actors/room/server_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/caf_error.hpp"
#include "actors/base/failure_watch.hpp"
#include "actors/base/log.hpp"
#include "actors/base/mailbox_length.hpp"
#include "actors/room/newcomer_line.hpp"
#include "actors/room/room_search.hpp"
#include "actors/room/waiting_rooms.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <unordered_map>

namespace troupe::actors {

namespace {

waiting_limits waiting_limits_of(const config::room_keys& x) {
  return {x.max_waiting, x.max_waiting_per_session, x.max_waiting_per_address};
}

struct server_state {
  using pointer = server_actor::stateful_pointer<server_state>;

  static inline const char* name = "server";

  explicit server_state(pointer self_ptr) : self(self_ptr) {}

  server_actor::behavior_type make_behavior();

  struct room {
    room_actor handle;
    uint64_t joins = 0; // requests sent to it
    // Set if it was opened, not only joined: it waits when it is empty.
    std::optional<room_opener> opener = {};
    // How many it had admitted when its last wait began, and when that ends.
    uint64_t admitted = 0;
    net::time_point waits_until = {};
    recording_id recording = {}; // that goes on; empty if none does
  };

  using room_map = std::unordered_map<room_id, room>;

  // Passes a join request to its room, unless it has to wait in line.
  caf::result<room_joined> forward_join(join_room& x);

  // Opens a room without members.
  caf::result<done> open_ahead(const open_room& x);

  room_page list(const list_rooms& x) const;

  caf::result<room_found> find(const room_id& id) const;

  void note(const room_recorded& x) {
    auto i = rooms.find(x.room);
    if (i != rooms.end() && i->second.handle == self->current_sender())
      i->second.recording = x.which;
  }

  room& open(const room_id& id);

  // Ends an empty room, or lets it wait if it was opened and not ended, unless
  // a join request is on its way there.
  void handle_emptied(const room_emptied& x);

  void begin_wait(room_map::iterator i, net::time_point until);

  // Closes the rooms that have waited long enough.
  void handle_tick();

  void arm_timer() {
    timer.arm(self, waiting->poll_timeout(), room_idle_tick{});
  }

  void close(room_map::iterator i);

  void forget(room_map::iterator i);

  pointer self;
  room_services services;
  room_map rooms;
  std::optional<waiting_rooms> waiting; // the rooms that wait
  std::optional<newcomer_line> line;    // the clients that wait
  actor_timer timer;
};

server_actor::behavior_type server_state::make_behavior() {
  waiting.emplace(waiting_limits_of(services.limits));
  line.emplace(self, services);
  self->set_error_handler([](caf::error&) {});
  self->set_exception_handler(to_error);
  self->set_down_handler([this](const caf::down_msg& down) {
    if (line->handle_down(down.source))
      return;
    auto i = std::ranges::find_if(rooms, [&](const auto& x) {
      return x.second.handle.address() == down.source;
    });
    if (i != rooms.end())
      forget(i);
  });
  return {
      [this](join_room& x) { return forward_join(x); },
      [this](const open_room& x) { return open_ahead(x); },
      [this](const room_emptied& x) { handle_emptied(x); },
      [this](const announce_drain& x) {
        for (const auto& [id, entry] : rooms)
          self->send(entry.handle, x);
      },
      [this](const get_room_count&) { return room_count{rooms.size()}; },
      [this](const list_rooms& x) { return list(x); },
      [this](const find_room& x) { return find(x.room); },
      [this](const find_recording& x) { return find_recorded(rooms, x.which); },
      [this](const room_recorded& x) { note(x); },
      [this](const room_idle_tick&) { handle_tick(); },
      [this](const line_tick&) { line->handle_tick(); },
  };
}

caf::result<room_joined> server_state::forward_join(join_room& x) {
  if (x.until.passed(self->clock().now()))
    return to_caf(protocol::make_error(protocol::error_code::internal));
  if (x.must_exist && !rooms.contains(x.room))
    return join_elsewhere(self, services.cluster.get(), x);
  auto kind = rooms.contains(x.room) ? newcomer::member : newcomer::room;
  if (auto stopped = line->stop(x, kind))
    return to_caf(*stopped);
  auto& target = open(x.room);
  ++target.joins;
  waiting->remove(x.room);
  services.shards.load->counters().note_mailbox(mailbox_owner::server,
                                                mailbox_length(self));
  return self->delegate(target.handle, std::move(x));
}

caf::result<done> server_state::open_ahead(const open_room& x) {
  auto now = self->clock().now();
  if (x.until.passed(now))
    return to_caf(protocol::make_error(protocol::error_code::internal));
  if (rooms.contains(x.room))
    return to_caf(protocol::make_error(protocol::error_code::room_exists));
  if (services.cluster && !x.searched)
    return open_nowhere_else(self, *services.cluster, x);
  if (auto later = line->stop(x))
    return *later;
  auto opener = room_opener{x.session, x.address};
  if (!waiting->admits(opener))
    return to_caf({protocol::error_code::limit_reached,
                   "Too many rooms without members"});
  open(x.room).opener = opener;
  begin_wait(rooms.find(x.room), now + services.limits.empty_timeout);
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
    i = rooms.emplace(id, room{handle}).first;
    log::event(log::level::info, "room-opened", {{"room", id.str()}});
  }
  return i->second;
}

void server_state::handle_emptied(const room_emptied& x) {
  auto i = rooms.find(x.room);
  if (i == rooms.end() || i->second.joins != x.joins
      || i->second.handle != self->current_sender())
    return;
  auto& emptied = i->second;
  if (!emptied.opener || x.why == empty_reason::ended)
    return close(i);
  // Refused join requests do not keep a room open.
  if (x.admitted == emptied.admitted)
    return begin_wait(i, emptied.waits_until);
  emptied.admitted = x.admitted;
  if (waiting->admits(*emptied.opener))
    begin_wait(i, self->clock().now() + services.limits.empty_timeout);
  else
    close(i);
}

void server_state::begin_wait(room_map::iterator i, net::time_point until) {
  i->second.waits_until = until;
  waiting->add(i->first, *i->second.opener, until);
  arm_timer();
}

void server_state::handle_tick() {
  auto now = self->clock().now();
  timer.fired(now);
  while (auto id = waiting->poll_expired(now))
    close(rooms.find(*id));
  arm_timer();
}

void server_state::close(room_map::iterator i) {
  log::event(log::level::info, "room-closed", {{"room", i->first.str()}});
  self->demonitor(i->second.handle.address());
  self->send(i->second.handle, close_room{});
  forget(i);
}

void server_state::forget(room_map::iterator i) {
  waiting->remove(i->first);
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
