#pragma once

#include "actors/base/member_name.hpp"
#include "actors/base/tick_queue.hpp"
#include "actors/load/overload_state_board.hpp"
#include "actors/sctp/data_messages.hpp"
#include "actors/sctp/data_switch.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// A transport will carry an association, which waits for the client to start.
struct open_association {
  transport_key transport{};
  transport_id id;
  data_transport_actor out;
  /// May be null.
  sctp_listener_actor listener;
  /// Shared by the client's transports. Null if it has only one.
  std::shared_ptr<data_backlog> backlog = {};
  /// For the log.
  member_name owner = {};
};

/// The transport or its DTLS has ended. Ends the association, and notifies the
/// data consumers on it.
struct close_association {
  transport_key transport{};
};

/// Adds a data producer, to which messages on that stream belong. Without a
/// transport it is a direct one, which gets its messages by `send_direct_data`.
struct add_data_producer {
  data_producer_key producer{};
  std::optional<transport_key> transport;
  net::sctp_stream_id stream = 0;
  bool paused = false;
  /// May be null.
  data_producer_events_actor events = {};
  /// Of a direct one: `events` gets `data_taken`.
  bool reports_taken = false;
};

/// Ends a data producer and closes its channel. Its direct consumers end, and
/// others stay, but get nothing more from it.
struct remove_data_producer {
  data_producer_key producer{};
};

struct set_data_producer_paused {
  data_producer_key producer{};
  bool paused = false;
};

/// Messages of a direct producer.
struct send_direct_data {
  data_producer_key producer{};
  std::vector<data_message> messages;
};

/// Adds a data consumer. Without a transport it is a direct one, which gets
/// messages by `data_arrived`.
struct add_data_consumer {
  data_consumer_key consumer{};
  data_producer_key producer{};
  std::optional<transport_key> transport;
  net::sctp_reliability reliability = {};
  std::vector<subchannel> subchannels = {};
  bool paused = false;
  /// May be null.
  data_consumer_events_actor events = {};
  /// Of a direct consumer, which calls leave() for what it has taken. May be
  /// null.
  std::shared_ptr<in_flight_gauge> gauge = {};
};

/// Ends a data consumer and closes its channel.
struct remove_data_consumer {
  data_consumer_key consumer{};
};

struct set_data_consumer_paused {
  data_consumer_key consumer{};
  bool paused = false;
};

/// Sets the subchannels of a consumer.
struct set_data_subchannels {
  data_consumer_key consumer{};
  std::vector<subchannel> subchannels;
};

/// Sets the number of waiting octets at which it sends `data_buffered_low`.
struct set_data_low_threshold {
  data_consumer_key consumer{};
  uint32_t octets = 0;
};

/// A message of the server for one consumer alone, even if it is paused.
struct send_to_data_consumer {
  data_consumer_key consumer{};
  data_message message;
};

struct get_data_producer_stats {
  data_producer_key producer{};
};

struct get_data_consumer_stats {
  data_consumer_key consumer{};
};

struct get_sctp_stats {
  transport_key transport{};
};

/// INTERNAL: the timers of all associations.
struct sctp_tick {};

/// INTERNAL: follows the messages that were in the mailbox.
struct sctp_flush {};

/// The SCTP actor interface: one for the process. It runs the associations of
/// all transports and the fan-out of all data producers, whose actors keep
/// control and lifetime.
///
/// Requests for something that is gone are ignored, or answered with an error.
using sctp_actor = caf::typed_actor<
    // -- transports
    caf::reacts_to<open_association>, caf::reacts_to<close_association>,
    // The application data of one burst.
    caf::reacts_to<application_data_received>,
    // -- data producers
    // Errors: transport_not_found, bad_request (the stream's id is too high, or
    // another producer's).
    caf::replies_to<add_data_producer>::with<done>,
    caf::reacts_to<remove_data_producer>,
    caf::reacts_to<set_data_producer_paused>, caf::reacts_to<send_direct_data>,
    // -- data consumers
    // Picks the stream. Errors: transport_not_found, producer_not_found,
    // limit_reached (no stream is free).
    caf::replies_to<add_data_consumer>::with<data_consumer_added>,
    caf::reacts_to<remove_data_consumer>,
    caf::reacts_to<set_data_consumer_paused>,
    caf::reacts_to<set_data_subchannels>,
    caf::reacts_to<set_data_low_threshold>,
    caf::reacts_to<send_to_data_consumer>,
    // -- statistics; all zero for what is gone
    caf::replies_to<get_data_producer_stats>::with<data_producer_stats>,
    caf::replies_to<get_data_consumer_stats>::with<data_consumer_stats>,
    caf::replies_to<get_sctp_stats>::with<sctp_transport_stats>,
    // INTERNAL
    caf::reacts_to<sctp_tick>, caf::reacts_to<sctp_flush>>;

/// Parameters of the sctp actor.
struct sctp_services {
  data_limits limits = {};
  /// Runs its timers; null leaves those to CAF's clock.
  tick_queue* ticks = nullptr;
  /// Receives what it counts.
  std::shared_ptr<overload_state_board> load =
      std::make_shared<overload_state_board>();
};

sctp_actor spawn_sctp(caf::actor_system& system, sctp_services services);

} // namespace troupe::actors
