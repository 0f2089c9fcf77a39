#include "bench/load/drill/drill_figures.hpp"

#include "protocol/json/json_writer.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

double milliseconds(net::duration x) {
  return std::chrono::duration<double, std::milli>(x).count();
}

double seconds(net::time_point x) {
  return std::chrono::duration<double>(x.time_since_epoch()).count();
}

void write_flows(protocol::json_writer& out, const drill_figures& x) {
  out.key("flows").begin_array();
  for (const auto& [servers, flow] : x.flows)
    out.begin_object()
        .add("to", servers.first)
        .add("from", servers.second)
        .add("consumers", flow.consumers)
        .add("packets", flow.packets)
        .add("lost", flow.lost)
        .add("duplicates", flow.duplicates)
        .add("silent", flow.silent)
        .add("longestGapMs", milliseconds(flow.longest_gap))
        .end_object();
  out.end_array();
}

void write_events(protocol::json_writer& out, const drill_figures& x) {
  out.key("events").begin_object();
  for (const auto& [name, event] : x.events)
    out.key(name)
        .begin_object()
        .add("count", event.count)
        .add("first", seconds(event.first))
        .add("last", seconds(event.last))
        .end_object();
  out.end_object();
}

} // namespace

void drill_flow::add(const consumer_report& x, net::time_point end) {
  ++consumers;
  packets += x.sequence.received;
  lost += x.sequence.lost;
  duplicates += x.sequence.duplicates;
  silent += x.sequence.received == 0 ? 1 : 0;
  if (x.last_packet)
    longest_gap = std::max({longest_gap, x.longest_gap, end - *x.last_packet});
}

void drill_event::add(net::time_point at) {
  if (count++ == 0)
    first = at;
  last = at;
}

std::string to_json(const std::string& name, const drill_figures& x) {
  protocol::json_writer out;
  out.begin_object()
      .add("phase", name)
      .add("seconds", milliseconds(x.end - x.begin) / 1000)
      .add("joins", x.joins)
      .add("refused", x.refused)
      .add("failed", x.failed)
      .add("ended", x.ended)
      .add("problem", x.problem)
      .add("back", x.back.count())
      .add("longestBackMs", milliseconds(x.back.max()))
      .add("longestDelayMs", milliseconds(x.longest_delay))
      .add("generatorLateMs", milliseconds(x.health.lateness.max()))
      .add("generatorDrops", x.health.kernel_drops)
      .add("generatorSkipped", x.health.frames_skipped);
  write_flows(out, x);
  write_events(out, x);
  return out.end_object().str();
}

} // namespace troupe::load
