// Lets a member identify its user after it has joined.

#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"
#include "actors/room/room_state.hpp"

namespace troupe::actors {

caf::result<reply::joined> room_state::identify(identify_member& x) {
  const auto* sent_by = sender();
  if (!sent_by || members.at(*sent_by).presence != presence::shown)
    return to_caf(protocol::make_error(error_code::not_joined));
  if (x.until.passed(self->clock().now()))
    return to_caf(protocol::make_error(error_code::internal));
  const auto old = *sent_by;
  auto who = x.who.id;
  // Others know its producers by its present id.
  if (who == old || people.next_own(old, {}) || data.has_any_of(old))
    return describe_room(old);
  std::optional<released_id> released;
  if (auto refused = release_id(x, released))
    return to_caf(*refused);
  audience.catch_up(self, old);
  audience.notify_others(event::peer_left{old}, old);
  audience.remove(old);
  people.remove(old);
  webhooks.note_left(old, leave_reason::left);
  recording.note_left(old);
  forwards.note_left(old);
  replica.remove_member(old);
  speech.rename(old, who);
  auto& me = members.rename(old, who);
  me.named_by_client = x.named_by_client;
  me.derived = x.derived;
  auto session = me.session;
  rules.rename(old, who);
  if (released)
    take_over_id(who, std::move(*released));
  replica.add_member(x.who);
  x.who.host = rules.may_moderate(who);
  people.add(std::move(x.who));
  webhooks.note_joined(who);
  audience.admit(*people.describe(who), std::move(session));
  recording.note_shown(who);
  log::event(log::level::info, "peer-identified",
             {{"room", id.str()}, {"peer", who.str()}, {"was", old.str()}});
  return describe_room(who);
}

} // namespace troupe::actors
