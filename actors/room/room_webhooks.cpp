#include "actors/recording/manifest_summary.hpp"
#include "actors/room/room_state.hpp"
#include "protocol/json/json_writer.hpp"

namespace troupe::actors {

namespace {

std::chrono::sys_seconds webhook_time() {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now());
}

} // namespace

void room_webhooks::note_joined(const peer_id& who) {
  if (auto* to = source()) {
    const auto x = room_.people.describe(who);
    to->handle_joined(who, x ? x->name : std::string{}, webhook_time());
    send();
  }
}

void room_webhooks::note_renamed(const peer_id& who) {
  if (auto* to = source())
    if (const auto x = room_.people.describe(who))
      to->handle_renamed(who, x->name);
}

void room_webhooks::note_left(const peer_id& who, leave_reason why) {
  if (auto* to = source()) {
    to->handle_left(who, why, webhook_time());
    send();
  }
}

void room_webhooks::note_published(const protocol::producer_info& what) {
  if (auto* to = source()) {
    to->handle_published(what, webhook_time());
    send();
  }
}

void room_webhooks::note_withdrawn(const protocol::producer_info& what) {
  if (auto* to = source()) {
    to->handle_withdrawn(what.peer, what.id, webhook_time());
    send();
  }
}

void room_webhooks::note_recording_started(
    const protocol::recording_info& what) {
  auto* to = source();
  if (!to)
    return;
  protocol::json_writer json;
  json.begin_object()
      .add("id", what.id.str())
      .add("title", what.title)
      .add("startedAt", protocol::to_text(what.started_at));
  if (!what.by.empty())
    json.add("by", what.by.str());
  to->handle_recording_started(what.id, json.end_object().str(),
                               webhook_time());
  send();
}

void room_webhooks::note_recording_ended(const recording_ended& how,
                                         bool failed) {
  auto* to = source();
  if (!to)
    return;
  to->handle_recording_ended(how.id, summarize(how.what, to_string(how.why)),
                             failed, webhook_time());
  send();
}

void room_webhooks::note_empty() {
  if (auto* to = source()) {
    to->handle_empty(webhook_time());
    send();
  }
}

webhook_source* room_webhooks::source() {
  const auto& outlet = room_.services.webhooks;
  if (!outlet)
    return nullptr;
  if (!source_)
    source_.emplace(room_.id, outlet->node, net::make_secure_rng());
  return &*source_;
}

void room_webhooks::send() {
  while (auto event = source_->poll_event()) {
    const webhook_happened x{
        std::make_shared<const webhook_event>(std::move(*event))};
    for (const auto& receiver : room_.services.webhooks->receivers)
      room_.self->send(receiver, x);
  }
}

} // namespace troupe::actors
