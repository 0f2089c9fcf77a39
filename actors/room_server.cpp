#include "actors/ec.hpp"
#include "actors/log.hpp"
#include "actors/room_state.hpp"

/// What the server itself says in a room, and answers there.
namespace troupe::actors {

caf::result<said_in_room> room_state::say(say_in_room& x) {
  if (!services.sctp)
    return to_caf({error_code::unsupported, "Data channels are off"});
  auto* channel = open_server_channel(x.label);
  if (!channel)
    return to_caf({error_code::limit_reached,
                   "The server has too many data channels in this room"});
  if (channel->settled) {
    self->send(channel->actor, speak_data{{std::move(x.message)}});
    return said_in_room{channel->id};
  }
  const auto octets = channel->waiting_octets + x.message.octets->size();
  if (channel->waiting.size() == server_channels::max_waiting
      || octets > server_channels::max_waiting_octets)
    return to_caf({error_code::limit_reached,
                   "Too much waits for those who begin to listen"});
  channel->waiting_octets = octets;
  channel->waiting.push_back(std::move(x.message));
  return said_in_room{channel->id};
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
            [](const caf::error&) {});
  return &all.emplace(label, server_channel{created, actor}).first->second;
}

void room_state::announce_server_channel(const std::string& label,
                                         const data_producer_id& which) {
  const auto i = server.by_label.find(label);
  if (i == server.by_label.end() || i->second.id != which)
    return;
  data_producer_entry entry{
      {which, {}, label, {}, false, {}}, {}, i->second.actor};
  auto info = entry.info;
  if (data.publish(std::move(entry)))
    audience.tell_others(event::data_producer_added{std::move(info)}, {});
  drain();
  self->delayed_send(self, server_channels::settling,
                     server_channel_tick{label, which});
  log::event(log::level::info, "server-channel-opened",
             {{"room", id.str()}, {"label", label}});
}

void room_state::settle(const server_channel_tick& x) {
  const auto i = server.by_label.find(x.label);
  if (i == server.by_label.end() || i->second.id != x.producer)
    return;
  auto& channel = i->second;
  channel.settled = true;
  channel.waiting_octets = 0;
  if (auto waiting = std::exchange(channel.waiting, {}); !waiting.empty())
    self->send(channel.actor, speak_data{std::move(waiting)});
}

void room_state::answer_by_bot(const data_producer_entry& x) {
  if (!services.sctp)
    return;
  auto* voice = open_server_channel(server_channels::bot_label);
  if (!voice)
    return;
  auto bot =
      spawn_data_bot(self->system(), {services.sctp, x.producer, voice->actor,
                                      name_of(x.info.peer)});
  server.bots.push_back({x.info.id, x.info.peer, std::move(bot)});
}

std::string room_state::name_of(const peer_id& who) const {
  const auto known = people.describe(who);
  return known && !known->name.empty() ? known->name : who.str();
}

void room_state::rename_to_bots(const peer_id& who) {
  for (const auto& x : server.bots)
    if (x.peer == who)
      self->send(x.bot, rename_bot_partner{name_of(who)});
}

void room_state::close_server_channels() {
  for (const auto& [label, x] : server.by_label) {
    data.withdraw(x.id);
    self->send(x.actor, close_data{});
  }
  server.by_label.clear();
  server.bots.clear();
}

} // namespace troupe::actors
