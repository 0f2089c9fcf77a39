#pragma once

#include "actors/cluster/cluster_report.hpp"
#include "actors/http/prometheus_text.hpp"

namespace troupe::actors {

/// Adds the metrics of a node's cluster. They name no node: the number of
/// series does not depend on the number of nodes.
void add_cluster_metrics(prometheus_text& out, const cluster_report& x);

} // namespace troupe::actors
