#include "actors/session/session_requests.hpp"

#include "actors/base/caf_error.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

#include <type_traits>

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

} // namespace

// -- requests to the peer -----------------------------------------------------

template <class Verb>
auto session_requests::request_from_peer(Verb x) {
  auto until = session_.deadline();
  return session_.self->request(peers_.current(),
                                until.left(session_.now()) + patience,
                                std::move(x), until);
}

template <class Verb>
void session_requests::perform(request_token token, Verb& x) {
  using result = typename Verb::reply;
  static_assert(!std::is_same_v<result, reply::joined>, "use enter_room()");
  if (!peers_.joined())
    return refuse(token, error_code::not_joined);
  request_from_peer(std::move(x))
      .then(
          [this, token](result& done) {
            answer(token, protocol::success{std::move(done)});
            drain_();
          },
          [this, token](const caf::error& failure) {
            answer(token, from_caf(failure));
            drain_();
          });
}

template <class Verb, class F>
void session_requests::enter_room(request_token token, Verb x, bool shown,
                                  F settle) {
  events_.begin_join();
  request_from_peer(std::move(x))
      .then(
          [this, token, shown, settle](reply::joined& done) {
            settle(true);
            lobby_.end_join();
            events_.enter(done.room);
            answer(token, protocol::success{std::move(done)});
            events_.end_join();
            if (shown)
              events_.notify_drain();
            drain_();
          },
          [this, token, settle](const caf::error& failure) {
            settle(false);
            refuse_join(token, from_caf(failure));
            events_.end_join();
            end_wait(); // the host may have been quicker than this answer
            drain_();
          });
}

// -- waiting, in a lobby or in line -------------------------------------------

void session_requests::handle(const knock_ended& x) {
  lobby_.handle(x);
  end_wait();
}

void session_requests::refuse_join(request_token token,
                                   const protocol::error& why) {
  const auto now = session_.now();
  if (const auto time = lobby_.time_for(why); time.count() > 0)
    return lobby_.begin(token, now, now + time + patience);
  lobby_.end_join();
  answer(token, why);
}

void session_requests::end_wait() {
  using enum protocol::error_reason;
  auto ended = lobby_.poll_end(session_.now());
  if (!ended || session_.closing)
    return;
  waited_ += ended->waited;
  switch (ended->verdict) {
    case knock_verdict::let_in:
      return join(ended->token, ended->what);
    case knock_verdict::turned_away:
      return answer(ended->token, protocol::make_error(turned_away));
    case knock_verdict::no_answer:
      return answer(ended->token, protocol::make_error(no_host_answered));
    case knock_verdict::room_over:
      return answer(ended->token, protocol::make_error(room_over));
    case knock_verdict::still_busy:
      return refuse(ended->token, error_code::overloaded);
  }
}

// -- order --------------------------------------------------------------------

void session_requests::serve(protocol::pending_request x) {
  turn_.begin();
  if (auto refused = session_.client->refusal_of(x.request))
    return answer(x.token, *refused);
  std::visit([&](auto& request) { perform(x.token, request); }, x.request);
}

void session_requests::answer(request_token token,
                              const protocol::outcome& result) {
  auto join_time = turn_.end(result, session_.now());
  session_.count().note_request(result);
  if (join_time)
    session_.count().join_time.observe(*join_time);
  session_.dialect->handle_outcome(token, result);
}

void session_requests::refuse(request_token token, error_code code) {
  answer(token, protocol::make_error(code));
}

// -- verbs --------------------------------------------------------------------

void session_requests::perform(request_token token, verb::get_capabilities&) {
  answer(token, protocol::success{reply::capabilities{
                    protocol::default_router_rtp_capabilities()}});
}

void session_requests::perform(request_token token, verb::create_room& x) {
  auto* self = session_.self;
  const auto& at = *session_.settings.connection;
  auto until = session_.deadline();
  self->request(session_.settings.gate, until.left(session_.now()) + patience,
                open_room{std::move(x.room), self->id(), at.remote_address(),
                          until, session_.time_in_line()})
      .then(
          [this, token](const done&) {
            answer(token, protocol::success{reply::ok{}});
            drain_();
          },
          [this, token](const caf::error& failure) {
            answer(token, from_caf(failure));
            drain_();
          });
}

void session_requests::perform(request_token token, verb::authenticate& x) {
  if (auto refused = session_.client->authenticate(x.token, session_.now()))
    return answer(token, *refused);
  answer(token, protocol::success{reply::ok{}});
}

void session_requests::perform(request_token token, verb::join& x) {
  waited_ = {};
  join(token, x);
}

void session_requests::join(request_token token, verb::join& x) {
  x.renames = x.renames && peers_.joined();
  if (peers_.joined() && !x.moves && !x.renames)
    return refuse(token, error_code::already_joined);
  bool renames = x.renames;
  bool can_return = x.named_by_client || x.derived;
  bool shown = !x.hidden;
  if (!renames) {
    peers_.begin_join();
    turn_.begin_join(session_.now());
    x.patience = session_.patience(waited_);
    x.time_in_line = session_.time_in_line(waited_);
    lobby_.begin_join(peers_.current()->id(), x);
  }
  enter_room(token, std::move(x), shown,
             [this, renames, can_return](bool succeeded) {
               if (succeeded)
                 peers_.confirm_join(can_return);
               else if (!renames)
                 peers_.revert_join();
             });
}

void session_requests::perform(request_token token, verb::announce& x) {
  if (!peers_.joined())
    return refuse(token, error_code::not_joined);
  enter_room(token, std::move(x), true, [](bool) {});
}

void session_requests::perform(request_token token, verb::leave&) {
  if (!peers_.joined())
    return refuse(token, error_code::not_joined);
  peers_.leave();
  answer(token, protocol::success{reply::ok{}});
}

} // namespace troupe::actors
