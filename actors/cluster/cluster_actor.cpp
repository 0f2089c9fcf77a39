#include "actors/cluster/cluster_actor.hpp"

#include "actors/base/failure_watch.hpp"
#include "actors/cluster/cluster_state.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

/// How long the others may take to close their links after a goodbye.
constexpr auto leave_time = std::chrono::milliseconds{500};

} // namespace

cluster_actor::behavior_type
cluster_state::make_behavior(cluster_actor_settings x) {
  settings = std::move(x);
  if (!settings.service.facts)
    settings.service.facts = [] {
      return node_facts{};
    };
  self->set_error_handler([](caf::error&) {});
  self->set_exception_handler(to_error);
  self->set_down_handler([this](const caf::down_msg& down) {
    if (auto* link = links.find(down.source))
      close(*link);
    else
      handle_room_down(down.source);
    drain();
  });
  started = now();
  next_hello = started + settings.service.heartbeat;
  basp = std::make_unique<basp_links>(self->system());
  table = std::make_unique<neighbour_table>(settings.service.heartbeat,
                                            settings.service.timeout,
                                            settings.service.port.max_nodes);
  gateway = spawn_gateway(self->system(), cluster_actor{self});
  publish();
  drain();
  return {
      on<attach_room>(),
      on<detach_room>(),
      on<room_message_to>(),
      on<report_violation>(),
      [this](const where_is& in) {
        return room_nodes{directory.nodes_of(in.room)};
      },
      on<serve_admin>(),
      [this](ask_node& in) { return ask(in); },
      [this](const find_nodes& in) { return find(in); },
      [this](const list_remote_rooms& in) {
        return directory.rooms_after(in.after, in.limit);
      },
      on<from_node<link_hello>>(),
      on<from_node<seen>>(),
      on<from_node<rooms_changed>>(),
      on<from_node<rooms_snapshot>>(),
      on<from_node<goodbye>>(),
      on<from_node<room_message>>(),
      on_moved<from_node<admin_ask>>(),
      on_moved<from_node<admin_answer>>(),
      on<unknown_message>(),
      on<link_opened>(),
      on<link_closed>(),
      on<node_refused>(),
      on<link_named>(),
      on<link_connected>(),
      on<cluster_tick>(),
      [this](const leave_cluster&) { return leave(); },
  };
}

void cluster_state::handle(const cluster_tick&) {
  table->handle_stall(timer.fired(now()), now());
  table->handle_timeout(now());
  if (now() >= next_hello) {
    next_hello = now() + settings.service.heartbeat;
    for (auto& [id, link] : links.all())
      send_hello(link);
    publish();
  }
  close_overdue();
}

std::optional<net::time_point> cluster_state::poll_timeout() {
  auto out = next_hello;
  auto take = [&out](std::optional<net::time_point> x) {
    if (x)
      out = std::min(out, *x);
  };
  take(table->poll_timeout());
  take(directory.poll_timeout());
  take(leave_until);
  for (auto& [id, link] : links.all()) {
    if (link.closing)
      continue;
    take(link.window.poll_timeout(leniency_of(link)));
    take(link.asks.poll_timeout());
    if (!link.up)
      take(link.opened + settings.service.timeout);
  }
  return out;
}

void cluster_state::drain() {
  while (auto x = directory.poll_changes(now()))
    for (auto& [id, link] : links.all())
      if (link.up)
        send(link, *x);
  auto changed = false;
  while (auto x = table->poll_change()) {
    note(*x);
    if (x->what == neighbour_change::kind::died
        || x->what == neighbour_change::kind::left) {
      directory.forget(x->name);
      undelivered.erase(x->name);
    }
    if (x->what == neighbour_change::kind::left)
      end_rooms_of(x->name);
    update_rooms_of(x->name);
    changed = true;
  }
  while (auto id = table->poll_stale_link())
    if (auto* link = links.find(*id))
      close(*link);
  if (changed)
    publish();
  drain_asks();
  end_if_left();
  timer.arm(self, poll_timeout(), cluster_tick{});
}

caf::result<done> cluster_state::leave() {
  if (leave_until)
    return done{};
  left = self->make_response_promise<done>();
  auto out = left;
  leave_until = now() + leave_time;
  for (auto& [id, link] : links.all()) {
    if (link.up)
      send(link, goodbye{});
    else
      close(link);
  }
  drain();
  return out;
}

void cluster_state::end_if_left() {
  if (!leave_until || (!links.empty() && now() < *leave_until))
    return;
  left.deliver(done{});
  self->quit();
}

cluster_actor spawn_cluster(caf::actor_system& system,
                            cluster_actor_settings settings) {
  return system.spawn([cfg = std::move(settings)](cluster_state::pointer self) {
    return self->state.make_behavior(cfg);
  });
}

} // namespace troupe::actors
