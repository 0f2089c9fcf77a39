#include "actors/http/cluster_metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace troupe::actors {

namespace {

// What all links have together, or their worst.
struct link_figures {
  std::array<uint64_t, node_state_count> nodes{};
  std::array<uint64_t, udp_state_count> ways{};
  std::chrono::microseconds rtt{0};
  double clock_offset = 0; // seconds
  uint64_t unacknowledged = 0;
};

link_figures figures_of(const cluster_report& x) {
  link_figures out;
  // The first is this node.
  for (size_t i = 1; i < x.nodes.size(); ++i) {
    const auto& node = x.nodes[i];
    ++out.nodes[static_cast<size_t>(node.state)];
    out.unacknowledged = std::max(out.unacknowledged, node.unacknowledged);
    if (node.state != node_state::connected)
      continue;
    ++out.ways[static_cast<size_t>(node.udp)];
    out.rtt = std::max(out.rtt, node.rtt);
    out.clock_offset = std::max(
        out.clock_offset,
        std::abs(std::chrono::duration<double>(node.clock_offset).count()));
  }
  return out;
}

void add_port(prometheus_text& out, const net::cluster_port_stats& x) {
  out.counter("troupe_cluster_link_octets_total",
              "Bytes of TLS's content on the links, by direction.");
  out.sample(x.octets_in, {{"direction", "in"}});
  out.sample(x.octets_out, {{"direction", "out"}});
  out.gauge("troupe_cluster_certificate_expiry_timestamp_seconds",
            "When this node's certificate in use for links expires, in seconds "
            "since 1970.");
  out.sample(static_cast<double>(x.certificate_expires));
  out.counter("troupe_cluster_frames_total",
              "Frames of other nodes that were passed on to the actors, or "
              "dropped since no link needs them.");
  out.sample(x.frames_passed, {{"what", "passed"}});
  out.sample(x.frames_dropped, {{"what", "dropped"}});
  out.counter("troupe_cluster_refused_total",
              "Connections that became no link, and links that were closed, "
              "by reason.");
  for (size_t i = 0; i < x.refused.size(); ++i)
    out.sample(x.refused[i],
               {{"reason", to_string(static_cast<net::link_refusal>(i))}});
}

} // namespace

void add_cluster_metrics(prometheus_text& out, const cluster_report& x) {
  const auto links = figures_of(x);
  out.gauge("troupe_cluster_nodes",
            "Other nodes of the cluster that this one knows, by state.");
  for (size_t i = 0; i < links.nodes.size(); ++i)
    out.sample(links.nodes[i],
               {{"state", to_string(static_cast<node_state>(i))}});
  out.gauge("troupe_cluster_link_rtt_seconds",
            "Longest round-trip time of a link.");
  out.sample(std::chrono::duration<double>(links.rtt).count());
  out.gauge("troupe_cluster_udp",
            "Connected nodes by whether media passes between them and this "
            "one.");
  for (size_t i = 0; i < links.ways.size(); ++i)
    out.sample(links.ways[i],
               {{"state", to_string(static_cast<udp_state>(i))}});
  out.gauge("troupe_cluster_clock_offset_seconds",
            "Largest difference between the clock of a connected node and this "
            "node's.");
  out.sample(links.clock_offset);
  out.gauge("troupe_cluster_unacknowledged_octets",
            "Most bytes sent on one link and not acknowledged.",
            links.unacknowledged);
  out.counter("troupe_cluster_suspects_total",
              "Times that another node became suspect: its link broke.",
              x.suspected);
  out.counter("troupe_cluster_deaths_total",
              "Times that another node was declared dead.", x.died);
  add_port(out, x.port);
  out.counter("troupe_cluster_violations_total",
              "Messages of other nodes that broke a rule.", x.violations);
  out.counter("troupe_cluster_quarantined_total",
              "Times that a node was put in quarantine for these.",
              x.quarantined);
  out.counter("troupe_cluster_unknown_messages_total",
              "Messages that this version does not know.", x.unknown_messages);
}

void add_trunk_metrics(prometheus_text& out, const trunk_totals& x) {
  out.counter("troupe_cluster_media_packets_total",
              "RTP packets from and to other nodes, by direction.");
  out.sample(x.packets_received, {{"direction", "in"}});
  out.sample(x.packets_sent, {{"direction", "out"}});
  out.counter("troupe_cluster_media_octets_total",
              "Bytes of these packets, as encrypted.");
  out.sample(x.octets_received, {{"direction", "in"}});
  out.sample(x.octets_sent, {{"direction", "out"}});
}

} // namespace troupe::actors
