#pragma once

#include "actors/peer/peer_context.hpp"
#include "actors/peer/peer_data_table.hpp"
#include "actors/peer/transport_directions.hpp"

namespace troupe::actors {

/// INTERNAL to the peer actor: its data consumers.
class peer_data_consumers {
public:
  peer_data_consumers(peer_context& peer, transport_table& transports,
                      peer_data_table& data,
                      const transport_directions& directions)
      : peer_(peer)
      , transports_(transports)
      , data_(data)
      , directions_(directions) {}

  // -- verbs ------------------------------------------------------------------

  caf::result<reply::data_consumed> consume(const verb::consume_data& x);

  /// Pauses or resumes a data consumer, or all if none is named.
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
  caf::result<reply::data_producers> list_producers();
  caf::result<reply::chat_history> chat_history();

  // -- what others cause ------------------------------------------------------

  /// A data consumer has ended.
  void handle_end(const data_consumer_over& x);

  void notify(const data_source_paused& x) const;

  /// Closes all data consumers on a transport; notifies the client if so asked.
  void close_on(const transport_id& which, bool notify_client);

private:
  // A request while the room searches for a data producer.
  struct consumption {
    verb::consume_data x;
    transport_id on;
    std::shared_ptr<void> quota_token;
    caf::typed_response_promise<reply::data_consumed> promise;
    request_deadline limit;
  };

  // The transport on which the peer may consume, or why it may not.
  caf::expected<transport_record*> admit(const verb::consume_data& x) const;

  // Makes the data consumer of `found`, and answers.
  void add(const consumption& what, const data_producer_entry& found);

  // Spawns it and adds it to the table.
  const data_consumer_record& create(const consumption& what,
                                     const transport_record& on,
                                     const data_producer_entry& found);

  // Registers it with the data switch, and answers.
  void begin(const data_consumer_record& record,
             const data_producer_entry& found, const consumption& what);

  template <class Change>
  caf::result<reply::data_subchannels>
  change_subchannels(const data_consumer_id& which, Change change);

  peer_context& peer_;
  transport_table& transports_;
  peer_data_table& data_;
  const transport_directions& directions_;
};

} // namespace troupe::actors
