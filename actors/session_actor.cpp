#include "actors/session_actor.hpp"

#include "actors/ec.hpp"
#include "actors/log.hpp"
#include "actors/peer_actor.hpp"
#include "actors/timer_slot.hpp"
#include "protocol/supported_capabilities.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

namespace verb = protocol::verb;
namespace reply = protocol::reply;
using protocol::error_code;
using protocol::request_token;

/// What a peer answers to a verb: its reply, by default nothing but `ok`.
template <class Verb>
struct reply_of {
  using type = reply::ok;
};
template <>
struct reply_of<verb::join> {
  using type = reply::joined;
};
template <>
struct reply_of<verb::announce> {
  using type = reply::joined;
};
template <>
struct reply_of<verb::create_transport> {
  using type = reply::transport_created;
};
template <>
struct reply_of<verb::connect_transport> {
  using type = reply::transport_connected;
};
template <>
struct reply_of<verb::restart_ice> {
  using type = reply::ice_restarted;
};
template <>
struct reply_of<verb::produce> {
  using type = reply::produced;
};
template <>
struct reply_of<verb::consume> {
  using type = reply::consumed;
};
template <>
struct reply_of<verb::pause_consumer> {
  using type = reply::consumers;
};
template <>
struct reply_of<verb::resume_consumer> {
  using type = reply::consumers;
};
template <>
struct reply_of<verb::list_producers> {
  using type = reply::producers;
};
template <>
struct reply_of<verb::get_stats> {
  using type = reply::stats;
};

struct session_state {
  using pointer = session_actor::stateful_pointer<session_state>;

  static inline const char* name = "session";

  explicit session_state(pointer self_ptr) : self(self_ptr) {}

  ~session_state() {
    // Without effect where the connection has ended before.
    if (settings.connection)
      settings.connection->close(net::close_code::internal_error);
  }

  session_actor::behavior_type make_behavior(session_config cfg);

  // Moves everything that is ready, both ways, and arms the timer.
  void drain();

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

  // Everything else is the peer's.
  template <class Verb>
  void perform(request_token token, Verb& x) {
    if (joined)
      ask_peer(token, std::move(x));
    else
      refuse(token, error_code::not_joined);
  }

  template <class Verb>
  void ask_peer(request_token token, Verb x);

  void drop_peer();

  // Goes on with the peer that the user had before.
  void adopt(const peer_resumed& x);

  void close(uint16_t code, std::string reason);

  pointer self;
  session_config settings;
  std::unique_ptr<net::rng> random;
  std::unique_ptr<protocol::dialect> dialect;
  peer_actor peer;
  bool joined = false;
  bool resumable = false;  // joined, as somebody who can come back
  bool can_return = false; // who is joining
  bool busy = false;       // a request is under way
  bool closing = false;
  timer_slot timer;
};

session_actor::behavior_type session_state::make_behavior(session_config cfg) {
  settings = std::move(cfg);
  random = net::make_secure_rng();
  dialect =
      settings.dialect->make(settings.handshake, *random, self->clock().now());
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg& down) {
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
      [this](const session_ended& x) {
        joined = false;
        resumable = false;
        auto last = dialect->handle_end(x.why);
        drain();
        close(last.code, std::move(last.reason));
      },
      [this](const peer_resumed& x) { adopt(x); },
      [this](frame_received& x) {
        dialect->handle_frame({std::move(x.payload), x.binary},
                              self->clock().now());
        drain();
      },
      [this](const connection_closed& x) {
        if (x.lost && resumable
            && settings.services->settings.room.reconnect_grace.count() > 0)
          self->send(peer, session_lost{});
        else
          drop_peer();
        self->quit();
      },
      [this](const dialect_tick&) {
        timer.fired(self->clock().now());
        dialect->handle_timeout(self->clock().now());
        drain();
      },
  };
}

void session_state::drain() {
  while (!busy && !closing) {
    auto next = dialect->poll_request();
    if (!next)
      break;
    serve(std::move(*next));
  }
  while (auto out = dialect->poll_frame()) {
    if (out->binary)
      settings.connection->send_binary(
          std::make_shared<const std::string>(std::move(out->payload)));
    else
      settings.connection->send_text(std::move(out->payload));
  }
  if (auto x = dialect->poll_close())
    close(x->code, std::move(x->reason));
  timer.arm(self, dialect->poll_timeout(), dialect_tick{});
}

void session_state::serve(protocol::pending_request x) {
  busy = true;
  std::visit([&](auto& request) { perform(x.token, request); }, x.request);
}

void session_state::answer(request_token token,
                           const protocol::outcome& result) {
  busy = false;
  dialect->handle_outcome(token, result);
}

void session_state::perform(request_token token, verb::get_capabilities&) {
  answer(token, protocol::success{reply::capabilities{
                    protocol::default_router_rtp_capabilities()}});
}

void session_state::perform(request_token token, verb::create_room& x) {
  self->request(settings.gate, settings.services->settings.request_timeout,
                open_room{std::move(x.room)})
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
  if (joined)
    return refuse(token, error_code::already_joined);
  peer = spawn_peer(self->system(),
                    {settings.connection->local_address(), settings.services,
                     settings.gate,
                     caf::actor_cast<session_listener_actor>(self)});
  self->link_to(peer);
  self->monitor(peer);
  joined = true;
  can_return = x.named_by_client || x.derived;
  ask_peer(token, std::move(x));
}

void session_state::perform(request_token token, verb::leave&) {
  if (!joined)
    return refuse(token, error_code::not_joined);
  drop_peer();
  answer(token, protocol::success{reply::ok{}});
}

template <class Verb>
void session_state::ask_peer(request_token token, Verb x) {
  using result = typename reply_of<Verb>::type;
  self->request(peer, settings.services->settings.request_timeout, std::move(x))
      .then(
          [this, token](result& done) {
            if constexpr (std::is_same_v<Verb, verb::join>)
              resumable = joined && can_return;
            answer(token, protocol::success{std::move(done)});
            drain();
          },
          [this, token](const caf::error& failure) {
            if constexpr (std::is_same_v<Verb, verb::join>)
              drop_peer();
            answer(token, from_caf(failure));
            drain();
          });
}

void session_state::adopt(const peer_resumed& x) {
  if (!peer)
    return;
  self->demonitor(peer.address());
  self->unlink_from(peer);
  peer = caf::actor_cast<peer_actor>(x.peer);
  self->link_to(peer);
  self->monitor(peer);
}

void session_state::drop_peer() {
  joined = false;
  resumable = false;
  if (!peer)
    return;
  self->demonitor(peer.address());
  self->send(peer, close_peer{});
  peer = nullptr;
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
