#pragma once

#include "actors/cluster/cluster_report.hpp"

#include <optional>
#include <string>

namespace troupe::actors {

/// The admin API's answer about the cluster; `{"enabled":false}` if this server
/// is alone. docs/openapi.json has the schema.
std::string cluster_json(const std::optional<cluster_report>& x);

} // namespace troupe::actors
