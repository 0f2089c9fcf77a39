#include "actors/session/session_events.hpp"

#include "actors/room/event_batch.hpp"

#include <algorithm>

namespace troupe::actors {

void session_events::handle(const session_event& x) {
  session_.dialect->handle_event(*x.event);
}

void session_events::handle(room_events& x) {
  gate_.handle(x, [this](const room_events& now) { send(now); });
}

void session_events::begin_join() {
  gate_.close();
}

void session_events::enter(uint64_t room) {
  gate_.enter(room);
}

void session_events::end_join() {
  gate_.open([this](const room_events& x) { send(x); });
}

void session_events::notify_drain() {
  auto end = session_.settings.services->load->drain().deadline();
  if (!end)
    return;
  auto left = std::chrono::ceil<std::chrono::seconds>(*end - session_.now());
  session_.dialect->handle_event(protocol::event::server_draining{
      static_cast<int>(std::max(left.count(), std::chrono::seconds::rep{0}))});
}

void session_events::send(const room_events& x) {
  for (const auto& event : x.batch->events)
    if (event.when > x.since && event.except != x.joined_at)
      session_.dialect->handle_shared_event(*event.what);
  if (x.batch->has_new_participants(x.joined_at))
    session_.dialect->handle_participants(*x.batch->participants);
}

} // namespace troupe::actors
