#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/base/log.hpp"
#include "actors/base/scoped_monitor.hpp"
#include "actors/room/departure.hpp"
#include "actors/room/event_fanout.hpp"
#include "actors/room/grace_list.hpp"
#include "actors/room/member_table.hpp"
#include "actors/room/released_id.hpp"
#include "actors/room/room_actor.hpp"
#include "actors/room/room_chat.hpp"
#include "actors/room/room_data_relays.hpp"
#include "actors/room/room_forwards.hpp"
#include "actors/room/room_lobby.hpp"
#include "actors/room/room_recording.hpp"
#include "actors/room/room_replica.hpp"
#include "actors/room/room_rules.hpp"
#include "actors/room/room_shards.hpp"
#include "actors/room/room_speech.hpp"
#include "actors/room/room_trunks.hpp"
#include "actors/room/room_viewers.hpp"
#include "actors/room/room_webhooks.hpp"
#include "actors/room/roster.hpp"
#include "actors/room/server_channels.hpp"

#include <caf/stateful_actor.hpp>

#include <unordered_map>

/// INTERNAL to the room actor, which is spread over room_*.cpp.
namespace troupe::actors {

namespace verb = protocol::verb;
namespace reply = protocol::reply;
namespace event = protocol::event;
using protocol::error_code;

/// The state and the behavior of the room actor.
struct room_state {
  using pointer = room_actor::stateful_pointer<room_state>;

  static inline const char* name = "room";

  explicit room_state(pointer self_ptr) : self(self_ptr) {}

  room_actor::behavior_type make_behavior();

  caf::result<room_joined> join(join_room& x);

  caf::result<reply::joined> announce(announce_member& x);

  // A member identifies its user: to the others, one leaves and one joins.
  caf::result<reply::joined> identify(identify_member& x);

  // Lists a member, and notifies the others. Returns its client's response.
  reply::joined show(protocol::participant who);

  // What a member is sent about the room that it is in.
  reply::joined describe_room(const peer_id& to) const;

  // -- a lost connection, in room_return.cpp

  // The session that joined by that peer has lost its connection.
  void lose(const peer_id& who, uint64_t joiner);

  // Ends the members that have not come back in time.
  void end_graces();

  // A member came back without its state: the others see it leave and join.
  void renew(const peer_id& who);

  // The user of a member joins again, after a loss or before it is noticed.
  room_joined rejoin(join_room& x);

  void rename(rename_member& x);

  void leave(const peer_id& who, const departure& how);

  // Removes a member, and ends its peer.
  void dismiss(const peer_id& who, protocol::end_reason why,
               const departure& how);
  caf::result<done> moderate(const moderate_room& x);
  caf::result<done> administer(const administer_room& x);
  caf::result<done> carry_out(const peer_id& by, const verb::kick& x);
  caf::result<done> carry_out(const peer_id& by, const verb::mute& x);
  caf::result<done> carry_out(const peer_id& by, const verb::mute_all& x);
  caf::result<done> carry_out(const peer_id& by, const verb::ask_to_unmute& x);
  caf::result<done> carry_out(const peer_id& by, const verb::make_host& x);
  caf::result<done> carry_out(const peer_id& by, const verb::lock_room& x);
  caf::result<done> carry_out(const peer_id& by, const verb::end_room& x);

  // Dismisses all members of this node. The room is empty then.
  void end_members(const departure& how);

  // -- the log, in room_log.cpp; `by` is empty for the admin API. These two
  // tell the receivers of webhooks as well.
  void note_joined(const room_member& x, const peer_id& who);
  // `remaining` members are left in the room.
  void note_left(const room_member& x, const peer_id& who,
                 const std::string& display_name, const departure& how,
                 size_t remaining);
  void log_returned(const room_member& x, const peer_id& who,
                    bool replaced) const;
  void log_action(std::string_view what, const peer_id& by,
                  std::vector<log::field> about = {}) const;

  // Notifies all members of changes of hosts, by whom if a member decided it.
  void note_hosts(const std::optional<protocol::moderator>& by = {});
  void end(recording_end why);
  void become_empty(empty_reason why);

  // Notifies the server that there is no member.
  void report_empty(empty_reason why);

  // Removes a member and notifies the others. The room may be empty then.
  void remove(const peer_id& who, const departure& how);

  // -- producers, in room_media.cpp
  caf::result<producer_entry> find(const find_producer& x);
  void publish(producer_published& x);
  void withdraw(const producer_id& id);
  void set_paused(const producer_pause_changed& x);

  // -- data channels, in room_data.cpp
  caf::result<data_producer_entry> find(const find_data_producer& x);
  caf::result<reply::data_producers> list_data();
  caf::result<reply::chat_history> chat_history();
  void publish(data_producer_published& x);
  void withdraw(const data_producer_id& id);
  void set_paused(const data_producer_pause_changed& x);
  bool sender_owns(const data_producer_id& which) const;
  void remove_data_of(const peer_id& who);

  // -- the server's own channels and bots, in room_server.cpp
  caf::result<sent_to_room> send_message(send_to_room& x, bool tell_nodes);

  // The channel with this label, which is opened when needed; null if there are
  // too many.
  server_channel* open_server_channel(const std::string& label);
  void announce_server_channel(const std::string& label,
                               const data_producer_id& which);
  // Answers the requests that wait for the channel, and removes it: the next
  // message with this label opens another.
  void drop_server_channel(const std::string& label,
                           const data_producer_id& which,
                           const caf::error& why);
  void settle(const server_channel_tick& x);
  void add_bot(const data_producer_entry& x);
  void start_bot(server_channels::listener& x);
  void restart_bots();
  void rename_to_bots(const peer_id& who);
  std::string name_of(const peer_id& who) const;
  void close_server_channels();

  // The member whose actor sent the current message; null for a non-member.
  // Messages do not name their sender: its id may change before the response
  // arrives. The peer of a replaced session may still send.
  const peer_id* sender() const;

  // Whether the sender owns the producer.
  bool sender_owns(const producer_id& which) const;

  // Sends what is due. Handlers that may queue events end with it.
  void drain() {
    viewers.end_if_alone();
    note_hosts();
    lobby.drain();
    replica.drain();
    audience.drain(self, people);
  }

  // Notifies all members, the member itself included, of its roster entry.
  void notify_update(const peer_id& who);

  // The member's producers have changed: notes whether it sends video.
  void note_seen(const peer_id& who);

  // Samples who speaks, and notifies members of changes.
  void sample_speech();

  // Keeps sampling for as long as it can change anything.
  void keep_sampling();

  // A member's actor ended without leaving, or a shard or the listener ended.
  void handle_down(const caf::down_msg& down);

  // -- taking over a member's id, in room_takeover.cpp

  static member_claim make_claim();

  // A client that joins under an id of the server's and shows a member's secret
  // is that member: gives it the member's id.
  void recognize(join_room& x) const;

  // Why the join is refused, or nothing. A client that cannot prove to be the
  // member whose id it gives is subject to the same rules as all others.
  std::optional<protocol::error> refuse(const join_room& x) const;

  // Passes a member on to the client that joins with its id, with the rank that
  // this client has proven.
  void hand_over(const join_room& x);

  // Dismisses the member whose id another member wants. `released` is what it
  // leaves, nothing if there was no such member.
  std::optional<protocol::error>
  release_id(const identify_member& x, std::optional<released_id>& released);

  void take_over_id(const peer_id& who, released_id released);

  // Assigns a member to a shard. Returns the shard's index.
  size_t assign_shard();

  // Ends the members that were in a shard that has failed.
  void end_shard(size_t index);

  pointer self;
  live_object alive{object_kind::room};
  room_id id;
  room_services services;
  room_listener_actor listener;
  scoped_monitor listener_monitor; // the listener
  uint64_t joins = 0;
  uint64_t admitted = 0; // of the joins
  roster people;
  producer_directory<data_producer_facts> data;
  server_channels server;
  room_chat chat;
  event_fanout audience;
  room_rules rules;
  room_lobby lobby{*this};
  room_replica replica{*this};
  room_trunks trunks{*this};
  room_data_relays data_relays{*this};
  room_webhooks webhooks{*this};
  room_recording recording{*this};
  room_forwards forwards{*this};
  room_viewers viewers{*this};
  room_quotas quotas;
  room_speech speech;
  member_table members;
  grace_list graces;
  actor_timer grace_timer;
  room_shards shards;
  std::unordered_map<producer_id, producer_handles> handles;
  std::unordered_map<data_producer_id, data_producer_actor> data_handles;
};

} // namespace troupe::actors
