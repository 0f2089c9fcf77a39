#include "actors/session/session_actor.hpp"

#include "actors/base/mailbox_length.hpp"
#include "actors/session/session_state.hpp"

namespace troupe::actors {

session_state::~session_state() {
  // Without effect if the connection has already ended.
  if (const auto& connection = session.settings.connection)
    connection->close(net::close_code::internal_error);
}

session_actor::behavior_type session_state::make_behavior(session_config cfg) {
  session.begin(std::move(cfg));
  auto* self = session.self;
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg& down) {
    // The peer failed: its client must begin anew.
    if (peers.handle_down(down.source))
      session.close(net::close_code::internal_error, "internal error");
  });
  drain();
  return {
      [this](const session_event& x) {
        events.handle(x);
        drain();
      },
      [this](room_events& x) {
        events.handle(x);
        drain();
      },
      [this](const session_ended& x) {
        peers.leave_all(events.joining());
        dismiss(x.why);
      },
      [this](const knock_ended& x) {
        requests.handle(x);
        drain();
      },
      [this](const peer_resumed& x) { peers.adopt(x); },
      [this](frame_received& x) {
        session.count().note_mailbox(mailbox_owner::session,
                                     mailbox_length(session.self));
        frames.queue(std::move(x));
        drain();
      },
      [this](const connection_closed& x) {
        over = x;
        drain();
      },
      [this](const connection_drained&) {
        frames.handle_drained();
        drain();
      },
      [this](const dialect_tick&) {
        timer.fired(session.now());
        close_if_expired();
        requests.handle_timeout();
        session.dialect->handle_timeout(session.now());
        drain();
      },
  };
}

void session_state::drain() {
  if (!over) {
    frames.pass();
    arm_timer();
    return;
  }
  // Not before a join is answered: the response says which peer is the
  // client's, and whether it can come back.
  if (events.joining() && peers.joined())
    return;
  peers.handle_closed(*over);
  session.self->quit();
}

void session_state::arm_timer() {
  timer.arm(session.self, session.dialect->poll_timeout(), dialect_tick{});
  timer.arm(session.self, requests.poll_timeout(), dialect_tick{});
  if (!session.closing && !events.joining())
    timer.arm(session.self, session.client->expires(), dialect_tick{});
}

void session_state::close_if_expired() {
  auto expires = session.client->expires();
  if (!expires || session.closing || events.joining()
      || session.now() < *expires)
    return;
  peers.leave(leave_reason::token_expired);
  dismiss(protocol::end_reason::token_expired);
}

void session_state::dismiss(protocol::end_reason why) {
  auto last = session.dialect->handle_end(why);
  drain();
  session.close(last.code, std::move(last.reason));
}

session_actor spawn_session(caf::actor_system& system,
                            session_config settings) {
  return system.spawn([cfg = std::move(settings)](session_state::pointer self) {
    return self->state.make_behavior(cfg);
  });
}

} // namespace troupe::actors
