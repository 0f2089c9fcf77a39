#pragma once

#include "actors/consumer_actor.hpp"
#include "actors/ec.hpp"
#include "actors/live_objects.hpp"
#include "actors/peer_actor.hpp"
#include "actors/transport_actor.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>

/// INTERNAL to the peer actor, whose verbs are spread over peer_*.cpp.
namespace troupe::actors {

namespace verb = protocol::verb;
namespace reply = protocol::reply;
namespace event = protocol::event;
using protocol::error_code;

/// One of the peer's transports.
struct transport_entry {
  transport_id id;
  std::optional<protocol::direction> direction = {};
  transport_actor actor;
  bool connected = false;
  uint32_t next_mid = 0;
  std::string cname = {}; // common to what the client sends on it
};

/// One of the peer's producers.
struct producer_record {
  producer_id id;
  transport_id transport;
  producer_actor actor;
  protocol::media_kind kind = protocol::media_kind::audio;
  bool paused = false;
  std::shared_ptr<void> place; // among the room's
};

/// One of the peer's consumers.
struct consumer_record {
  consumer_id id;
  transport_id transport;
  producer_id producer;
  consumer_actor actor;
  std::shared_ptr<void> place; // among the room's
  int priority = 1;            // 1 to 255: its share of the transport's rate
};

/// What the peer actor knows, and what it does.
struct peer_state {
  using pointer = peer_actor::stateful_pointer<peer_state>;

  static inline const char* name = "peer";

  explicit peer_state(pointer self_ptr) : self(self_ptr) {}

  peer_actor::behavior_type make_behavior(const peer_config& cfg);

  // -- verbs -----------------------------------------------------------------

  caf::result<reply::joined> join(verb::join& x);
  caf::result<reply::joined> announce(verb::announce& x);
  caf::result<reply::ok> set_name(verb::set_display_name& x);
  caf::result<reply::transport_created>
  create_transport(const verb::create_transport& x);
  caf::result<reply::transport_connected>
  connect_transport(const verb::connect_transport& x);
  caf::result<reply::ice_restarted> restart_ice(const verb::restart_ice& x);
  caf::result<reply::produced> produce(verb::produce& x);
  caf::result<reply::consumed> consume(const verb::consume& x);
  caf::result<reply::ok> set_paused(const producer_id& which, bool paused);
  caf::result<reply::ok> close(const producer_id& which);
  caf::result<reply::ok> close(const consumer_id& which);
  caf::result<reply::ok> set_priority(const verb::set_consumer_priority& x);
  caf::result<reply::producers> list_producers();
  caf::result<reply::stats> get_stats(const std::string& which);
  caf::result<reply::stats> collect_stats();

  // Sends `x` to the consumer, or to all without one.
  template <class Message>
  caf::result<reply::consumers>
  tell_consumers(const std::optional<consumer_id>& which, const Message& x);

  // Asks the room for what only moderators may do.
  template <class Verb>
  caf::result<reply::ok> moderate(const Verb& x);

  template <class Message>
  caf::result<reply::ok> tell_consumer(const consumer_id& which,
                                       const Message& x);

  // -- steps -----------------------------------------------------------------

  // Makes the consumer of `found` on `on`, once negotiation succeeds.
  caf::expected<reply::consumed> add_consumer(const verb::consume& x,
                                              const transport_id& on,
                                              const producer_entry& found,
                                              std::shared_ptr<void> place);

  // Takes it off the list, its transport's too. The record is gone then.
  void forget_producer(const producer_id& which);
  void forget_consumer(const consumer_id& which);
  void forget_transport(const transport_id& which);

  // Leaves the room and ends everything.
  void close_all();

  // The room puts this peer out.
  void be_dismissed(protocol::end_reason why);

  // The user is back.
  void adopt(adopt_session& x);

  // Ends what the client has forgotten with its former life.
  void begin_anew();

  // A moderator silences this peer.
  void be_muted(std::optional<protocol::media_kind> kind);

  // A child ended by itself.
  void handle_down(const caf::down_msg& down);

  void tell_session(protocol::any_event x);

  transport_entry* find_transport(const transport_id& which);
  transport_entry* choose_to_connect(const verb::connect_transport& x);
  transport_entry* choose_to_send(const std::optional<transport_id>& which);
  transport_entry* choose_to_receive(const std::optional<transport_id>& which);

  auto timeout() const {
    return services->settings.request_timeout;
  }

  pointer self;
  live_object alive{object_kind::peer};
  net::socket_address signaled_at;
  std::shared_ptr<const media_services> services;
  room_gate_actor gate;
  session_listener_actor session;
  std::unique_ptr<net::rng> random;
  room_directory_actor room; // set once joined
  shard_actor shard;         // likewise
  std::shared_ptr<actors::voice> voice;
  room_quotas quotas;
  bool hidden = false; // others do not know of it yet
  // What it has is from before the connection was lost, and the client has
  // not shown yet that it knows of it.
  bool resumed = false;
  protocol::participant_rights rights;
  room_id room_name;
  peer_id id;
  std::optional<protocol::rtp_capabilities> capabilities;
  std::vector<transport_entry> transports; // oldest first
  std::vector<producer_record> producers;
  std::vector<consumer_record> consumers;
};

/// The record of that id, or null.
template <class Records, class Id>
auto* find_record(Records& records, const Id& id) {
  auto i = std::ranges::find(records, id, [](const auto& x) { return x.id; });
  return i == records.end() ? nullptr : &*i;
}

/// The error for an answer, with the default words of its code.
inline caf::error refuse(error_code code) {
  return to_caf(protocol::make_error(code));
}

} // namespace troupe::actors
