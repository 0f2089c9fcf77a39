#pragma once

#include "actors/peer/consume_requests.hpp"
#include "actors/peer/peer_consumers.hpp"
#include "actors/peer/peer_data_consumers.hpp"
#include "actors/peer/peer_data_producers.hpp"
#include "actors/peer/peer_producers.hpp"

namespace troupe::actors {

/// INTERNAL to the peer actor: what its transports carry.
struct peer_streams {
  peer_streams(peer_context& peer, transport_table& transports,
               peer_media_table& media, peer_data_table& data,
               const transport_directions& directions)
      : producers(peer, transports, media, directions)
      , requests(peer, transports, media, directions)
      , consumers(peer, transports, media)
      , data_producers(peer, data, directions)
      , data_consumers(peer, transports, data, directions) {}

  /// Closes the data producers and data consumers on a transport.
  void close_data_on(const transport_id& which, bool notify_client) {
    data_producers.close_on(which);
    data_consumers.close_on(which, notify_client);
  }

  /// Closes all that a transport carries, and notifies the client.
  void close_on(const transport_id& which) {
    producers.close_on(which);
    consumers.close_on(which);
    close_data_on(which, true);
  }

  peer_producers producers;
  consume_requests requests;
  peer_consumers consumers;
  peer_data_producers data_producers;
  peer_data_consumers data_consumers;
};

} // namespace troupe::actors
