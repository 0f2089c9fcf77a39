#include "actors/http/cluster_json.hpp"

#include "protocol/json/json_writer.hpp"

namespace troupe::actors {

namespace {

using protocol::json_writer;

double to_ms(std::chrono::microseconds x) {
  return std::chrono::duration<double, std::milli>(x).count();
}

// The incarnation is a text: JavaScript has no integers of 64 bits.
void write_node(json_writer& out, const node_report& x) {
  out.begin_object()
      .add("name", x.name)
      .add("incarnation", std::to_string(x.incarnation))
      .add("state", to_string(x.state))
      .add("level", x.level)
      .add("load", x.load)
      .add("draining", x.draining)
      .add("media", x.media)
      .add("publicUrl", x.public_url)
      .add("rooms", x.rooms)
      .add("members", x.members)
      .add("rttMs", to_ms(x.rtt))
      .add("clockOffsetMs", x.clock_offset.count())
      .add("sinceMs", x.since.count())
      .add("unacknowledged", x.unacknowledged)
      .add("udp", to_string(x.udp))
      .end_object();
}

void add_links(json_writer& out, const net::cluster_port_stats& x) {
  out.key("links")
      .begin_object()
      .add("open", x.links)
      .add("handshakes", x.handshakes)
      .add("bytesReceived", x.octets_in)
      .add("bytesSent", x.octets_out)
      .add("framesPassed", x.frames_passed)
      .add("framesDropped", x.frames_dropped);
  out.key("refused").begin_object();
  for (size_t i = 0; i < x.refused.size(); ++i)
    out.add(to_string(static_cast<net::link_refusal>(i)), x.refused[i]);
  out.end_object().end_object();
}

} // namespace

std::string cluster_json(const std::optional<cluster_report>& x) {
  json_writer out;
  out.begin_object().add("enabled", x.has_value());
  if (!x)
    return out.end_object().str();
  out.add("cluster", x->cluster);
  out.key("nodes").begin_array();
  for (const auto& node : x->nodes)
    write_node(out, node);
  out.end_array();
  out.add("suspected", x->suspected)
      .add("died", x->died)
      .add("violations", x->violations)
      .add("quarantined", x->quarantined)
      .add("unknownMessages", x->unknown_messages);
  add_links(out, x->port);
  return out.end_object().str();
}

} // namespace troupe::actors
