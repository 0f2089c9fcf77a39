#pragma once

#include "actors/cluster/room_link.hpp"
#include "actors/data/data_links.hpp"
#include "actors/transport/media_services.hpp"

#include <memory>
#include <string>

namespace troupe::actors {

/// What the rooms of a clustered node need to be one with the rooms of other
/// nodes.
struct room_cluster {
  cluster_rooms_actor cluster;
  /// This node's name and incarnation.
  std::string node;
  uint64_t incarnation = 0;
  /// Where it takes media from other nodes.
  net::socket_address media_address;
  std::shared_ptr<const media_services> media;
  /// Never null.
  std::shared_ptr<data_links> data = std::make_shared<data_links>();
};

} // namespace troupe::actors
