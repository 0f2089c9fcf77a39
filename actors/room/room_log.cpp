// What the room tells the server's operator: docs/operating.md has the lines.

#include "actors/room/room_state.hpp"

namespace troupe::actors {

namespace {

log::field member_count(size_t members) {
  return {"members", std::to_string(members)};
}

log::field actor_field(const peer_id& by) {
  // Two keys: a member may call itself admin-api.
  if (by.empty())
    return {"by", "admin-api"};
  return {"by-peer", by.str()};
}

// Whether the server has begun to end.
bool server_stops(const room_state& room) {
  const auto end = room.services.shards.load->drain().deadline();
  return end && room.self->clock().now() >= *end;
}

} // namespace

void room_state::note_joined(const room_member& x, const peer_id& who) {
  log::event(log::level::info, "peer-joined",
             {{"room", id.str()},
              {"peer", who.str()},
              {"name", name_of(who)},
              {"dialect", x.client.dialect},
              {"carrier", x.client.carrier},
              {"agent", x.client.agent},
              member_count(members.participants())});
  webhooks.note_joined(who);
}

void room_state::log_returned(const room_member& x, const peer_id& who,
                              bool replaced) const {
  log::event(log::level::info, "peer-returned",
             {{"room", id.str()},
              {"peer", who.str()},
              {"dialect", x.client.dialect},
              {"carrier", x.client.carrier},
              {"agent", x.client.agent},
              {"after", replaced ? "takeover" : "loss"}});
}

void room_state::note_left(const room_member& x, const peer_id& who,
                           const std::string& display_name,
                           const departure& how, size_t remaining) {
  const auto ended = how.why == leave_reason::left && server_stops(*this);
  const auto why = ended ? leave_reason::server_stops : how.why;
  const auto stayed = std::chrono::duration_cast<std::chrono::seconds>(
      self->clock().now() - x.since);
  std::vector<log::field> fields{{"room", id.str()},
                                 {"peer", who.str()},
                                 {"name", display_name},
                                 {"why", std::string{to_string(why)}}};
  if (how.by)
    fields.push_back(actor_field(how.by->peer));
  fields.push_back({"seconds", std::to_string(stayed.count())});
  fields.push_back(member_count(remaining));
  // Of a member that was never shown there is no peer-joined either.
  log::event_with(x.presence == presence::hidden ? log::level::debug
                                                 : log::level::info,
                  "peer-left", fields);
  if (!x.viewer)
    webhooks.note_left(who, why);
}

void room_state::log_action(std::string_view what, const peer_id& by,
                            std::vector<log::field> about) const {
  about.insert(about.begin(), log::field{"room", id.str()});
  about.push_back(actor_field(by));
  log::event_with(log::level::info, what, about);
}

} // namespace troupe::actors
