#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/cluster/room_link.hpp"
#include "actors/replica/room_union.hpp"
#include "actors/room/room_actor.hpp"
#include "actors/room/room_chat_sync.hpp"
#include "protocol/json/part_json.hpp"

#include <caf/typed_response_promise.hpp>

#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace troupe::actors {

struct room_state;

/// The part of the room's actor that makes one room of all nodes' rooms of this
/// id: tells the others of this node's members and producers, and lists theirs
/// in the roster, where all other parts of the room find them. Does nothing
/// unless the node is clustered.
///
/// A member of another node is in `roster`, `room_rules`, `room_speech` and the
/// audience, but not in `member_table`: it has no peer and no session here.
class room_replica {
public:
  /// How long changes are gathered for one message.
  static constexpr net::duration interval = std::chrono::milliseconds{20};

  /// How long the first join waits for the other nodes' parts.
  static constexpr net::duration patience = std::chrono::milliseconds{500};

  /// After what time a part that was asked for is asked for again.
  static constexpr net::duration ask_again = std::chrono::milliseconds{500};

  /// The most voices in one message.
  static constexpr size_t max_voices = 16;

  explicit room_replica(room_state& room) : room_(room), chat_(room) {}

  /// Attaches the room to the cluster, if there is one. Call this first.
  void begin();

  /// The room ends.
  void end();

  bool clustered() const {
    return union_.has_value();
  }

  // -- joins ------------------------------------------------------------------

  /// Whether the other nodes' parts are known, or have been waited for.
  bool ready() const {
    return !clustered() || ready_;
  }

  /// Keeps a join until the replica is ready.
  caf::result<room_joined> wait(join_room& x);

  /// The member of another node that has this id; nothing if there is none.
  std::optional<protocol::described_member>
  find_remote(const peer_id& who) const;

  /// Whether a member of the roster is on another node.
  bool is_remote(const peer_id& who) const {
    return remote_.contains(who);
  }

  /// When a member of the roster that is on another node was last asked to
  /// unmute by a moderator on this one.
  std::optional<net::time_point>& unmute_asked(const peer_id& who) {
    return remote_.at(who).unmute_asked;
  }

  /// The node of such a member; empty if there is none.
  std::string node_of(const peer_id& who) const;

  /// The number of nodes of whose parts anything is known or expected.
  size_t neighbours() const {
    return neighbours_.size();
  }

  /// The number of members on other nodes.
  size_t remote_members() const {
    return remote_.size();
  }

  // -- what happens on this node ----------------------------------------------

  /// A member is about to be listed, or listed again. One of another node with
  /// its id leaves.
  void add_member(const protocol::participant& who);

  /// The rank of a member that add_member() has added, for room_rules; nothing
  /// unless clustered.
  std::optional<uint64_t> rank_of(const peer_id& who) const;

  /// What the others know of a member may have changed.
  void note_member(const peer_id& who);

  void remove_member(const peer_id& who);

  /// All members of this node leave at once.
  void remove_all();

  void note_producer(const producer_facts& x);
  void note_producer(const data_producer_facts& x);

  void remove_producer(const producer_id& which);
  void remove_producer(const data_producer_id& which);

  /// `by` decided it; empty for the server's operator.
  void lock(bool locked, const peer_id& by);

  /// The speech of this node's members was sampled: tells the others of it.
  void note_voices();

  /// Sends a moderator's command for a member of another node, or for all
  /// members of all other nodes if `to` is empty. Does nothing unless
  /// clustered.
  void command(const peer_id& to, member_command what);

  /// Sends a command to all other nodes that have the room, as it is. Does
  /// nothing unless clustered.
  void command_all(member_command what);

  /// The oldest recording, but for `over`, that another node makes of the room.
  std::optional<protocol::recording_info>
  recording_elsewhere(const recording_id& over) const;

  /// Whether a member of another node is told of recordings.
  bool is_told_of_recordings(const peer_id& who) const {
    return remote_.at(who).is_told;
  }

  /// The recording that a member of another node has accepted; empty if none.
  const recording_id& accepted_by(const peer_id& who) const {
    return remote_.at(who).accepts;
  }

  /// A member of this node has said something in the chat.
  void add_chat(chat_heard& x);

  /// The history of the chat, once it is complete.
  caf::result<protocol::reply::chat_history> chat_history() {
    return chat_.history();
  }

  /// A member joins a room that was empty.
  void restart_chat();

  /// The server says this to the members of this node: tells the others.
  void say(const send_to_room& x);
  void say(bot_answered& x);

  // -- what happens on other nodes --------------------------------------------

  void handle(const room_neighbour& x);

  void handle(const room_neighbours_known& x);

  void handle(room_message_from& x);

  /// A `replica_tick` has come.
  void handle_tick();

  /// Sends what has changed, and arms the timer. The room's drain() calls it.
  void drain();

private:
  using union_type = room_union<std::string>;

  struct neighbour {
    std::string name;
    std::optional<net::time_point> asked; // for its part
    uint64_t violations = 0;              // of those that were reported
  };

  struct remote_member {
    std::optional<net::time_point> unmute_asked;
    // What its node says of recordings; see protocol::described_member.
    std::optional<protocol::recording_info> recording;
    recording_id accepts;
    bool is_told = false;
  };

  struct waiting_join {
    join_room request;
    caf::typed_response_promise<room_joined> promise;
  };

  net::time_point now() const;

  static int64_t wall_ms();

  void handle(neighbour& from, uint64_t node, room_snapshot& x);
  void handle(neighbour& from, uint64_t node, room_delta& x);
  void handle(neighbour& from, uint64_t node, const part_wanted& x);
  void handle(neighbour& from, uint64_t node, const part_closed& x);
  void handle(neighbour& from, uint64_t node, const voices_heard& x);
  void handle(neighbour& from, uint64_t node, const member_command& x);
  void handle(neighbour& from, uint64_t node, const want_data& x);
  void handle(neighbour& from, uint64_t node, data_relay& x);
  void handle(neighbour& from, uint64_t node, const data_credit& x);
  void handle(neighbour& from, uint64_t node, const data_relay_over& x);
  void handle(neighbour& from, uint64_t node, server_said& x);
  void handle(neighbour& from, uint64_t node, chat_told& x);
  void handle(neighbour& from, uint64_t node, const chat_wanted& x);
  // Those of trunks.
  template <class Message>
  void handle(neighbour& from, uint64_t node, const Message& x);

  // Carries out what a moderator on another node wants of this node's members.
  void obey(const member_command& x);

  void send(std::string node, room_message what);

  // Asks the nodes whose parts are incomplete.
  void ask();

  // Sends the changes of this node's part since the last call to all others.
  void publish();

  // Applies what the union says to the room.
  void apply();
  void note_recording(const peer_id& who,
                      const protocol::described_member& says);
  void apply(const union_event<std::string>& x);
  void apply_joined(const part_entry<std::string>& x);
  void apply_changed(const part_entry<std::string>& x);
  void apply_left(const part_entry<std::string>& x);
  void apply_opened(const part_entry<std::string>& x);
  void apply_closed(const part_entry<std::string>& x);
  void apply_data_opened(const part_entry<std::string>& x);
  void apply_data_changed(const part_entry<std::string>& x);

  // Sets a producer's entry of this node's part.
  template <class Facts>
  void set_producer(const Facts& x, entry_key key);

  // Admits the joins that wait, once there is no more to wait for.
  void become_ready();

  // The node has no part of the room any more.
  void lose(const std::string& node);

  void count_violations(neighbour& from, uint64_t node);

  // A node has the room: what it says counts from now on.
  void attach(const std::string& name, uint64_t node);

  // Forgets the nodes of whose parts nothing is known any more.
  void prune();

  room_state& room_;
  cluster_rooms_actor cluster_;
  std::optional<union_type> union_;
  std::optional<hybrid_clock> clock_;
  // By incarnation. Invariant: the union knows each of them, so that dead
  // processes do not pile up.
  std::map<uint64_t, neighbour> neighbours_;
  std::set<peer_id> dismissed_; // by a twin on another node
  std::set<peer_id> changed_;   // members to compare
  part_position published_;
  bool known_ = false; // all neighbours at the time of the attachment
  bool ready_ = false;
  net::time_point ready_at_{};
  // The listed members of other nodes.
  std::unordered_map<peer_id, remote_member> remote_;
  std::deque<waiting_join> joins_;
  room_chat_sync chat_;
  actor_timer timer_;
};

} // namespace troupe::actors
