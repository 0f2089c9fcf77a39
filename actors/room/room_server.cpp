#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"
#include "actors/room/room_state.hpp"

/// The server's own data channels in a room, and the bots that answer there.
namespace troupe::actors {

caf::result<sent_to_room> room_state::send_message(send_to_room& x,
                                                   bool tell_nodes) {
  if (!services.sctp)
    return to_caf({error_code::unsupported, "Data channels are off"});
  auto* channel = open_server_channel(x.label);
  if (!channel)
    return to_caf({error_code::limit_reached,
                   "The server has too many data channels in this room"});
  if (channel->settled) {
    if (tell_nodes)
      replica.say(x);
    self->send(channel->actor, send_server_data{{std::move(x.message)}});
    return sent_to_room{channel->id};
  }
  const auto octets = channel->waiting_octets + x.message.octets->size();
  if (channel->waiting.size() == server_channels::max_waiting
      || octets > server_channels::max_waiting_octets)
    return to_caf(
        {error_code::limit_reached, "Too many messages wait on this channel"});
  if (tell_nodes)
    replica.say(x);
  channel->waiting_octets = octets;
  channel->waiting.push_back(std::move(x.message));
  if (channel->begun || !tell_nodes)
    return sent_to_room{channel->id};
  channel->asked.push_back(self->make_response_promise<sent_to_room>());
  return channel->asked.back();
}

server_channel* room_state::open_server_channel(const std::string& label) {
  auto& all = server.by_label;
  if (const auto i = all.find(label); i != all.end())
    return &i->second;
  if (all.size() == server_channels::max_count)
    return nullptr;
  auto created = make_id<data_producer_id>(*net::make_secure_rng());
  auto actor = spawn_data_producer(
      self->system(),
      {created, services.sctp, std::nullopt, 0, false, label, {}});
  self->request(actor, std::chrono::seconds{5}, begin_data{})
      .then([=, this](const done&) { announce_server_channel(label, created); },
            [=, this](const caf::error& why) {
              drop_server_channel(label, created, why);
            });
  return &all.emplace(label, server_channel{created, actor}).first->second;
}

void room_state::drop_server_channel(const std::string& label,
                                     const data_producer_id& which,
                                     const caf::error& why) {
  const auto i = server.by_label.find(label);
  if (i == server.by_label.end() || i->second.id != which)
    return;
  auto& gone = i->second;
  log::event(log::level::error, "server-channel-failed",
             {{"room", id.str()},
              {"label", label},
              {"why", from_caf(why).message},
              {"messages", std::to_string(gone.waiting.size())}});
  for (auto& promise : gone.asked)
    promise.deliver(why);
  self->send(gone.actor, close_data{});
  server.by_label.erase(i);
  if (label == server_channels::bot_label)
    self->delayed_send(self, server_channels::settling,
                       server_channel_tick{label, which});
}

void room_state::announce_server_channel(const std::string& label,
                                         const data_producer_id& which) {
  const auto i = server.by_label.find(label);
  if (i == server.by_label.end() || i->second.id != which)
    return;
  i->second.begun = true;
  for (auto& promise : std::exchange(i->second.asked, {}))
    promise.deliver(sent_to_room{which});
  auto info = protocol::data_producer_info{which, {}, label, {}, false, {}};
  if (data.publish({info})) {
    data_handles.insert_or_assign(which, i->second.actor);
    audience.notify_others(event::data_producer_added{std::move(info)}, {});
  }
  drain();
  self->delayed_send(self, server_channels::settling,
                     server_channel_tick{label, which});
  log::event(log::level::info, "server-channel-opened",
             {{"room", id.str()}, {"label", label}});
}

void room_state::settle(const server_channel_tick& x) {
  const auto i = server.by_label.find(x.label);
  if (i == server.by_label.end() && x.label == server_channels::bot_label)
    return restart_bots();
  if (i == server.by_label.end() || i->second.id != x.producer)
    return;
  auto& channel = i->second;
  channel.settled = true;
  channel.waiting_octets = 0;
  if (auto waiting = std::exchange(channel.waiting, {}); !waiting.empty())
    self->send(channel.actor, send_server_data{std::move(waiting)});
}

void room_state::add_bot(const data_producer_entry& x) {
  if (!services.sctp)
    return;
  const auto& info = x.facts.info;
  server.bots.push_back({info.id, info.peer, x.producer, {}});
  start_bot(server.bots.back());
}

void room_state::start_bot(server_channels::listener& x) {
  if (auto* channel = open_server_channel(server_channels::bot_label))
    x.bot = spawn_data_bot(
        self->system(),
        {services.sctp, x.partner, channel->actor, name_of(x.peer),
         replica.clustered() ? caf::actor_cast<bot_listener_actor>(self)
                             : bot_listener_actor{}});
}

void room_state::restart_bots() {
  for (auto& x : server.bots)
    start_bot(x);
}

std::string room_state::name_of(const peer_id& who) const {
  const auto known = people.describe(who);
  return known && !known->name.empty() ? known->name : who.str();
}

void room_state::rename_to_bots(const peer_id& who) {
  for (const auto& x : server.bots)
    if (x.peer == who && x.bot)
      self->send(x.bot, rename_bot_partner{name_of(who)});
}

void room_state::close_server_channels() {
  for (auto& [label, x] : server.by_label) {
    for (auto& promise : x.asked)
      promise.deliver(to_caf(protocol::make_error(error_code::room_not_found)));
    data.withdraw(x.id);
    data_handles.erase(x.id);
    self->send(x.actor, close_data{});
  }
  server.by_label.clear();
  server.bots.clear();
}

} // namespace troupe::actors
