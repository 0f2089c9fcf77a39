#pragma once

#include "actors/peer/peer_context.hpp"
#include "actors/peer/peer_data_table.hpp"
#include "actors/peer/peer_media_table.hpp"
#include "actors/peer/transport_table.hpp"

namespace troupe::actors {

/// INTERNAL to the peer actor: the statistics of its transports, producers,
/// consumers, data producers and data consumers.
class peer_stats {
public:
  peer_stats(peer_context& peer, const transport_table& transports,
             const peer_media_table& media, const peer_data_table& data)
      : peer_(peer)
      , transports_(transports)
      , media_(media)
      , data_(data) {}

  /// Of one of them. Errors: bad_request, if no object has that id.
  caf::result<reply::stats> get(const std::string& which);

  /// Of all of them, in one array.
  caf::result<reply::stats> collect();

private:
  peer_context& peer_;
  const transport_table& transports_;
  const peer_media_table& media_;
  const peer_data_table& data_;
};

} // namespace troupe::actors
