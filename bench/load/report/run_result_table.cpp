#include "bench/load/report/run_result.hpp"
#include "bench/load/report/text_table.hpp"

namespace troupe::load {

namespace {

std::string count(uint64_t x) {
  return in_thousands(static_cast<double>(x));
}

// Formats a whole number without decimals, any other with up to two.
std::string plain(double x) {
  auto text = in_thousands(x, 2);
  return text.ends_with(".00") ? text.substr(0, text.size() - 3) : text;
}

std::string parameters_of(const run_result& run) {
  std::string out;
  for (auto& [name, x] : run.labels)
    out += " " + name + "=" + x;
  for (auto& [name, x] : run.parameters)
    out += " " + name + "=" + plain(x);
  return out;
}

std::string heading(const run_result& run) {
  std::string out;
  for (auto& reason : run.void_reasons)
    out += "VOID: " + reason + "\n";
  out += run.scenario + parameters_of(run) + "\n";
  out += run.server + " " + run.commit + ", " + run.date + ", "
         + plain(run.seconds) + " s measured\n";
  out += run.machine.cpu + ", " + std::to_string(run.machine.cores) + " cores, "
         + run.machine.kernel + ", load " + in_thousands(run.machine.load, 2)
         + "\n";
  if (!run.command.empty())
    out += run.command + "\n";
  return out;
}

void add_flow(text_table& out, const char* name, const run_result& run,
              const flow_totals& flow) {
  out.row({name, in_thousands(packets_per_second(run, flow)) + " packets/s",
           in_thousands(gigabits_per_second(run, flow), 3) + " Gbit/s"});
}

void add_times(text_table& out, const std::string& name,
               const time_quantiles& times) {
  if (times.samples == 0)
    return;
  auto ms = [](const char* what, double x) {
    return std::string{what} + " " + in_thousands(x, 3) + " ms";
  };
  out.row({name, ms("p50", times.p50), ms("p99", times.p99),
           ms("p99.9", times.p999), ms("max", times.max)});
}

void add_delivery(text_table& out, const std::string& name,
                  const delivery& kind) {
  if (kind.expected == 0 && kind.received == 0)
    return;
  out.row({name + " packets", count(kind.received) + " received",
           count(kind.lost) + " lost", count(kind.duplicates) + " twice",
           count(kind.reordered) + " reordered"});
  add_times(out, name + " added latency", kind.latency);
}

void add_costs(text_table& out, const run_result& run) {
  auto& costs = run.costs;
  if (auto cost = cpu_ns_per_packet(run))
    out.row({"CPU per forwarded packet", in_thousands(*cost) + " ns"});
  if (auto least = floor_ns_per_packet(run))
    out.row({"floor", in_thousands(*least) + " ns"});
  if (auto ratio = floor_ratio(run))
    out.row({"ratio to the floor", in_thousands(*ratio, 2)});
  if (auto ratio = fanout_floor_ratio(run))
    out.row({"ratio to the fan-out floor", in_thousands(*ratio, 2)});
  if (auto least = batched_floor_ns_per_packet(run))
    out.row({"batched floor", in_thousands(*least) + " ns"});
  else if (run.batched_floor)
    out.row({"batched floor", "void: it changed during the run",
             in_thousands(run.batched_floor->before_ns) + " ns before",
             in_thousands(run.batched_floor->after_ns) + " ns after"});
  if (auto ratio = batched_floor_ratio(run))
    out.row({"ratio to the batched floor", in_thousands(*ratio, 2)});
  auto share = [&](uint64_t ns) {
    auto cores =
        run.seconds > 0 ? static_cast<double>(ns) / 1e9 / run.seconds : 0.0;
    return in_thousands(cores * 100, 1) + " % of a core";
  };
  out.row({"server CPU", share(costs.cpu_ns)});
  for (auto& [name, ns] : costs.threads)
    out.row({"  " + name, share(ns)});
  out.row({"context switches", count(costs.voluntary_switches) + " voluntary",
           count(costs.involuntary_switches) + " involuntary"});
  if (costs.resident > 0)
    out.row({"resident", count(costs.resident / 1024) + " KiB"});
}

void add_if(text_table& out, const char* name, std::optional<double> x) {
  if (x)
    out.row({name, plain(*x)});
}

} // namespace

std::string to_table(const run_result& run) {
  text_table out;
  add_flow(out, "in", run, run.in);
  add_flow(out, "out", run, run.out);
  add_costs(out, run);
  add_delivery(out, "audio", run.audio);
  add_delivery(out, "video", run.video);
  add_times(out, "frame latency", run.frame_latency);
  add_times(out, "key-frame latency", run.keyframe_latency);
  add_times(out, "join", run.join);
  add_times(out, "join, server", run.join_server);
  add_if(out, "octets per peer", run.octets_per_peer);
  add_if(out, "octets per consumer", run.octets_per_consumer);
  add_if(out, "datagrams per send call", run.mean_batch);
  add_if(out, "segments per GSO run", run.mean_gso_run);
  for (auto& [name, x] : run.extra)
    out.row({name, plain(x)});
  return heading(run) + out.str();
}

} // namespace troupe::load
