#include "actors/session/session_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"
#include "actors/base/mailbox_length.hpp"
#include "actors/peer/peer_actor.hpp"
#include "actors/room/event_batch.hpp"
#include "actors/session/event_gate.hpp"
#include "actors/session/frame_queue.hpp"
#include "actors/session/frame_sender.hpp"
#include "actors/session/session_identity.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>

namespace troupe::actors {

namespace {

namespace verb = protocol::verb;
namespace reply = protocol::reply;
using protocol::error_code;
using protocol::request_token;

/// How much longer a session waits for a response than its peer may take. What
/// the peer does in time, it also answers in time, so the session never reports
/// a failure of something that was done.
constexpr auto patience = std::chrono::seconds{1};

bool is_joined(const protocol::outcome& x) {
  const auto* done = std::get_if<protocol::success>(&x);
  return done && std::holds_alternative<reply::joined>(*done);
}

struct session_state {
  using pointer = session_actor::stateful_pointer<session_state>;

  static inline const char* name = "session";

  explicit session_state(pointer self_ptr) : self(self_ptr) {}

  ~session_state() {
    // Without effect if the connection has already ended.
    if (settings.connection)
      settings.connection->close(net::close_code::internal_error);
  }

  session_actor::behavior_type make_behavior(session_config cfg);

  // Passes on everything that is ready, both ways, and arms the timer.
  void drain();

  // Handles one request or frame; false if there is none.
  bool work();

  // Queues a frame until its turn comes: a dialect remembers one request,
  // however many a client sends at once.
  void queue_frame(frame_received x);

  // Passes the next frame to the dialect; false if there is none.
  bool handle_next_frame();

  // Carries requests out, one at a time and in order.
  void serve(protocol::pending_request x);

  void answer(request_token token, const protocol::outcome& result);

  void refuse(request_token token, error_code code) {
    answer(token, protocol::make_error(code));
  }

  void perform(request_token token, verb::get_capabilities&);
  void perform(request_token token, verb::create_room& x);
  void perform(request_token token, verb::join& x);
  void perform(request_token token, verb::leave&);
  void perform(request_token token, verb::authenticate& x);

  void close_if_expired();

  // All other verbs are the peer's.
  template <class Verb>
  void perform(request_token token, Verb& x) {
    if (joined)
      ask_peer(token, std::move(x));
    else
      refuse(token, error_code::not_joined);
  }

  template <class Verb>
  void ask_peer(request_token token, Verb x);

  void send_events(const room_events& x);

  // After a join is answered: passes the events sent by the room meanwhile.
  void open_gate() {
    gate.open([this](const room_events& x) { send_events(x); });
  }

  // Sends what the others were sent when the server began to drain.
  void notify_drain();

  void drop_peer();

  // The client is dismissed: drops all that it has. A peer whose join is under
  // way is dropped with its response, which says which peer is the client's.
  void leave_all();

  // Like drop_peer(), but without closing the peer.
  void forget_peer();

  // Ends a move: the client has the new peer from now on, or the former one as
  // if nothing had been requested. Without effect if it does not move.
  void end_move(bool succeeded);

  void make_peer();

  // Continues with the peer that the user had before.
  void adopt(const peer_resumed& x);

  void close(uint16_t code, std::string reason);

  // Ends the session, whose connection is over. Not before a join is answered:
  // the response says which peer is the client's, and whether it can come back.
  void end(const connection_closed& how);

  // The deadline of a request that is sent on now.
  request_deadline deadline() const {
    return {self->clock().now() + settings.services->settings.request_timeout};
  }

  counters& count() {
    return settings.services->load->counters();
  }

  pointer self;
  live_object alive{object_kind::session};
  std::optional<net::time_point> join_began;
  session_config settings;
  std::unique_ptr<net::rng> random;
  std::unique_ptr<protocol::dialect> dialect;
  peer_actor peer;
  bool joined = false;
  bool resumable = false;  // joined, and can come back
  bool can_return = false; // by the id of its join
  bool busy = false;       // a request is under way
  bool closing = false;
  std::optional<connection_closed> over; // set once the connection has ended
  frame_sender sender;
  frame_queue inbox;
  event_gate gate;     // closed while a join is under way
  uint64_t joiner = 0; // the peer that joined
  // The peer of a client that moves, and what to restore if the move fails.
  struct former_state {
    peer_actor peer;
    bool resumable = false;
    bool can_return = false;
    uint64_t joiner = 0;
  };
  std::optional<former_state> former;
  std::optional<session_identity> client;
  actor_timer timer;
};

session_actor::behavior_type session_state::make_behavior(session_config cfg) {
  settings = std::move(cfg);
  random = net::make_secure_rng();
  dialect =
      settings.dialect->make(settings.handshake, *random, self->clock().now());
  client.emplace(std::move(settings.auth), std::move(settings.who),
                 self->clock().now());
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg& down) {
    if (former && former->peer && down.source == former->peer.address())
      former->peer = nullptr;
    // The peer failed: its client must begin anew.
    if (peer && down.source == peer.address())
      close(net::close_code::internal_error, "internal error");
  });
  drain();
  return {
      [this](const session_event& x) {
        dialect->handle_event(*x.event);
        drain();
      },
      [this](room_events& x) {
        gate.handle(x, [this](const room_events& now) { send_events(now); });
        drain();
      },
      [this](const session_ended& x) {
        leave_all();
        auto last = dialect->handle_end(x.why);
        drain();
        close(last.code, std::move(last.reason));
      },
      [this](const peer_resumed& x) { adopt(x); },
      [this](frame_received& x) {
        count().note_mailbox(mailbox_owner::session, mailbox_length(self));
        queue_frame(std::move(x));
        drain();
      },
      [this](const connection_closed& x) {
        over = x;
        drain();
      },
      [this](const connection_drained&) {
        sender.handle_drained();
        drain();
      },
      [this](const dialect_tick&) {
        timer.fired(self->clock().now());
        close_if_expired();
        dialect->handle_timeout(self->clock().now());
        drain();
      },
  };
}

void session_state::drain() {
  if (over)
    return gate.closed() && peer ? void() : end(*over);
  sender.run(*dialect, *settings.connection, [this] { return work(); });
  while (auto why = dialect->poll_refusal())
    count().note_refusal(*why);
  if (auto x = dialect->poll_close())
    close(x->code, std::move(x->reason));
  timer.arm(self, dialect->poll_timeout(), dialect_tick{});
  if (!closing && !gate.closed())
    timer.arm(self, client->expires(), dialect_tick{});
}

bool session_state::work() {
  if (busy || closing)
    return false;
  auto next = dialect->poll_request();
  if (!next)
    return handle_next_frame();
  serve(std::move(*next));
  return true;
}

void session_state::queue_frame(frame_received x) {
  if (!closing && !inbox.push(std::move(x)))
    close(net::close_code::policy_violation, "too many requests");
}

bool session_state::handle_next_frame() {
  auto next = inbox.pop();
  if (next)
    dialect->handle_frame({std::move(next->payload), next->binary},
                          self->clock().now());
  return next.has_value();
}

void session_state::serve(protocol::pending_request x) {
  busy = true;
  if (auto refused = client->refusal_of(x.request))
    return answer(x.token, *refused);
  std::visit([&](auto& request) { perform(x.token, request); }, x.request);
}

void session_state::answer(request_token token,
                           const protocol::outcome& result) {
  busy = false;
  count().note_request(result);
  if (auto began = std::exchange(join_began, {}); began && is_joined(result))
    count().join_time.observe(self->clock().now() - *began);
  dialect->handle_outcome(token, result);
}

void session_state::perform(request_token token, verb::get_capabilities&) {
  answer(token, protocol::success{reply::capabilities{
                    protocol::default_router_rtp_capabilities()}});
}

void session_state::perform(request_token token, verb::create_room& x) {
  const auto& at = *settings.connection;
  auto until = deadline();
  self->request(
          settings.gate, until.left(self->clock().now()) + patience,
          open_room{std::move(x.room), self->id(), at.remote_address(), until})
      .then(
          [this, token](const done&) {
            answer(token, protocol::success{reply::ok{}});
            drain();
          },
          [this, token](const caf::error& failure) {
            answer(token, from_caf(failure));
            drain();
          });
}

void session_state::perform(request_token token, verb::join& x) {
  x.renames = x.renames && joined;
  if (joined && !x.moves && !x.renames)
    return refuse(token, error_code::already_joined);
  if (x.renames)
    return ask_peer(token, std::move(x));
  if (joined)
    former = former_state{std::exchange(peer, nullptr),
                          std::exchange(resumable, false), can_return, joiner};
  make_peer();
  joined = true;
  join_began = self->clock().now();
  ask_peer(token, std::move(x));
}

void session_state::make_peer() {
  peer = spawn_peer(self->system(),
                    {settings.connection->local_address(), settings.services,
                     settings.gate,
                     caf::actor_cast<session_listener_actor>(self)});
  joiner = peer->id();
  self->link_to(peer);
  self->monitor(peer);
}

void session_state::end_move(bool succeeded) {
  auto before = std::exchange(former, std::nullopt);
  if (!before)
    return;
  if (succeeded) {
    auto now = std::exchange(peer, before->peer);
    drop_peer();
    peer = now;
  } else {
    peer = before->peer;
    resumable = before->resumable;
    can_return = before->can_return;
    joiner = before->joiner;
  }
  joined = peer != nullptr;
}

void session_state::perform(request_token token, verb::leave&) {
  if (!joined)
    return refuse(token, error_code::not_joined);
  drop_peer();
  answer(token, protocol::success{reply::ok{}});
}

void session_state::perform(request_token token, verb::authenticate& x) {
  if (!client->authenticate(x.token, self->clock().now()))
    return refuse(token, error_code::unauthorized);
  answer(token, protocol::success{reply::ok{}});
}

void session_state::close_if_expired() {
  auto expires = client->expires();
  if (!expires || closing || gate.closed() || self->clock().now() < *expires)
    return;
  drop_peer();
  auto last = dialect->handle_end(protocol::end_reason::token_expired);
  drain();
  close(last.code, std::move(last.reason));
}

template <class Verb>
void session_state::ask_peer(request_token token, Verb x) {
  using result = typename Verb::reply;
  constexpr bool enters = std::is_same_v<result, reply::joined>;
  bool shown = enters;
  bool renames = false;
  bool named = false;
  if constexpr (std::is_same_v<Verb, verb::join>) {
    shown = !x.hidden;
    renames = x.renames;
    named = x.named_by_client || x.derived;
  }
  if constexpr (enters)
    gate.close();
  auto until = deadline();
  self->request(peer, until.left(self->clock().now()) + patience, std::move(x),
                until)
      .then(
          [=, this](result& done) {
            if constexpr (std::is_same_v<Verb, verb::join>) {
              end_move(true);
              can_return = named;
              resumable = joined && can_return;
            }
            if constexpr (enters)
              gate.enter(done.room);
            answer(token, protocol::success{std::move(done)});
            if constexpr (enters)
              open_gate();
            if (shown)
              notify_drain();
            drain();
          },
          [=, this](const caf::error& failure) {
            if (std::is_same_v<Verb, verb::join> && !renames) {
              drop_peer();
              end_move(false);
            }
            answer(token, from_caf(failure));
            if constexpr (enters)
              open_gate();
            drain();
          });
}

void session_state::send_events(const room_events& x) {
  for (const auto& event : x.batch->events)
    if (event.when > x.since && event.except != x.joined_at)
      dialect->handle_shared_event(*event.what);
  if (x.batch->has_new_participants(x.joined_at))
    dialect->handle_participants(*x.batch->participants);
}

void session_state::notify_drain() {
  auto end = settings.services->load->drain().deadline();
  if (!end)
    return;
  auto left =
      std::chrono::ceil<std::chrono::seconds>(*end - self->clock().now());
  dialect->handle_event(protocol::event::server_draining{
      static_cast<int>(std::max(left.count(), std::chrono::seconds::rep{0}))});
}

void session_state::adopt(const peer_resumed& x) {
  // Ignore a peer that was given up.
  if (!peer || self->current_sender() != peer)
    return;
  self->demonitor(peer.address());
  self->unlink_from(peer);
  peer = caf::actor_cast<peer_actor>(x.peer);
  self->link_to(peer);
  self->monitor(peer);
}

void session_state::drop_peer() {
  if (peer)
    self->send(peer, close_peer{});
  forget_peer();
}

void session_state::leave_all() {
  // While the client moves, either peer may be meant. One that has ended, or
  // that another session has taken over, ignores this.
  if (former && former->peer)
    self->send(former->peer, close_peer{});
  former.reset();
  if (!gate.closed() || self->current_sender() == peer)
    drop_peer();
}

void session_state::forget_peer() {
  joined = false;
  resumable = false;
  if (!peer)
    return;
  self->demonitor(peer.address());
  self->unlink_from(peer);
  peer = nullptr;
}

void session_state::end(const connection_closed& how) {
  if (how.lost && resumable
      && settings.services->settings.room.reconnect_grace.count() > 0)
    self->send(peer, session_lost{joiner});
  else
    drop_peer();
  self->quit();
}

void session_state::close(uint16_t code, std::string reason) {
  if (closing)
    return;
  closing = true;
  settings.connection->close(code, std::move(reason));
}

} // namespace

session_actor spawn_session(caf::actor_system& system,
                            session_config settings) {
  return system.spawn([cfg = std::move(settings)](session_state::pointer self) {
    return self->state.make_behavior(cfg);
  });
}

} // namespace troupe::actors
