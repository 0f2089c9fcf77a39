#include "actors/http/cluster_metrics.hpp"

#include "actors/http/metrics.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

node_report seen_node(node_state state, std::chrono::microseconds rtt,
                      uint64_t unacknowledged) {
  node_report out;
  out.state = state;
  out.rtt = rtt;
  out.unacknowledged = unacknowledged;
  return out;
}

std::string page_of(const cluster_report& x) {
  prometheus_text out;
  add_cluster_metrics(out, x);
  return out.text();
}

bool has_line(const std::string& page, const std::string& line) {
  return page.find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("a server without a cluster has no metrics of one") {
  CHECK(render_metrics({}).find("troupe_cluster") == std::string::npos);
}

TEST_CASE("other nodes are counted by state, this one is not") {
  cluster_report x;
  x.nodes = {seen_node(node_state::connected, 0us, 0),
             seen_node(node_state::connected, 200us, 70),
             seen_node(node_state::connected, 500ms, 5),
             seen_node(node_state::dead, 3s, 0)};
  auto page = page_of(x);
  CHECK(has_line(page, "troupe_cluster_nodes{state=\"connected\"} 2"));
  CHECK(has_line(page, "troupe_cluster_nodes{state=\"suspect\"} 0"));
  CHECK(has_line(page, "troupe_cluster_nodes{state=\"dead\"} 1"));
  // A dead node's last round-trip time says nothing any more.
  CHECK(has_line(page, "troupe_cluster_link_rtt_seconds 0.5"));
  CHECK(has_line(page, "troupe_cluster_unacknowledged_octets 70"));
}

TEST_CASE("the ways and clocks of connected nodes are in the metrics") {
  cluster_report x;
  x.nodes = {seen_node(node_state::connected, 0us, 0),
             seen_node(node_state::connected, 0us, 0),
             seen_node(node_state::connected, 0us, 0),
             seen_node(node_state::dead, 0us, 0)};
  x.nodes[1].udp = udp_state::works;
  x.nodes[1].clock_offset = 250ms;
  x.nodes[2].udp = udp_state::incoming_lost;
  x.nodes[2].clock_offset = -1'500ms;
  x.nodes[3].udp = udp_state::works;
  x.nodes[3].clock_offset = 9s;
  auto page = page_of(x);
  CHECK(has_line(page, "troupe_cluster_udp{state=\"unknown\"} 0"));
  CHECK(has_line(page, "troupe_cluster_udp{state=\"works\"} 1"));
  CHECK(has_line(page, "troupe_cluster_udp{state=\"incoming-lost\"} 1"));
  CHECK(has_line(page, "troupe_cluster_udp{state=\"outgoing-lost\"} 0"));
  CHECK(has_line(page, "troupe_cluster_clock_offset_seconds 1.5"));
}

TEST_CASE("the counters of the cluster and of its port are written") {
  cluster_report x;
  x.suspected = 1;
  x.died = 2;
  x.violations = 3;
  x.quarantined = 4;
  x.unknown_messages = 5;
  x.port.octets_in = 6;
  x.port.octets_out = 7;
  x.port.frames_passed = 8;
  x.port.frames_dropped = 9;
  x.port.refused[static_cast<size_t>(net::link_refusal::other_cluster)] = 10;
  x.port.certificate_expires = 1'800'000'001;
  auto page = page_of(x);
  for (std::string line :
       {"troupe_cluster_suspects_total 1", "troupe_cluster_deaths_total 2",
        "troupe_cluster_violations_total 3",
        "troupe_cluster_quarantined_total 4",
        "troupe_cluster_unknown_messages_total 5",
        "troupe_cluster_certificate_expiry_timestamp_seconds 1800000001",
        "troupe_cluster_link_octets_total{direction=\"in\"} 6",
        "troupe_cluster_link_octets_total{direction=\"out\"} 7",
        "troupe_cluster_frames_total{what=\"passed\"} 8",
        "troupe_cluster_frames_total{what=\"dropped\"} 9",
        "troupe_cluster_refused_total{reason=\"other_cluster\"} 10",
        "troupe_cluster_refused_total{reason=\"tls\"} 0"}) {
    CAPTURE(line);
    CHECK(has_line(page, line));
  }
}

TEST_CASE("media between nodes is written by direction") {
  metrics_snapshot x;
  x.trunks = {1, 2, 3, 4};
  CHECK(render_metrics(x).find("cluster_media") == std::string::npos);
  x.cluster.emplace();
  const auto page = render_metrics(x);
  for (std::string line :
       {"troupe_cluster_media_packets_total{direction=\"out\"} 1",
        "troupe_cluster_media_octets_total{direction=\"out\"} 2",
        "troupe_cluster_media_packets_total{direction=\"in\"} 3",
        "troupe_cluster_media_octets_total{direction=\"in\"} 4"}) {
    CAPTURE(line);
    CHECK(has_line(page, line));
  }
}
