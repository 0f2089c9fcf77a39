#pragma once

#include "actors/peer/peer_membership.hpp"
#include "actors/peer/peer_stats.hpp"
#include "actors/peer/peer_streams.hpp"
#include "actors/peer/peer_transports.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

/// INTERNAL to the peer actor: its state, of one part for each idea, and its
/// behavior. The tables decide; the parts that own a `peer_context` send what
/// follows from that.
struct peer_state {
  using pointer = peer_actor::stateful_pointer<peer_state>;

  static inline const char* name = "peer";

  explicit peer_state(pointer self) : peer(self) {}

  peer_actor::behavior_type make_behavior(const peer_config& cfg);

  // Lets `carry_out` answer a verb, unless that comes too late or from a
  // session that another has replaced.
  template <class Verb, class F>
  auto on(F carry_out) {
    return [this, carry_out](Verb& x, const request_deadline& limit)
               -> caf::result<typename Verb::reply> {
      if (membership.of_former_session())
        return refuse(error_code::not_joined);
      if (peer.late(limit))
        return too_late();
      peer.deadline = limit;
      return carry_out(x);
    };
  }

  // Leaves the room and ends everything. `why` is for the log.
  void close_all(leave_reason why = leave_reason::left);

  // The room dismisses this peer.
  void handle_dismissal(const dismiss_peer& x);

  // A transport's client seems to have closed it, or uses it again.
  void handle_leaving(const transport_leaving& x);

  // The session, the room or a child ended.
  void handle_down(const caf::down_msg& down);

  peer_context peer;
  transport_table transport_records;
  peer_media_table media;
  peer_data_table data;
  transport_directions directions{transport_records, media};
  peer_membership membership{peer};
  peer_streams streams{peer, transport_records, media, data, directions};
  peer_transports transports{peer, transport_records, directions, streams};
  peer_stats stats{peer, transport_records, media, data};
};

} // namespace troupe::actors
