#pragma once

#include "actors/forward/forward_actor.hpp"

#include <caf/result.hpp>

#include <string_view>
#include <vector>

namespace troupe::actors {

struct room_state;

/// INTERNAL to the room actor: what the operator has sent of its members as
/// plain RTP. A forward takes the member's oldest producer of each kind, but no
/// shared screen, and later ones when that has closed. It ends with the member.
class room_forwards {
public:
  explicit room_forwards(room_state& room) : room_(room) {}

  // -- the operator's requests ------------------------------------------------

  caf::result<forward_info> handle(const start_forward& x);
  forward_list handle(const list_forwards&) const;
  forward_found handle(const get_forward& x) const;
  forward_found handle(const refresh_forward& x);
  forward_found handle(const stop_forward& x);

  // -- what happens in the room -----------------------------------------------

  void note_published(const producer_facts& x);

  /// The room knows the producer no more.
  void note_withdrawn(const producer_id& which);

  /// A member of this node is gone.
  void note_left(const peer_id& who);

  /// An actor has ended. Returns whether it was a forward.
  bool handle_down(const caf::actor_addr& source);

  /// The room ends.
  void close_all();

private:
  struct running {
    forward_actor actor;
    forward_info info;
  };

  // Why there may be no such forward, or nothing. Counts and logs the refusal
  // of an address.
  std::optional<protocol::error> check(const protocol::forward_request& x);

  const running* find(const forward_id& which) const;

  // Sends the producer if its kind is wanted and nothing is sent of it.
  void offer(running& to, const producer_facts& x);

  void offer_all(running& to);

  // Ends those that match, and says why.
  template <class Predicate>
  void close_if(Predicate matches, std::string_view why);

  room_state& room_;
  std::vector<running> running_;
};

} // namespace troupe::actors
