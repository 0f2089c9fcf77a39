#pragma once

#include "bench/load/report/run_result.hpp"

#include <type_traits>

namespace troupe::load {

/// The members of each struct of a result with their names in JSON, shared by
/// writing and reading. `f(name, member)` is called for each; `X` is the
/// struct, const or not.
template <class X, class Struct>
concept like = std::is_same_v<std::remove_const_t<X>, Struct>;

template <like<flow_totals> X, class F>
void each_member(X& x, F&& f) {
  f("packets", x.packets);
  f("octets", x.octets);
}

template <like<time_quantiles> X, class F>
void each_member(X& x, F&& f) {
  f("samples", x.samples);
  f("p50", x.p50);
  f("p99", x.p99);
  f("p999", x.p999);
  f("max", x.max);
}

template <like<delivery> X, class F>
void each_member(X& x, F&& f) {
  f("expected", x.expected);
  f("received", x.received);
  f("lost", x.lost);
  f("duplicates", x.duplicates);
  f("reordered", x.reordered);
  f("latencyMs", x.latency);
}

template <like<server_costs> X, class F>
void each_member(X& x, F&& f) {
  f("cpuNs", x.cpu_ns);
  f("userNs", x.user_ns);
  f("systemNs", x.system_ns);
  f("voluntarySwitches", x.voluntary_switches);
  f("involuntarySwitches", x.involuntary_switches);
  f("threadsCpuNs", x.threads);
  f("residentOctets", x.resident);
}

template <like<machine_info> X, class F>
void each_member(X& x, F&& f) {
  f("cpu", x.cpu);
  f("cores", x.cores);
  f("kernel", x.kernel);
  f("load", x.load);
}

template <like<floor_figure> X, class F>
void each_member(X& x, F&& f) {
  f("octets", x.octets);
  f("fanOut", x.fan_out);
  f("medianNs", x.median_ns);
  f("lowNs", x.low_ns);
  f("highNs", x.high_ns);
  f("delivered", x.delivered);
  f("taken", x.received);
  f("sent", x.sent);
}

template <like<floor_report> X, class F>
void each_member(X& x, F&& f) {
  f("backend", x.backend);
  f("figures", x.figures);
}

template <like<batched_floor> X, class F>
void each_member(X& x, F&& f) {
  f("beforeNs", x.before_ns);
  f("afterNs", x.after_ns);
}

template <like<run_result> X, class F>
void each_member(X& x, F&& f) {
  f("scenario", x.scenario);
  f("parameters", x.parameters);
  f("labels", x.labels);
  f("server", x.server);
  f("command", x.command);
  f("commit", x.commit);
  f("machine", x.machine);
  f("date", x.date);
  f("seconds", x.seconds);
  f("in", x.in);
  f("out", x.out);
  f("costs", x.costs);
  f("audio", x.audio);
  f("video", x.video);
  f("frameLatencyMs", x.frame_latency);
  f("keyframeLatencyMs", x.keyframe_latency);
  f("joinMs", x.join);
  f("joinServerMs", x.join_server);
  f("octetsPerPeer", x.octets_per_peer);
  f("octetsPerConsumer", x.octets_per_consumer);
  f("meanBatch", x.mean_batch);
  f("meanGsoRun", x.mean_gso_run);
  f("floor", x.floor);
  f("batchedFloor", x.batched_floor);
  f("extra", x.extra);
  f("void", x.void_reasons);
}

} // namespace troupe::load
