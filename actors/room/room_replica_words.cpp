// What is said in a room and has to be heard on all nodes: by the server
// itself, and in the chat.

#include "actors/room/room_replica.hpp"
#include "actors/room/room_state.hpp"
#include "protocol/verbs/limits.hpp"

namespace troupe::actors {

namespace {

server_said to_wire(const room_id& room, const send_to_room& x) {
  const auto& what = x.message;
  return {room.str(),
          x.label,
          {static_cast<uint32_t>(what.ppid),
           {what.octets->begin(), what.octets->end()}},
          what.subchannels,
          what.required_subchannel.has_value(),
          what.required_subchannel.value_or(subchannel{0})};
}

// Nothing if no server says that.
std::optional<send_to_room> from_wire(server_said& x) {
  constexpr size_t max_subchannels = 64;
  const auto ppid = static_cast<net::sctp_ppid>(x.message.ppid);
  const auto& content = x.message.content;
  if (x.label.empty() || x.label.size() > protocol::limits::text
      || content.size() > net::sctp_max_message_octets
      || x.subchannels.size() > max_subchannels || ppid == net::sctp_ppid::dcep)
    return std::nullopt;
  send_to_room out{std::move(x.label),
                   {ppid,
                    std::make_shared<const std::vector<uint8_t>>(
                        content.begin(), content.end()),
                    std::move(x.subchannels),
                    {}}};
  if (x.requires_subchannel)
    out.message.required_subchannel = x.required_subchannel;
  return out;
}

} // namespace

void room_replica::add_chat(chat_heard& x) {
  if (clustered())
    chat_.add(x, [this] { return clock_->next(wall_ms()); });
  else
    chat_.add(x, {});
}

void room_replica::restart_chat() {
  std::vector<std::string> nodes;
  for (const auto& [node, x] : neighbours_)
    if (union_->is_attached(node))
      nodes.push_back(x.name);
  chat_.restart(nodes);
}

void room_replica::say(const send_to_room& x) {
  if (!clustered() || neighbours_.empty())
    return;
  if (room_.services.cluster->data->take_said(x.message.octets->size(), now()))
    send({}, to_wire(room_.id, x));
  else
    log::refusal(log::level::warn, "server-message-not-told",
                 {{"room", room_.id.str()}, {"label", x.label}});
}

void room_replica::say(bot_answered& x) {
  for (auto& message : x.messages)
    say({server_channels::bot_label, std::move(message)});
}

void room_replica::handle(neighbour& from, uint64_t, server_said& x) {
  auto said = from_wire(x);
  if (!said) {
    room_.self->send(cluster_, report_violation{from.name});
    return;
  }
  // A node without data channels, or with too many in this room, leaves it out.
  room_.send_message(*said, false);
}

void room_replica::handle(neighbour& from, uint64_t, chat_told& x) {
  if (!chat_.handle(from.name, x, [this](const stamp& at) {
        return clock_->observe(at, wall_ms());
      }))
    room_.self->send(cluster_, report_violation{from.name});
}

void room_replica::handle(neighbour& from, uint64_t, const chat_wanted& x) {
  if (!chat_.handle(from.name, x))
    room_.self->send(cluster_, report_violation{from.name});
}

} // namespace troupe::actors
