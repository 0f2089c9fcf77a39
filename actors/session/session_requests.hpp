#pragma once

#include "actors/session/lobby_wait.hpp"
#include "actors/session/request_turn.hpp"
#include "actors/session/session_context.hpp"
#include "actors/session/session_events.hpp"
#include "actors/session/session_peers.hpp"

#include <functional>

namespace troupe::actors {

/// INTERNAL to the session actor: carries the client's requests out, one at a
/// time and in order.
class session_requests {
public:
  /// `drain` is called after a request that was answered later than in serve():
  /// it sends the response and serves the next request.
  session_requests(session_context& session, session_events& events,
                   session_peers& peers, std::function<void()> drain)
      : session_(session)
      , events_(events)
      , peers_(peers)
      , drain_(std::move(drain)) {}

  /// Whether a request is under way, so that the next one must wait.
  bool busy() const {
    return turn_.taken();
  }

  /// Carries a request out, or refuses it. No other is under way.
  void serve(protocol::pending_request x);

  /// The client's wait in a lobby or in line has ended.
  void handle(const knock_ended& x);

  /// Ends a wait about which the room or the server has said nothing in time.
  void handle_timeout() {
    end_wait();
  }

  /// When handle_timeout() is next wanted.
  std::optional<net::time_point> poll_timeout() const {
    return lobby_.poll_timeout();
  }

private:
  void perform(protocol::request_token token,
               protocol::verb::get_capabilities&);
  void perform(protocol::request_token token, protocol::verb::create_room& x);
  void perform(protocol::request_token token, protocol::verb::authenticate& x);
  void perform(protocol::request_token token, protocol::verb::join& x);
  void perform(protocol::request_token token, protocol::verb::announce& x);
  void perform(protocol::request_token token, protocol::verb::leave&);

  // All other verbs are the peer's.
  template <class Verb>
  void perform(protocol::request_token token, Verb& x);

  // Carries a join out, also one that is repeated after a wait.
  void join(protocol::request_token token, protocol::verb::join& x);

  // Sends a verb that is answered as a join to the peer, and keeps the room's
  // events until then. Calls `settle(succeeded)` before it answers. `shown`
  // says whether the other members see the client afterwards: then it is told
  // whether the server drains, as they were.
  template <class Verb, class F>
  void enter_room(protocol::request_token token, Verb x, bool shown, F settle);

  // Answers a join that has failed, unless the client waits now.
  void refuse_join(protocol::request_token token, const protocol::error& why);

  // If the client's wait has ended: repeats or answers its join.
  void end_wait();

  // Sends a verb to the peer. Returns CAF's handle for the response.
  template <class Verb>
  auto request_from_peer(Verb x);

  void answer(protocol::request_token token, const protocol::outcome& result);

  void refuse(protocol::request_token token, protocol::error_code code);

  session_context& session_;
  session_events& events_;
  session_peers& peers_;
  std::function<void()> drain_;
  request_turn turn_;
  lobby_wait lobby_;
  net::duration waited_{}; // by the join that is under way
};

} // namespace troupe::actors
