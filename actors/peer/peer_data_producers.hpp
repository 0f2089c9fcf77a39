#pragma once

#include "actors/peer/peer_context.hpp"
#include "actors/peer/peer_data_table.hpp"
#include "actors/peer/transport_directions.hpp"

namespace troupe::actors {

/// INTERNAL to the peer actor: its data producers.
class peer_data_producers {
public:
  peer_data_producers(peer_context& peer, peer_data_table& data,
                      const transport_directions& directions)
      : peer_(peer)
      , data_(data)
      , directions_(directions) {}

  // -- verbs ------------------------------------------------------------------

  caf::result<reply::data_produced> produce(verb::produce_data& x);
  caf::result<reply::ok> set_paused(const data_producer_id& which, bool paused);
  caf::result<reply::ok> close(const data_producer_id& which);

  // -- what others cause ------------------------------------------------------

  /// A data producer has ended by itself: its client has closed the channel.
  /// Returns false if the peer has none of that address.
  bool handle_down(const caf::actor_addr& ended);

  /// Closes all data producers on a transport.
  void close_on(const transport_id& which);

private:
  // The transport on which the peer may produce, or why it may not.
  caf::expected<transport_record*> admit(const verb::produce_data& x) const;

  // Spawns the data producer and adds it to the table. Returns how the others
  // are to see it.
  data_producer_entry create(const verb::produce_data& x,
                             const transport_record& on,
                             std::shared_ptr<void> quota_tokens);

  // It is registered with the data switch: answers, and tells the room.
  void publish(data_producer_entry entry, const request_deadline& limit,
               caf::typed_response_promise<reply::data_produced> promise);

  // Ends a data producer that was not published.
  void abandon(const data_producer_id& which, const data_producer_actor& actor);

  // Removes it from the peer.
  void forget(const data_producer_id& which);

  peer_context& peer_;
  peer_data_table& data_;
  const transport_directions& directions_;
};

} // namespace troupe::actors
