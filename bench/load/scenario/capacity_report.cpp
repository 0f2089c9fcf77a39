// The report of a search for the highest load.

#include "bench/load/report/report_writer.hpp"
#include "bench/load/report/text_table.hpp"
#include "bench/load/scenario/capacity.hpp"

#include <functional>

namespace troupe::load {

namespace {

std::string in_rooms(uint32_t x) {
  return std::to_string(x) + (x == 1 ? " room" : " rooms");
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& x : parts)
    out += (out.empty() ? "" : "; ") + x;
  return out;
}

std::string percent(double share) {
  return in_thousands(share * 100) + " %";
}

std::vector<std::string> cells_of(const capacity_step& x) {
  return {in_rooms(x.rooms),
          in_thousands(x.packets_per_second) + " packets/s out",
          percent(x.server_cpu) + " of a core",
          "p99 " + in_thousands(x.latency_ms, 1) + " ms",
          "  " + (x.verdict.held() ? "holds" : joined(x.verdict.reasons))};
}

std::string heading(const capacity_result& x) {
  auto out = x.scenario + ": ";
  if (x.rooms == 0)
    out +=
        x.border > 1u ? "nothing holds for longer" : "not even one room holds";
  else
    out += in_rooms(x.rooms) + " at a time hold" + (x.rooms == 1 ? "s" : "");
  if (x.border)
    out += ", " + std::to_string(*x.border) + " do not";
  return out + "\n" + std::string{describe(x.limit)} + "\n";
}

using figure = std::function<std::string(const run_result&)>;

std::string times_of(const time_quantiles& x) {
  if (x.samples == 0)
    return "-";
  return in_thousands(x.p50, 2) + " / " + in_thousands(x.p99, 2);
}

std::string extra_share(const run_result& run, const std::string& name) {
  auto x = run.extra.find(name);
  return x == run.extra.end() ? "-" : percent(x->second);
}

figure optional_of(std::function<std::optional<double>(const run_result&)> x,
                   int digits) {
  return [x = std::move(x), digits](const run_result& run) {
    auto value = x(run);
    return value ? in_thousands(*value, digits) : "-";
  };
}

// The figures of the longer runs, side by side.
std::string figures_of(const std::vector<run_result>& runs) {
  text_table out;
  auto add = [&](const char* name, const figure& of) {
    std::vector<std::string> cells{name};
    for (const auto& run : runs)
      cells.push_back(of(run));
    out.row(std::move(cells));
  };
  add("", [](auto& run) { return run.labels.at("load"); });
  add("rooms",
      [](auto& run) { return in_thousands(run.parameters.at("rooms")); });
  add("packets/s in",
      [](auto& run) { return in_thousands(packets_per_second(run, run.in)); });
  add("packets/s out",
      [](auto& run) { return in_thousands(packets_per_second(run, run.out)); });
  add("server CPU, of a core",
      [](auto& run) { return extra_share(run, "server_cpu_share"); });
  add("CPU ns per packet", optional_of(cpu_ns_per_packet, 0));
  add("floor, ns",
      optional_of([](auto& run) { return floor_ns_per_packet(run); }, 0));
  add("ratio to the floor", optional_of(floor_ratio, 2));
  add("ratio to the fan-out floor", optional_of(fanout_floor_ratio, 2));
  add("audio latency p50 / p99, ms",
      [](auto& run) { return times_of(run.audio.latency); });
  add("video latency p50 / p99, ms",
      [](auto& run) { return times_of(run.video.latency); });
  add("packets lost", [](auto& run) {
    return in_thousands(static_cast<double>(run.audio.lost + run.video.lost));
  });
  add("generator CPU, of a core",
      [](auto& run) { return extra_share(run, "generator_cpu_share"); });
  std::string text = out.str();
  for (const auto& run : runs)
    for (const auto& reason : run.void_reasons)
      text += "VOID at " + run.labels.at("load") + ": " + reason + "\n";
  return text;
}

} // namespace

std::string_view to_string(limit_cause x) {
  switch (x) {
    case limit_cause::range:
      return "range";
    case limit_cause::server:
      return "server";
    case limit_cause::generator:
      return "generator";
    case limit_cause::unclear:
      return "unclear";
  }
  return "unknown";
}

std::string_view describe(limit_cause x) {
  switch (x) {
    case limit_cause::range:
      return "no limit was found: the largest allowed number of rooms holds";
    case limit_cause::server:
      return "the server was the limit";
    case limit_cause::generator:
      return "the generator was the limit: this machine cannot offer more, the "
             "server may carry more";
    case limit_cause::unclear:
      return "not all members joined: the cause of the limit is unknown";
  }
  return "unknown";
}

std::string to_table(const capacity_step& x) {
  return text_table{}.row(cells_of(x)).str();
}

std::string to_table(const capacity_result& x) {
  text_table steps;
  for (const auto& step : x.steps)
    steps.row(cells_of(step));
  auto out = steps.str() + "\n" + heading(x);
  return x.runs.empty() ? out : out + figures_of(x.runs);
}

std::string to_json(const capacity_result& x) {
  report_writer out;
  out.open();
  out.member("scenario", x.scenario);
  out.member("rooms", x.rooms);
  out.member("border", x.border);
  out.member("limit", std::string{to_string(x.limit)});
  out.list("steps", x.steps, [&](const capacity_step& step) {
    out.member("rooms", step.rooms);
    out.member("held", step.verdict.held());
    out.member("reasons", step.verdict.reasons);
    out.member("seconds", step.seconds);
    out.member("packetsPerSecondOut", step.packets_per_second);
    out.member("serverCpuShare", step.server_cpu);
    out.member("latencyMsP99", step.latency_ms);
  });
  out.list("runs", x.runs, [&](const run_result& run) { write_run(out, run); });
  out.close();
  return out.str();
}

} // namespace troupe::load
