#pragma once

#include "actors/base/caf_error.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/base/scoped_monitor.hpp"
#include "actors/data/data_consumer_actor.hpp"
#include "actors/media/consumer_actor.hpp"
#include "actors/peer/app_data_quota.hpp"
#include "actors/peer/consume_cursor.hpp"
#include "actors/peer/peer_actor.hpp"
#include "actors/transport/plain_transport_actor.hpp"
#include "actors/transport/webrtc_transport_actor.hpp"
#include "protocol/ortc/ortc_ssrc.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <deque>

/// INTERNAL to the peer actor, whose verbs are spread over peer_*.cpp.
namespace troupe::actors {

namespace verb = protocol::verb;
namespace reply = protocol::reply;
namespace event = protocol::event;
using protocol::error_code;

/// An error response with the default text of its code.
inline caf::error refuse(error_code code) {
  return to_caf(protocol::make_error(code));
}

/// The error response to a request for which no client waits any longer.
inline caf::error too_late() {
  return refuse(error_code::internal);
}

/// One of the peer's transports.
struct transport_entry {
  transport_id id;
  std::optional<protocol::direction> direction = {};
  transport_actor actor;
  bool connected = false; // by request of its client
  bool guessed = false;   // perhaps with another one's parameters
  bool named = false;     // with its own parameters
  // How its client was seen to use it, if it has no direction.
  bool reached = false;
  bool sends = false;
  bool leaving = false; // its client seems to have closed it
  net::time_point created{};
  uint32_t next_mid = 0;
  std::string cname = {}; // of all that the client sends on it
  bool sctp = false;
  // The same actor as one of its kind: one of them is null.
  webrtc_transport_actor webrtc = {};
  plain_transport_actor plain = {};
};

/// One of the peer's producers.
struct producer_record {
  producer_id id;
  transport_id transport;
  producer_actor actor;
  protocol::media_kind kind = protocol::media_kind::audio;
  bool paused = false;
  std::shared_ptr<void> quota_tokens;
  // Which layers of it are wanted, once that is less than all.
  std::optional<event::producer_layers_wanted> wanted = {};
  // For moving it, if its client did not name the transport.
  std::optional<add_transport_producer> route = {};
};

/// One of the peer's consumers.
struct consumer_record {
  consumer_id id;
  transport_id transport;
  producer_id producer;
  consumer_actor actor;
  std::shared_ptr<void> quota_token;
  int priority = 1; // 1 to 255: its share of the transport's rate
  // For moving it, if its client did not name the transport.
  std::optional<add_transport_consumer> route = {};
  producer_age age = 0; // its producer's, in the room
  bool own = false;     // of a producer of the peer's own
};

/// One of the peer's data producers.
struct data_producer_record {
  data_producer_id id;
  transport_id transport;
  data_producer_actor actor;
  bool paused = false;
  std::shared_ptr<void> quota_tokens;
};

/// One of the peer's data consumers.
struct data_consumer_record {
  data_consumer_id id;
  transport_id transport;
  data_producer_id producer;
  data_consumer_actor actor;
  std::shared_ptr<void> quota_token;
  std::vector<subchannel> subchannels; // sorted
};

/// The state and the behavior of the peer actor.
struct peer_state {
  using pointer = peer_actor::stateful_pointer<peer_state>;

  static inline const char* name = "peer";

  explicit peer_state(pointer self_ptr) : self(self_ptr) {}

  peer_actor::behavior_type make_behavior(const peer_config& cfg);

  // -- verbs -----------------------------------------------------------------

  caf::result<reply::joined> join(verb::join& x);
  caf::result<reply::joined> announce(verb::announce& x);
  caf::result<reply::joined> identify(verb::join& x);
  caf::result<reply::ok> set_name(verb::set_display_name& x);
  caf::result<reply::transport_created>
  create_transport(const verb::create_transport& x);
  caf::result<reply::transport_created>
  create_plain_transport(const protocol::plain_options& x);
  caf::result<reply::transport_connected>
  connect_transport(const verb::connect_transport& x);
  caf::result<reply::ice_restarted> restart_ice(const verb::restart_ice& x);
  caf::result<reply::produced> produce(verb::produce& x);
  caf::result<reply::consumed> consume(const verb::consume& x);
  caf::result<reply::ok> set_paused(const producer_id& which, bool paused);
  caf::result<reply::ok> close(const producer_id& which);
  caf::result<reply::ok> close(const consumer_id& which);
  caf::result<reply::ok> set_priority(const verb::set_priority& x);
  caf::result<reply::producers> list_producers();
  caf::result<reply::stats> get_stats(const std::string& which);
  caf::result<reply::stats> collect_stats();
  caf::result<consumer_explanation> explain(const consumer_id& which);

  // -- verbs of data channels, in peer_data.cpp -------------------------------

  caf::result<reply::data_produced> produce_data(verb::produce_data& x);
  caf::result<reply::data_consumed> consume_data(const verb::consume_data& x);
  caf::result<reply::ok> set_paused(const data_producer_id& which, bool paused);
  caf::result<reply::ok> close(const data_producer_id& which);
  caf::result<reply::data_consumers>
  set_paused(const std::optional<data_consumer_id>& which, bool paused);
  caf::result<reply::ok> close(const data_consumer_id& which);
  caf::result<reply::data_subchannels> subscribe(verb::set_data_subchannels& x);
  caf::result<reply::data_subchannels>
  subscribe(const verb::add_data_subchannel& x);
  caf::result<reply::data_subchannels>
  subscribe(const verb::remove_data_subchannel& x);
  caf::result<reply::ok> watch(const verb::set_data_low_threshold& x);
  caf::result<reply::data_buffered>
  get_buffered(const verb::get_data_buffered& x);
  caf::result<reply::data_producers> list_data_producers();

  template <class Change>
  caf::result<reply::data_subchannels>
  change_subchannels(const data_consumer_id& which, Change change);

  // Adds the octets of a producer's `appData` and the like to its quota tokens;
  // or returns why they are too many.
  caf::expected<std::shared_ptr<void>>
  take_app_data(size_t octets, std::shared_ptr<void> quota_token);

  // The transport that the client names or means, or an error.
  caf::expected<transport_entry*>
  choose_for_data(const std::optional<transport_id>& which,
                  protocol::direction way);

  // Makes the data consumer of `found` on `on`, and answers.
  void add_data_consumer_of(
      const verb::consume_data& x, const transport_id& on,
      const data_producer_entry& found, std::shared_ptr<void> quota_token,
      request_deadline limit,
      caf::typed_response_promise<reply::data_consumed> promise);

  void end_data_consumer(const data_consumer_over& x);
  void forget_data_producer(const data_producer_id& which);
  void forget_data_consumer(const data_consumer_id& which);

  // Ends all data producers and data consumers of a transport.
  void end_data_on(const transport_id& which, bool notify);

  // -- other verbs ------------------------------------------------------------

  // Sends `x` to the consumer, or to all if none is named.
  template <class Message>
  caf::result<reply::consumers>
  send_to_consumers(const std::optional<consumer_id>& which, const Message& x);

  // Requests from the room what only moderators may do.
  template <class Verb>
  caf::result<reply::ok> moderate(const Verb& x);

  template <class Message>
  caf::result<reply::ok> send_to_consumer(const consumer_id& which,
                                          const Message& x);

  // -- steps -----------------------------------------------------------------

  // A request to consume while the room searches for a producer.
  struct consumption {
    verb::consume x;
    transport_id on;
    std::shared_ptr<void> quota_token;
    find_producer wanted;
    caf::typed_response_promise<reply::consumed> promise;
    request_deadline limit;
    consume_cursor::search search = {}; // if no producer is named
    bool unfit = false; // found one that the client cannot decode
  };

  // Continues where the last search ended.
  void begin_search(consumption& what);

  // The producers that a search beyond `after` must skip, since they are
  // consumed on a transport that stays; and all of the peer's own.
  std::vector<producer_age> consumed_beyond(producer_age after) const;

  // Notes the progress of a search that names no producer.
  void note_searched(consumption& what, const producer_entry& found,
                     bool added);

  void find_and_consume(consumption what);

  // Makes the consumer of `found` on `on`, if negotiation succeeds.
  caf::expected<reply::consumed>
  add_consumer(const verb::consume& x, const transport_id& on,
               const producer_entry& found, std::shared_ptr<void> quota_token);

  // Removes it from the peer and its transport; the record is destroyed. A
  // consumer's producer may be found again, unless it is `gone`.
  void forget_producer(const producer_id& which);
  void forget_consumer(const consumer_id& which, bool gone = false);
  void forget_transport(const transport_id& which);

  // Closes it with everything on it. Does nothing if it does not exist.
  void end_transport(const transport_id& which);

  // Frees a slot: ends a transport that its client has closed or never used, if
  // there is one.
  bool close_unused();

  // Leaves the room and ends everything.
  void close_all();

  // The room dismisses this peer.
  void handle_dismissal(protocol::end_reason why);

  // Whether the current message is from a session that another has replaced.
  bool of_former_session() const;

  // The connection is lost, or the session ended without closing this peer.
  void handle_disconnect();

  // Undoes a join that the room granted after its deadline.
  void undo_join(const room_joined& entered);

  // The user is back on another connection.
  void adopt(adopt_session& x);

  // Ends what a client that came back no longer knows.
  void begin_anew();

  // A moderator mutes this peer.
  void handle_mute(std::optional<protocol::media_kind> kind);

  // A child ended by itself.
  void handle_down(const caf::down_msg& down);

  void notify_session(protocol::any_event x);

  transport_entry* find_transport(const transport_id& which);
  transport_entry* choose_to_connect(const verb::connect_transport& x);
  transport_entry* choose_to_send(const std::optional<transport_id>& which);
  transport_entry* choose_to_receive(const std::optional<transport_id>& which);

  // -- directions that the client does not name, in peer_directions.cpp -------

  void note_use(const transport_in_use& x);

  // Moves streams on the wrong transport, as far as that is known.
  void settle_directions();

  // The transport to which a consumer on `now` must move, or null.
  transport_entry* find_receiver(const transport_entry& now);

  void move(producer_record& x, transport_entry& to);
  void move(consumer_record& x, transport_entry& to);
  void note_move(const std::string& what, const transport_entry& to) const;

  // The oldest transport that fits, or null.
  template <class Predicate>
  transport_entry* first_transport(Predicate fits) {
    auto i = std::ranges::find_if(
        transports, [&](const auto& x) { return !x.leaving && fits(x); });
    return i == transports.end() ? nullptr : &*i;
  }

  // The newest transport that fits, or null.
  template <class Predicate>
  transport_entry* last_transport(Predicate fits) {
    auto i = std::find_if(transports.rbegin(), transports.rend(),
                          [&](const auto& x) { return !x.leaving && fits(x); });
    return i == transports.rend() ? nullptr : &*i;
  }

  // Whether any of the records is on that transport.
  template <class Records>
  static bool has_any(const Records& records, const transport_id& on) {
    return std::ranges::any_of(
        records, [&](const auto& x) { return x.transport == on; });
  }

  // Lets `carry_out` answer a verb, unless that comes too late or from a
  // session that another has replaced.
  template <class Verb, class F>
  auto on(F carry_out) {
    return [this, carry_out](Verb& x, const request_deadline& limit)
               -> caf::result<typename Verb::reply> {
      if (of_former_session())
        return refuse(error_code::not_joined);
      if (late(limit))
        return too_late();
      deadline = limit;
      return carry_out(x);
    };
  }

  bool late(const request_deadline& limit) const {
    return limit.passed(self->clock().now());
  }

  // The time left to the current request. Call it before the handler returns;
  // later steps keep the deadline itself.
  net::duration time_left() const {
    return deadline.left(self->clock().now());
  }

  // For requests that no client waits for.
  auto timeout() const {
    return services->settings.request_timeout;
  }

  pointer self;
  live_object alive{object_kind::peer};
  net::socket_address signaled_at;
  std::shared_ptr<const media_services> services;
  room_gate_actor gate;
  session_listener_actor session;
  scoped_monitor overseer; // the session, or the room while there is none
  std::unique_ptr<net::rng> random;
  protocol::ssrc_sequence ssrcs;
  room_directory_actor room; // set once joined
  shard_actor shard;         // set once joined
  std::shared_ptr<actors::speech_activity> speech;
  std::shared_ptr<loudest_speakers> loudest;
  // Limits the packets that its producers keep.
  std::shared_ptr<rtp::memory_budget> replay_budget =
      std::make_shared<rtp::memory_budget>();
  // Counts the messages that wait for its data consumers.
  std::shared_ptr<data_backlog> backlog = std::make_shared<data_backlog>();
  room_quotas quotas;
  std::optional<app_data_quota> app_data;
  bool hidden = false;       // not yet shown to others
  request_deadline deadline; // of the current request
  uint64_t joiner = 0;       // see adopt_session
  consume_cursor cursor;
  // The youngest producer that the peer has ever consumed, and whether it has
  // consumed any of its own.
  producer_age newest_consumed = 0;
  bool consumed_own = false;
  // It owns what it had before the connection was lost, and the client has not
  // shown yet that it knows this.
  bool resumed = false;
  protocol::participant_rights rights;
  room_id room_name;
  peer_id id;
  std::optional<protocol::rtp_capabilities> capabilities;
  std::vector<transport_entry> transports; // oldest first
  std::vector<producer_record> producers;
  std::vector<consumer_record> consumers;
  std::vector<data_producer_record> data_producers;
  std::vector<data_consumer_record> data_consumers;
  // Data producers whose channels the client closed; its request may follow.
  std::deque<data_producer_id> closed_data_producers;
};

/// The record of that id, or null.
template <class Records, class Id>
auto* find_record(Records& records, const Id& id) {
  auto i = std::ranges::find(records, id, [](const auto& x) { return x.id; });
  return i == records.end() ? nullptr : &*i;
}

} // namespace troupe::actors
