#pragma once

#include "actors/room/room_actor.hpp"
#include "actors/trunk/trunk_actor.hpp"

#include <caf/typed_response_promise.hpp>

#include <functional>
#include <map>
#include <string>

namespace troupe::actors {

struct room_state;

/// INTERNAL to the room actor: its trunks, one for each node with which it
/// exchanges media, and the relays of the producers on other nodes.
class room_trunks {
public:
  explicit room_trunks(room_state& room) : room_(room) {}

  /// The entry of a producer on another node, with the handles of its relay,
  /// which is opened if there is none yet. No message to the other node is
  /// waited for. Errors: producer_not_found if its node is gone; internal if
  /// the trunk fails.
  caf::result<producer_entry> relay(const producer_facts& facts);

  /// Calls `then` with the same, now or later, or with the error.
  void open_relay(const producer_facts& facts,
                  std::function<void(caf::expected<producer_entry>)> then);

  /// The producer is gone.
  void close_relay(const producer_id& which);

  /// The producer was paused or resumed.
  void set_paused(const producer_id& which, bool paused);

  // -- messages of the replica on that node

  void handle(const std::string& node, const open_trunk& x);
  void handle(const std::string& node, const want_stream& x);
  void handle(const std::string& node, const stream_refused& x);

  // -- what a trunk says

  void handle(const trunk_message& x);
  void handle(const relay_ended& x);

  /// The link to a node is new: what was on its way is said again.
  void resume(const std::string& node);

  /// The node is gone: its trunk ends.
  void close(const std::string& node);

  void close_all();

  /// The shard with this index has failed: so do the trunks that it sends for,
  /// and others begin.
  void close_on(size_t shard);

  /// An actor has ended. Returns whether it was a trunk, which is opened again
  /// when it is needed.
  bool handle_down(const caf::actor_addr& source);

private:
  struct relay_entry {
    std::string node;
    producer_entry entry;
  };

  struct entry {
    trunk_actor actor;
    size_t shard = 0;
  };

  // The trunk to a node, which is opened when needed.
  const trunk_actor& open(const std::string& node);

  // Notes a relay that this trunk has opened.
  caf::expected<producer_entry> accept(const std::string& node,
                                       const caf::actor_addr& trunk,
                                       producer_entry& opened);

  // The trunk that has sent the current message.
  caf::actor_addr sender() const;

  // Whether this is the trunk to a node: one that was closed may still have
  // messages on their way.
  bool is_current(const std::string& node, const caf::actor_addr& trunk) const;

  // The relays of a trunk end with it.
  void forget_relays(const std::string& node);

  void end(const std::string& node, const entry& x);

  room_state& room_;
  std::map<std::string, entry> trunks_;
  // The facts as the relays send: SSRCs and header extensions are the trunk's.
  std::map<producer_id, relay_entry> relays_;
};

} // namespace troupe::actors
