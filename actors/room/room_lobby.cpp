#include "actors/room/room_lobby.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"
#include "actors/room/room_state.hpp"

namespace troupe::actors {

namespace {

std::vector<log::field> describe_knock(const knock& x) {
  return {{"peer", x.peer.str()}, {"name", x.name}};
}

protocol::error refuse_unknown_knock() {
  return {error_code::peer_not_found, "This client does not wait any more"};
}

} // namespace

bool room_lobby::must_knock(const join_room& x) const {
  return knocks_.enabled() && !room_.members.empty()
         && !x.rights.moderate.value_or(false)
         && !knocks_.was_let_in(x.session->id())
         && !knocks_.remembers(x.rejoin_secret);
}

protocol::error room_lobby::receive(const join_room& x) {
  using enum protocol::error_reason;
  if (x.patience.count() <= 0)
    return protocol::make_error(waiting_for_host);
  const auto now = room_.self->clock().now();
  const auto session = x.session->id();
  const auto repeated = knocks_.waits(session);
  knock added{x.session, session,    x.peer->id(),
              x.who.id,  x.who.name, now + x.patience};
  if (!knocks_.add(std::move(added), now, room_.services.limits.max_lobby))
    return protocol::make_error(lobby_full);
  if (!repeated) {
    room_.self->monitor(x.session);
    log::refusal(log::level::info, "knock",
                 {{"room", room_.id.str()},
                  {"peer", x.who.id.str()},
                  {"name", x.who.name}});
  }
  return protocol::make_error(waiting_for_host);
}

void room_lobby::forget(const session_listener_actor& session) {
  if (session && knocks_.forget(session->id()))
    room_.self->demonitor(session.address());
}

void room_lobby::close() {
  for (const auto& x : knocks_.take({}))
    end(x, knock_verdict::room_over);
  knocks_.enable(false);
}

void room_lobby::drain() {
  if (!knocks_.active())
    return;
  const auto now = room_.self->clock().now();
  while (auto late = knocks_.poll_expired(now))
    end(*late, knock_verdict::no_answer);
  if (knocks_.poll_change(now))
    report(now);
  timer_.arm(room_.self, knocks_.poll_timeout(), lobby_tick{});
}

caf::result<done> room_lobby::carry_out(const peer_id& by,
                                        const verb::set_lobby& x) {
  if (knocks_.enabled() == x.enabled)
    return done{};
  room_.log_action(x.enabled ? "lobby-on" : "lobby-off", by);
  knocks_.enable(x.enabled);
  room_.audience.notify_others(
      event::lobby_changed{x.enabled, protocol::moderator{by}}, by);
  if (!x.enabled)
    return carry_out(by, verb::let_in{});
  return done{};
}

caf::result<done> room_lobby::carry_out(const peer_id& by,
                                        const verb::let_in& x) {
  const auto chosen = knocks_.take(x.knock);
  if (x.knock && chosen.empty())
    return to_caf(refuse_unknown_knock());
  for (const auto& one : chosen) {
    room_.log_action("let-in", by, describe_knock(one));
    end(one, knock_verdict::let_in);
  }
  return done{};
}

caf::result<done> room_lobby::carry_out(const peer_id& by,
                                        const verb::turn_away& x) {
  const auto chosen = knocks_.take(x.knock);
  if (x.knock && chosen.empty())
    return to_caf(refuse_unknown_knock());
  for (const auto& one : chosen) {
    room_.log_action("turned-away", by, describe_knock(one));
    end(one, knock_verdict::turned_away);
  }
  return done{};
}

caf::result<done> room_lobby::carry_out(const peer_id& by,
                                        const verb::message_lobby& x) {
  if (!knocks_.admit_message(room_.self->clock().now()))
    return to_caf(
        {error_code::limit_reached, "The last message was sent a moment ago"});
  event::lobby_message text{x.message, {by}, {}};
  if (!by.empty())
    text.name = room_.name_of(by);
  const auto sent =
      std::make_shared<const protocol::any_event>(std::move(text));
  for (const auto& [serial, one] : knocks_)
    room_.self->send(one.session, session_event{sent});
  return done{};
}

void room_lobby::end(const knock& x, knock_verdict verdict) {
  if (verdict == knock_verdict::let_in)
    knocks_.let_in(x.session_id); // monitored until it joins
  else
    room_.self->demonitor(x.session.address());
  room_.self->send(x.session, knock_ended{x.joiner, verdict});
}

void room_lobby::report(net::time_point now) {
  const auto hosts = room_.rules.hosts();
  const auto list = knocks_.list(now);
  // Hosts on other nodes let clients in there.
  for (const auto& who : hosts)
    if (const auto* host = room_.members.find(who))
      room_.self->send(host->peer, notify_peer{event::lobby_list{list}});
  const auto told = std::make_shared<const protocol::any_event>(
      event::lobby_entered{static_cast<int>(list.size()), !hosts.empty()});
  for (const auto& [serial, x] : knocks_)
    room_.self->send(x.session, session_event{told});
}

} // namespace troupe::actors
