#pragma once

#include "actors/data/data_feed_actor.hpp"
#include "actors/data/data_relay_actor.hpp"
#include "actors/room/room_data.hpp"

#include <map>
#include <string>
#include <utility>

namespace troupe::actors {

struct room_state;

/// INTERNAL to the room actor: its data channels between nodes. A relay stands
/// for a data producer of another node that members of this one consume; a feed
/// sends the messages of a data producer of this node to a relay.
class room_data_relays {
public:
  explicit room_data_relays(room_state& room) : room_(room) {}

  /// The entry of a data producer on another node, with its relay, which is
  /// opened if there is none yet. No message to the other node is waited for.
  /// Errors: data_producer_not_found if its node is gone.
  caf::result<data_producer_entry> relay(const data_producer_facts& facts);

  /// The data producer is gone. What its node still sends is passed on first.
  void finish(const data_producer_id& which);

  /// The data producer was paused or resumed.
  void set_paused(const data_producer_id& which, bool paused);

  // -- messages of the room on that node

  void handle(const std::string& node, const want_data& x);
  void handle(const std::string& node, data_relay& x);
  void handle(const std::string& node, const data_credit& x);
  void handle(const std::string& node, const data_relay_over& x);

  // -- what a relay says

  void handle(data_relay_says& x);
  void handle(const data_relay_idle& x);
  void handle(const data_relay_violated& x);

  /// The link to a node is new: what was under way is asked for again.
  void resume(const std::string& node);

  /// The node is gone: relays and feeds end.
  void close(const std::string& node);

  void close_all();

  /// An actor has ended. Returns whether it was a relay or a feed.
  bool handle_down(const caf::actor_addr& source);

private:
  struct entry {
    std::string node;
    data_producer_id producer;
    data_relay_actor actor;
    /// When a member asked for it last.
    net::time_point asked;
  };

  struct feed {
    uint64_t relay = 0;
    data_feed_actor actor;
  };

  // How long a relay stays that nobody consumes.
  static constexpr net::duration patience = std::chrono::seconds{5};

  // How long a relay waits for the last messages of its producer.
  static constexpr net::duration last_words = std::chrono::seconds{10};

  // What a node may send to relays that are gone, since the last one went.
  static constexpr size_t max_stale_octets = 4 * relay_credit;

  using relays = std::map<uint64_t, entry>; // by want_data::relay

  entry& open(const data_producer_facts& facts, const std::string& node);

  // The relay that a message of `node` means; null if it is gone. Counts a
  // violation if there never was one.
  entry* find(const std::string& node, uint64_t relay,
              const std::string& producer);

  // The relay by which members consume the producer; null if there is none.
  entry* find(const data_producer_id& which);

  // Ends a relay at once.
  void close(uint64_t relay);

  void open_feed(const std::string& node, const want_data& x);

  void send(const std::string& node, room_message what);

  void report(const std::string& node);

  room_state& room_;
  relays relays_;
  std::map<data_producer_id, uint64_t> by_producer_;
  std::map<std::pair<std::string, data_producer_id>, feed> feeds_;
  std::map<std::string, size_t> stale_octets_; // by node
};

} // namespace troupe::actors
