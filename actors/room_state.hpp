#pragma once

#include "actors/grace_list.hpp"
#include "actors/live_objects.hpp"
#include "actors/member_claim.hpp"
#include "actors/room_actor.hpp"
#include "actors/room_audience.hpp"
#include "actors/room_rules.hpp"
#include "actors/roster.hpp"
#include "actors/scoped_monitor.hpp"
#include "actors/server_channels.hpp"
#include "actors/speaker_detector.hpp"
#include "actors/timer_slot.hpp"

#include <caf/stateful_actor.hpp>

#include <unordered_map>

/// INTERNAL to the room actor, which is spread over room_*.cpp.
namespace troupe::actors {

namespace verb = protocol::verb;
namespace reply = protocol::reply;
namespace event = protocol::event;
using protocol::error_code;

/// How far a member is there.
enum class presence : uint8_t {
  /// Nobody knows of it, and it is told of nobody.
  hidden,
  /// Known to the others, it is back and not yet told of them.
  returning,
  shown,
};

/// What the room actor knows, and what it does.
struct room_state {
  using pointer = room_actor::stateful_pointer<room_state>;

  static inline const char* name = "room";

  explicit room_state(pointer self_ptr) : self(self_ptr) {}

  room_actor::behavior_type make_behavior();

  caf::result<room_joined> join(join_room& x);

  caf::result<reply::joined> announce(announce_member& x);

  // A member says which user it is: to the others, somebody leaves and somebody
  // comes.
  caf::result<reply::joined> identify(identify_member& x);

  // Puts a member on the list, and tells the others. Returns what there is to
  // tell it.
  reply::joined show(protocol::participant who);

  // What a member is told of the room that it is in.
  reply::joined describe_room(const peer_id& to) const;

  // -- a lost connection, in room_return.cpp

  // The session that joined by that peer has lost its connection.
  void lose(const peer_id& who, uint64_t joiner);

  // Ends the members that have not come back in time.
  void end_graces();

  // A member that came back has begun anew: the others see it go and come.
  void renew(const peer_id& who);

  // … and its user is back. Or comes by another way before that is noticed:
  // who changes its network does, and who opens the page once more.
  room_joined come_back(join_room& x);

  void rename(rename_member& x);

  void leave(const peer_id& who);

  // Puts a member out.
  void dismiss(const peer_id& who, protocol::end_reason why);

  // What moderators ask for.
  caf::result<done> moderate(const moderate_room& x);
  caf::result<done> administer(const administer_room& x);
  caf::result<done> carry_out(const peer_id& by, const verb::kick& x);
  caf::result<done> carry_out(const peer_id& by, const verb::mute& x);
  caf::result<done> carry_out(const peer_id& by, const verb::lock_room& x);
  caf::result<done> carry_out(const peer_id& by, const verb::end_room& x);

  // There is no member left.
  void become_empty();

  // Tells the server that there is none, whatever the reason.
  void tell_empty();

  // Takes the member off the list and tells the others. The room may be empty
  // then.
  void remove(const peer_id& who);

  caf::result<producer_entry> find(const find_producer& x);

  void publish(producer_published& x);

  void withdraw(const producer_id& id);

  void set_paused(const producer_id& id, bool paused);

  // -- data channels, in room_data.cpp
  caf::result<data_producer_entry> find(const find_data_producer& x);
  caf::result<reply::data_producers> list_data();
  void publish(data_producer_published& x);
  void withdraw(const data_producer_id& id);
  bool speaks_for(const data_producer_id& which) const;
  void remove_data_of(const peer_id& who);

  // -- what the server itself says and answers, in room_server.cpp
  caf::result<said_in_room> say(say_in_room& x);

  // The channel of that label, which comes into being when needed; null where
  // there are too many.
  server_channel* open_server_channel(const std::string& label);
  void announce_server_channel(const std::string& label,
                               const data_producer_id& which);
  // Answers whoever waits for it, and forgets it: the next message of that
  // label opens another.
  void give_up_server_channel(const std::string& label,
                              const data_producer_id& which,
                              const caf::error& why);
  void settle(const server_channel_tick& x);
  void answer_by_bot(const data_producer_entry& x);
  void give_voice(server_channels::listener& x);
  void revive_bots();
  void rename_to_bots(const peer_id& who);
  std::string name_of(const peer_id& who) const;
  void close_server_channels();

  // The id of the member whose actor has sent the message at hand; null where
  // that is no member. Messages do not name their sender: a room's answer may
  // come after its sender's id has changed, and a peer that has given up
  // waiting for the answer never learns that it did. A twin that was replaced
  // may still speak when its id is another's already.
  const peer_id* sender() const;

  // Whether that member owns the producer.
  bool speaks_for(const producer_id& which) const;

  // Sends the news that are due. Whatever may tell something ends in it.
  void drain() {
    audience.drain(self, people);
  }

  // Tells everybody, the member itself too, what became of its roster entry.
  void tell_update(const peer_id& who);

  // What the member offers has changed: notes whether that is video.
  void note_seen(const peer_id& who);

  // Finds out who speaks, and tells what has changed.
  void sample_voices();

  // Sees to it that this happens as long as it can bring anything.
  void keep_sampling();

  // A member's actor ended without a good-bye, or nobody lists us any more.
  void handle_down(const caf::down_msg& down);

  struct member {
    peer_handle peer;
    session_listener_actor session;
    std::shared_ptr<actors::voice> voice;
    bool named_by_client = false;
    bool derived = false;
    size_t shard = 0;
    actors::presence presence = presence::hidden;
    std::optional<bool> moderates = {};
    uint64_t loss = 0; // while its connection is lost
    member_claim claim = {};

    // Others see ids: one that a server made cannot be taken by naming it.
    template <class Newcomer>
    bool is_user_of(const Newcomer& x) const {
      return (named_by_client && x.named_by_client) || (derived && x.derived);
    }

    // The peer by which the session joined that holds the member: the member's
    // own one, until the user returns on another connection.
    uint64_t joiner = 0;
  };

  // -- who may take a member's place, in room_takeover.cpp

  static member_claim make_claim();

  // A newcomer under an id of the server's that shows a member's secret is that
  // member: gives it the member's id.
  void recognize(join_room& x) const;

  // Why the newcomer is not let in. Who cannot prove to be the member whose
  // place it asks for is held to the same rules as everybody else.
  std::optional<protocol::error> refuse(const join_room& x) const;

  // The newcomer gets the place of the member that has its id, with the rank
  // that it has proven.
  void hand_over(const join_room& x);

  // What a member leaves to one that goes on under its id.
  struct vacant_place {
    user_proof proof = user_proof::none;
    member_claim claim;
    std::optional<uint64_t> rank = {};
  };

  // Puts out whoever has the id that a member wants to go on under. `left` is
  // what it leaves, nothing where nobody has that id.
  std::optional<protocol::error>
  give_up_place(const identify_member& x, std::optional<vacant_place>& left);

  void take_place(const peer_id& who, vacant_place left);

  struct shard {
    shard_actor actor;
    size_t members = 0;
    bool failed = false;
  };

  // The index of a shard with room for one more, which comes into being when
  // needed.
  size_t choose_shard();

  // Ends the members that were in it, and takes it out of use.
  void end_shard(size_t index);

  pointer self;
  live_object alive{object_kind::room};
  room_id id;
  room_services services;
  room_listener_actor listener;
  scoped_monitor home; // the listener
  uint64_t joins = 0;
  uint64_t admitted = 0; // of the joins
  roster people;
  data_directory data;
  server_channels server;
  room_audience audience;
  room_rules rules;
  room_quotas quotas;
  std::shared_ptr<room_voices> voices = std::make_shared<room_voices>();
  std::shared_ptr<room_floor> floor;
  speaker_detector speakers;
  bool sampling = false; // a tick is on its way
  std::unordered_map<peer_id, member> members;
  std::unordered_map<uint64_t, peer_id> ids; // of members, by their actors
  grace_list graces;
  timer_slot grace_timer;
  std::vector<shard> shards;
  std::unordered_map<producer_id, producer_entry> entries;
};

} // namespace troupe::actors
