#pragma once

#include "actors/config/config.hpp"
#include "actors/config/option_table.hpp"
#include "net/io/cluster/cluster_port.hpp"

#include <optional>
#include <string>

/// The keys `cluster.*`.
namespace troupe::actors {

/// Declares the keys.
void add_cluster_keys(option_table& table, config::cluster_keys& out);

/// Returns one line that names the key if these values cannot be used together:
/// a key is missing, or the timeout is too short. Nothing while `cluster.name`
/// is empty, whatever the others say.
std::optional<std::string> find_cluster_fault(const config::cluster_keys& in);

/// The name of this node: `cluster.node`, or else the host's.
std::string cluster_node_name(const config::cluster_keys& in);

/// Converts the keys for the port to other nodes. Other nodes are to send media
/// to `media_port` of `cluster.media-address`, or of the address to listen on.
/// The caller sets incarnation and levels. Expects that find_cluster_fault()
/// finds none.
net::cluster_settings to_cluster_port(const config::cluster_keys& in,
                                      uint16_t media_port);

} // namespace troupe::actors
