#include "actors/room/room_chat_sync.hpp"

#include "actors/room/room_state.hpp"
#include "net/base/utf8.hpp"
#include "protocol/verbs/limits.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

/// The most nodes of whose messages one is known.
constexpr size_t max_known_chat = 1024;

size_t octets_of(const told_chat_message& x) {
  return chat_log::message_overhead + x.peer.size() + x.name.size()
         + x.label.size() + x.text.size() + x.id.size();
}

// What a node would have kept of a member of its own.
bool may_be_told(const told_chat_message& x) {
  namespace limits = protocol::limits;
  constexpr size_t max_id = 64;
  return !x.peer.empty() && x.peer.size() <= limits::id
         && x.name.size() <= limits::display_name && chat_format_of(x.label)
         && !x.text.empty() && x.text.size() <= chat_intake::max_octets
         && x.id.size() <= max_id && net::is_utf8(x.peer)
         && net::is_utf8(x.name) && net::is_utf8(x.text) && net::is_utf8(x.id);
}

} // namespace

net::time_point room_chat_sync::now() const {
  return room_.self->clock().now();
}

void room_chat_sync::add(chat_heard& x,
                         const std::function<stamp()>& next_stamp) {
  auto told = room_.chat.add(x, room_.people, now(), next_stamp);
  if (told.empty())
    return;
  size_t octets = 0;
  for (const auto& y : told)
    octets += octets_of(y);
  if (room_.services.cluster->data->take_said(octets, now()))
    return send({}, std::move(told), false);
  for (size_t i = 0; i < told.size(); ++i)
    room_.services.shards.load->counters().note(chat_refusal::too_many);
}

void room_chat_sync::send(const std::string& node,
                          std::vector<told_chat_message> all, bool answer) {
  chat_told out{room_.id.str(), {}, false};
  size_t octets = 0;
  const auto flush = [&](bool last) {
    out.last = last && answer;
    room_.self->send(room_.services.cluster->cluster,
                     room_message_to{room_.id, node, std::exchange(out, {})});
    out.room = room_.id.str();
    octets = 0;
  };
  for (auto& x : all) {
    octets += octets_of(x);
    out.messages.push_back(std::move(x));
    if (out.messages.size() == max_told_chat || octets > told_chat_octets)
      flush(false);
  }
  if (answer || !out.messages.empty())
    flush(true);
}

// -- what was said before -----------------------------------------------------

void room_chat_sync::attach(const std::string& node) {
  if (room_.chat.log().limit() == 0)
    return;
  // The answer of a node whose link was lost does not come.
  if (asked_ == node)
    asked_.reset();
  if (std::ranges::find(to_ask_, node) == to_ask_.end())
    to_ask_.push_back(node);
  ask_next();
}

void room_chat_sync::detach(const std::string& node) {
  std::erase(to_ask_, node);
  if (asked_ == node)
    asked_.reset();
  ask_next();
}

void room_chat_sync::restart(const std::vector<std::string>& nodes) {
  for (const auto& x : nodes)
    attach(x);
}

void room_chat_sync::ask_next() {
  if (asked_)
    return;
  if (to_ask_.empty())
    return answer_all();
  asked_ = std::move(to_ask_.front());
  to_ask_.pop_front();
  chat_wanted out{room_.id.str(), room_.chat.log().known()};
  out.known.resize(std::min(out.known.size(), max_known_chat));
  room_.self->send(room_.services.cluster->cluster,
                   room_message_to{room_.id, *asked_, std::move(out)});
}

bool room_chat_sync::handle(const std::string& node, const chat_wanted& x) {
  if (x.known.size() > max_known_chat)
    return false;
  auto found = room_.chat.log().newer_than(x.known, now());
  size_t octets = 0;
  for (const auto& y : found)
    octets += octets_of(y);
  if (!room_.services.cluster->data->take_said(octets, now()))
    found.clear();
  send(node, std::move(found), true);
  return true;
}

bool room_chat_sync::handle(const std::string& node, chat_told& x,
                            const std::function<stamp(stamp)>& observe) {
  if (x.messages.size() > max_told_chat
      || !std::ranges::all_of(x.messages, may_be_told))
    return false;
  if (room_.chat.log().limit() > 0)
    for (auto& y : x.messages) {
      y.at = observe(y.at);
      room_.chat.log().add(std::move(y), now());
    }
  if (x.last && asked_ == node) {
    asked_.reset();
    ask_next();
  }
  return true;
}

// -- members ------------------------------------------------------------------

caf::result<reply::chat_history> room_chat_sync::history() {
  if (!asked_)
    return room_.chat.history(now());
  waiting_.push_back(
      {now() + patience,
       room_.self->make_response_promise<reply::chat_history>()});
  room_.self->delayed_send(room_.self, patience, replica_tick{});
  return waiting_.back().promise;
}

void room_chat_sync::handle_tick(net::time_point at) {
  if (!waiting_.empty() && at >= waiting_.front().until)
    answer_all();
}

void room_chat_sync::answer_all() {
  for (auto& x : std::exchange(waiting_, {}))
    x.promise.deliver(room_.chat.history(now()));
}

} // namespace troupe::actors
