#include "actors/server_actor.hpp"

#include "actors/ec.hpp"
#include "actors/failure_watch.hpp"
#include "actors/log.hpp"
#include "actors/mailbox_length.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace troupe::actors {

namespace {

/// How many rooms may stay without members: what clients open and leave again
/// must not fill the memory. Beyond it the one that waits longest closes.
constexpr size_t max_waiting = 10'000;

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
    bool opened = false; // and not just entered: it stays when it is empty
    uint64_t wait = 0;   // its key among those that wait, while it does
  };

  using room_map = std::unordered_map<room_id, room>;

  // A room without members that somebody may yet come to.
  struct waiting_room {
    room_id id;
    net::time_point until;
  };

  // Hands a newcomer to its room, unless the server is overloaded.
  caf::result<room_joined> let_in(join_room& x);

  // Opens a room without members.
  caf::result<done> open_ahead(const open_room& x);

  room_page list(const list_rooms& x) const;

  caf::result<room_found> find(const room_id& id) const;

  room& open(const room_id& id);

  // Ends a room that has become empty, or lets it wait if it was opened, unless
  // a newcomer is on its way there. One that waits and says so again has been
  // ended by who may do that.
  void handle_emptied(const room_emptied& x);

  void begin_wait(room_map::iterator i);
  void end_wait(room& x);

  // Closes what has waited long enough.
  void handle_tick();

  // Sees to it that this happens.
  void schedule_tick();

  void close(room_map::iterator i);

  void forget(room_map::iterator i);

  pointer self;
  room_services services;
  room_map rooms;
  uint64_t last_wait = 0;
  std::map<uint64_t, waiting_room> waiting; // the longest first
  bool ticking = false;                     // a tick is on its way
};

server_actor::behavior_type server_state::make_behavior() {
  self->set_error_handler([](caf::error&) {});
  self->set_exception_handler(to_error);
  self->set_down_handler([this](const caf::down_msg& down) {
    auto i = std::ranges::find_if(rooms, [&](const auto& x) {
      return x.second.handle.address() == down.source;
    });
    if (i != rooms.end())
      forget(i);
  });
  return {
      [this](join_room& x) { return let_in(x); },
      [this](const open_room& x) { return open_ahead(x); },
      [this](const room_emptied& x) { handle_emptied(x); },
      [this](const announce_drain& x) {
        for (const auto& [id, entry] : rooms)
          self->send(entry.handle, x);
      },
      [this](const get_census&) { return census{rooms.size()}; },
      [this](const list_rooms& x) { return list(x); },
      [this](const find_room& x) { return find(x.room); },
      [this](const room_idle_tick&) { handle_tick(); },
  };
}

caf::result<room_joined> server_state::let_in(join_room& x) {
  if (x.until.passed(self->clock().now()))
    return to_caf(protocol::make_error(protocol::error_code::internal));
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
  end_wait(target);
  services.shards.load->counters().note_mailbox(mailbox_owner::server,
                                                mailbox_length(self));
  return self->delegate(target.handle, std::move(x));
}

caf::result<done> server_state::open_ahead(const open_room& x) {
  if (x.until.passed(self->clock().now()))
    return to_caf(protocol::make_error(protocol::error_code::internal));
  if (rooms.contains(x.room))
    return to_caf(protocol::make_error(protocol::error_code::room_exists));
  if (!services.shards.load->admit(newcomer::room))
    return to_caf(refusal(*services.shards.load));
  open(x.room).opened = true;
  begin_wait(rooms.find(x.room));
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
  if (i->second.opened && i->second.wait == 0)
    begin_wait(i);
  else
    close(i);
}

void server_state::begin_wait(room_map::iterator i) {
  end_wait(i->second);
  i->second.wait = ++last_wait;
  waiting.emplace(last_wait,
                  waiting_room{i->first, self->clock().now()
                                             + services.limits.empty_timeout});
  if (waiting.size() > max_waiting)
    close(rooms.find(waiting.begin()->second.id));
  schedule_tick();
}

void server_state::end_wait(room& x) {
  waiting.erase(std::exchange(x.wait, 0));
}

void server_state::handle_tick() {
  ticking = false;
  auto now = self->clock().now();
  while (!waiting.empty() && waiting.begin()->second.until <= now)
    close(rooms.find(waiting.begin()->second.id));
  schedule_tick();
}

void server_state::schedule_tick() {
  if (ticking || waiting.empty())
    return;
  ticking = true;
  auto left = waiting.begin()->second.until - self->clock().now();
  self->delayed_send(self, std::max(left, net::duration{}), room_idle_tick{});
}

void server_state::close(room_map::iterator i) {
  log::event(log::level::info, "room-closed", {{"room", i->first.str()}});
  self->demonitor(i->second.handle.address());
  self->send(i->second.handle, close_room{});
  forget(i);
}

void server_state::forget(room_map::iterator i) {
  end_wait(i->second);
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
