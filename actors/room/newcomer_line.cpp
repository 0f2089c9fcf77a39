#include "actors/room/newcomer_line.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

namespace event = protocol::event;

/// The time that a request to open a room has left after its wait.
constexpr auto time_to_open = std::chrono::milliseconds{500};

std::string milliseconds_of(net::duration x) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(x).count());
}

session_event describe(size_t waiting, size_t place) {
  return {std::make_shared<const protocol::any_event>(event::lobby_entered{
      static_cast<int>(waiting), false, static_cast<int>(place)})};
}

} // namespace

std::optional<protocol::error> newcomer_line::stop(const join_room& x,
                                                   newcomer kind) {
  const auto session = x.session ? x.session->id() : 0;
  const auto can_wait = session != 0 && x.time_in_line.count() > 0;
  if (passes(session, kind, can_wait))
    return std::nullopt;
  if (load_->closed_to(kind) || !can_wait
      || !add({x.session, kind, x.room, x.who.id, x.peer->id()},
              x.time_in_line))
    return refuse(kind, x.room, x.who.id);
  return protocol::make_error(protocol::error_reason::in_line);
}

std::optional<caf::typed_response_promise<done>>
newcomer_line::stop(const open_room& x) {
  constexpr auto kind = newcomer::room;
  // A copy: the promise takes the sender from the message.
  const auto sender = self_->current_sender();
  const auto time = std::min<net::duration>(
      x.time_in_line, x.until.left(self_->clock().now()) - time_to_open);
  const auto can_wait = sender && sender->id() == x.session && time.count() > 0;
  if (passes(x.session, kind, can_wait))
    return std::nullopt;
  auto promise = self_->make_response_promise<done>();
  if (load_->closed_to(kind) || !can_wait
      || !add({caf::actor_cast<session_listener_actor>(sender),
               kind,
               x.room,
               {},
               0,
               x,
               promise},
              time))
    promise.deliver(to_caf(refuse(kind, x.room, {})));
  return promise;
}

bool newcomer_line::handle_down(const caf::actor_addr& source) {
  if (waiters_.erase(source.id()) == 0)
    return false;
  if (auto left = line_.forget(source.id(), self_->clock().now()))
    note_end(wait_end::left, left->waited);
  drain();
  return true;
}

void newcomer_line::handle_tick() {
  const auto now = self_->clock().now();
  timer_.fired(now);
  while (auto next = line_.poll_turn(now, load_->busy()))
    admit(*next);
  while (auto late = line_.poll_expired(now))
    give_up(*late);
  if (line_.poll_report(now))
    report();
  drain();
}

bool newcomer_line::passes(uint64_t session, newcomer kind, bool can_wait) {
  if (load_->closed_to(kind))
    return false;
  if (line_.enter(session)) {
    auto i = waiters_.find(session);
    self_->demonitor(i->second.session.address());
    waiters_.erase(i);
    return true;
  }
  return !load_->busy() && (line_.empty() || !can_wait);
}

bool newcomer_line::add(waiter x, net::duration patience) {
  const auto session = x.session->id();
  const auto place = line_.add(session, patience, self_->clock().now());
  if (!place)
    return false;
  if (!waiters_.contains(session))
    self_->monitor(x.session);
  log::refusal(log::level::info, "join-waiting",
               {{"room", x.room.str()},
                {"peer", x.peer.str()},
                {"place", std::to_string(*place)}});
  self_->send(x.session, describe(line_.size(), *place));
  waiters_.insert_or_assign(session, std::move(x));
  drain();
  return true;
}

protocol::error newcomer_line::refuse(newcomer kind, const room_id& room,
                                      const peer_id& peer) {
  load_->note_refused(kind);
  auto out = load_->drain().active()
                 ? protocol::make_error(protocol::error_reason::draining)
                 : protocol::make_error(protocol::error_code::overloaded);
  log::refusal(
      log::level::info, "join-refused",
      {{"room", room.str()}, {"peer", peer.str()}, {"why", out.message}});
  return out;
}

void newcomer_line::admit(const admission_line::ended& x) {
  auto& one = waiters_.at(x.session);
  note_end(wait_end::admitted, x.waited);
  log::event(log::level::info, "join-admitted",
             {{"room", one.room.str()},
              {"peer", one.peer.str()},
              {"waited-ms", milliseconds_of(x.waited)}});
  if (one.opening)
    one.promise.delegate(caf::actor_cast<server_actor>(self_),
                         std::move(*one.opening));
  else
    self_->send(one.session, knock_ended{one.joiner, knock_verdict::let_in});
}

void newcomer_line::give_up(const admission_line::ended& x) {
  auto i = waiters_.find(x.session);
  auto& one = i->second;
  note_end(wait_end::refused, x.waited);
  load_->note_refused(one.kind);
  const auto why = protocol::make_error(protocol::error_code::overloaded);
  log::refusal(log::level::info, "join-refused",
               {{"room", one.room.str()},
                {"peer", one.peer.str()},
                {"why", why.message},
                {"waited-ms", milliseconds_of(x.waited)}});
  if (one.opening)
    one.promise.deliver(to_caf(why));
  else
    self_->send(one.session,
                knock_ended{one.joiner, knock_verdict::still_busy});
  self_->demonitor(one.session.address());
  waiters_.erase(i);
}

void newcomer_line::report() {
  line_.for_each([this](uint64_t session, size_t place) {
    self_->send(waiters_.at(session).session, describe(line_.size(), place));
  });
}

void newcomer_line::note_end(wait_end how, net::duration waited) {
  auto& figures = load_->counters().line;
  figures.time.observe(waited);
  figures.ended[static_cast<size_t>(how)].fetch_add(1,
                                                    std::memory_order_relaxed);
}

void newcomer_line::drain() {
  load_->counters().line.waiting.store(line_.size(), std::memory_order_relaxed);
  timer_.arm(self_, line_.poll_timeout(self_->clock().now()), line_tick{});
}

} // namespace troupe::actors
