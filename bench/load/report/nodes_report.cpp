#include "bench/load/report/nodes_report.hpp"

#include "bench/load/report/report_writer.hpp"
#include "bench/load/report/statistics.hpp"
#include "bench/load/report/text_table.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

// How long a link must keep a rate for it to count.
constexpr double kept_for = 2;

// Calls f(one, two) for each pair that counts.
template <class F>
void for_pairs(const node_rounds& x, bool lenient, F f) {
  for (size_t i = 0; i < std::min(x.one.size(), x.two.size()); ++i)
    if (lenient || (!x.one[i].is_void() && !x.two[i].is_void()))
      f(x.one[i], x.two[i]);
}

std::string spread_of(std::vector<double> values, int digits) {
  if (values.empty())
    return "-";
  std::ranges::sort(values);
  return in_thousands(values.front(), digits) + " to "
         + in_thousands(values.back(), digits);
}

std::string seconds_text(const std::optional<double>& x) {
  return x ? in_thousands(*x, 2) + " s" : std::string{"never"};
}

void add_cpu(text_table& out, const std::string& name, const node_rounds& from,
             const std::string& goal, bool lenient) {
  const auto x = from.cpu(lenient);
  if (x.pairs == 0)
    return;
  const auto interval = x.low ? " (" + in_thousands(*x.low, 2) + " to "
                                    + in_thousands(*x.high, 2) + ")"
                              : std::string{};
  out.row({name, in_thousands(x.ratio, 2) + interval, goal,
           in_thousands(x.median_a) + " ns on one, " + in_thousands(x.median_b)
               + " ns on two",
           in_thousands(from.share(false) * 100) + " % of a core, "
               + in_thousands(from.share(true) * 100) + " %",
           std::to_string(x.pairs) + " pairs"});
}

void add_latency(text_table& out, const std::string& name,
                 const node_rounds& from, double time_quantiles::*which,
                 const std::string& goal, bool lenient) {
  const auto added = from.added(which, lenient);
  if (added.empty())
    return;
  std::vector<double> one;
  std::vector<double> two;
  for_pairs(from, lenient, [&](const run_result& a, const run_result& b) {
    one.push_back(a.video.latency.*which);
    two.push_back(b.video.latency.*which);
  });
  out.row(
      {name,
       in_thousands(median_of(added), 2) + " ms (" + spread_of(added, 2) + ")",
       goal,
       in_thousands(median_of(one), 2) + " ms on one, "
           + in_thousands(median_of(two), 2) + " ms on two"});
}

void add_link(text_table& out, const link_figures& x) {
  const auto copies = x.published > 0 ? static_cast<double>(x.carried)
                                            / static_cast<double>(x.published)
                                      : 0;
  out.row({"copies of a packet on the link", in_thousands(copies, 4), "1",
           in_thousands(static_cast<double>(x.published)) + " published, "
               + in_thousands(static_cast<double>(x.carried)) + " carried"});
  out.row({"only the lowest encoding after", seconds_text(x.lowest_after),
           "<= 5 s",
           in_thousands(x.lowest_planned, 1) + " packets/s published, "
               + in_thousands(x.lowest_carried, 1) + " carried"});
  out.row({"silent after", seconds_text(x.silent_after), "<= 5 s"});
}

void add_skipped(std::string& text, const node_rounds& x) {
  for (const auto* side : {&x.one, &x.two})
    for (const auto& run : *side)
      for (const auto& why : run.void_reasons)
        text += "void: " + why + "\n";
}

void write_rounds(report_writer& out, const std::string& name,
                  const node_rounds& x, bool lenient) {
  const auto cpu = x.cpu(lenient);
  out.member(name + "CpuRatio", cpu.ratio);
  out.member(name + "CpuRatioLow", cpu.low);
  out.member(name + "CpuRatioHigh", cpu.high);
  out.member(name + "CpuNsOne", cpu.median_a);
  out.member(name + "CpuNsTwo", cpu.median_b);
  out.member(name + "Pairs", cpu.pairs);
  out.member(name + "AddedP50", x.added(&time_quantiles::p50, lenient));
  out.member(name + "AddedP99", x.added(&time_quantiles::p99, lenient));
}

} // namespace

paired_ratio node_rounds::cpu(bool lenient) const {
  std::vector<std::pair<double, double>> pairs;
  for_pairs(*this, lenient, [&](const run_result& a, const run_result& b) {
    pairs.emplace_back(cpu_ns_per_packet(a).value_or(0),
                       cpu_ns_per_packet(b).value_or(0));
  });
  return ratio_of(pairs);
}

std::vector<double> node_rounds::added(double time_quantiles::*which,
                                       bool lenient) const {
  std::vector<double> out;
  for_pairs(*this, lenient, [&](const run_result& a, const run_result& b) {
    if (a.video.latency.samples > 0 && b.video.latency.samples > 0)
      out.push_back(b.video.latency.*which - a.video.latency.*which);
  });
  return out;
}

double node_rounds::share(bool of_two) const {
  std::vector<double> all;
  for (const auto& x : of_two ? two : one)
    if (x.seconds > 0)
      all.push_back(static_cast<double>(x.costs.cpu_ns) / 1e9 / x.seconds);
  return median_of(std::move(all));
}

std::optional<double> settled_after(const std::vector<counted_packets>& samples,
                                    double rate) {
  if (samples.empty())
    return std::nullopt;
  const auto& last = samples.back();
  for (const auto& x : samples) {
    const auto time = last.at - x.at;
    if (time < kept_for)
      break;
    if (static_cast<double>(last.packets - x.packets) <= rate * time)
      return x.at;
  }
  return std::nullopt;
}

std::string to_table(const nodes_report& x) {
  text_table out;
  out.row({"two nodes by one", "", "goal", "medians"});
  add_cpu(out, "CPU of a packet sent to a node", x.narrow, "<= 1.25",
          x.lenient);
  add_cpu(out,
          "CPU of a packet received from a node, to "
              + std::to_string(x.receivers),
          x.wide, "<= 1.10", x.lenient);
  add_latency(out, "latency added, p50", x.wide, &time_quantiles::p50,
              "<= 0.3 ms", x.lenient);
  add_latency(out, "latency added, p99", x.wide, &time_quantiles::p99,
              "<= 2 ms", x.lenient);
  if (x.link)
    add_link(out, *x.link);
  if (x.memory)
    out.row({"memory of a member on another node",
             x.memory->octets_each
                 ? in_thousands(*x.memory->octets_each) + " octets"
                 : std::string{"-"},
             "<= 2,048 octets", in_thousands(x.memory->members) + " members"});
  std::string text;
  add_skipped(text, x.narrow);
  add_skipped(text, x.wide);
  return text + out.str();
}

std::string to_json(const nodes_report& x) {
  report_writer out;
  out.open();
  write_rounds(out, "narrow", x.narrow, x.lenient);
  write_rounds(out, "wide", x.wide, x.lenient);
  out.member("receivers", x.receivers);
  if (x.link) {
    out.member("linkPublished", x.link->published);
    out.member("linkCarried", x.link->carried);
    out.member("lowestPlanned", x.link->lowest_planned);
    out.member("lowestCarried", x.link->lowest_carried);
    out.member("lowestAfter", x.link->lowest_after);
    out.member("silentAfter", x.link->silent_after);
  }
  if (x.memory) {
    out.member("remoteMembers", x.memory->members);
    out.member("octetsPerRemoteMember", x.memory->octets_each);
  }
  std::vector<const run_result*> runs;
  for (const auto* rounds : {&x.narrow, &x.wide})
    for (const auto* side : {&rounds->one, &rounds->two})
      for (const auto& run : *side)
        runs.push_back(&run);
  out.list("runs", runs, [&](const run_result* run) { write_run(out, *run); });
  out.close();
  return out.str();
}

} // namespace troupe::load
