#pragma once

#include "actors/cluster/cluster_report.hpp"
#include "actors/http/prometheus_text.hpp"
#include "actors/stats/counters.hpp"

namespace troupe::actors {

/// Adds the metrics of a node's cluster. They name no node: the number of
/// series does not depend on the number of nodes.
void add_cluster_metrics(prometheus_text& out, const cluster_report& x);

/// Adds the media that crosses from node to node.
void add_trunk_metrics(prometheus_text& out, const trunk_totals& x);

} // namespace troupe::actors
