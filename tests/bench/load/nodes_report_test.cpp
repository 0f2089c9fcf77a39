#include "bench/load/report/nodes_report.hpp"

#include <doctest/doctest.h>

namespace {

using namespace troupe::load;

run_result run_of(uint64_t cpu_ns, uint64_t packets, double p50) {
  run_result out;
  out.seconds = 1;
  out.costs.cpu_ns = cpu_ns;
  out.out.packets = packets;
  out.video.latency.samples = packets;
  out.video.latency.p50 = p50;
  return out;
}

node_rounds two_rounds() {
  node_rounds out;
  out.one = {run_of(100'000, 100, 1), run_of(200'000, 100, 2)};
  out.two = {run_of(110'000, 100, 1.25), run_of(220'000, 100, 2.5)};
  return out;
}

} // namespace

TEST_CASE("two nodes are compared with one, round by round") {
  auto x = two_rounds();
  const auto cpu = x.cpu();
  CHECK(cpu.pairs == 2);
  CHECK(cpu.ratio == doctest::Approx(1.1));
  CHECK(cpu.median_a == doctest::Approx(1'500));
  CHECK(x.added(&time_quantiles::p50) == std::vector<double>{0.25, 0.5});
  CHECK(x.share(false) == doctest::Approx(150e-6));
}

TEST_CASE("a round with a void run is left out unless one is lenient") {
  auto x = two_rounds();
  x.two[0].void_reasons.emplace_back("slow");
  CHECK(x.cpu().pairs == 1);
  CHECK(x.cpu(true).pairs == 2);
  CHECK(x.added(&time_quantiles::p50) == std::vector<double>{0.5});
  nodes_report report;
  report.wide = x;
  CHECK(to_table(report).find("void: slow") != std::string::npos);
}

TEST_CASE("a link has settled when its rate stays low to the end") {
  std::vector<counted_packets> samples;
  for (int i = 0; i <= 10; ++i)
    samples.push_back({i * 0.5, i < 4 ? i * 50u : 200u + (i - 4u) * 5});
  CHECK(settled_after(samples, 10) == 2.0);
  CHECK(settled_after(samples, 1'000) == 0.0);
  CHECK_FALSE(settled_after(samples, 9));
  CHECK_FALSE(settled_after({}, 9));
  // Too short a time to tell.
  samples.resize(6);
  CHECK_FALSE(settled_after(samples, 10));
}

TEST_CASE("the table names what was measured, and its goal") {
  nodes_report x;
  x.narrow = x.wide = two_rounds();
  x.receivers = 50;
  x.link = link_figures{1'000, 1'000, 32, 32, 1.5, {}};
  x.memory = remote_memory{4'000, 1'234.0};
  const auto table = to_table(x);
  for (const auto* part : {"1.10", "<= 1.25", "0.38 ms (0.25 to 0.50)",
                           "1.0000", "1.50 s", "never", "1,234 octets"}) {
    CAPTURE(part);
    CHECK(table.find(part) != std::string::npos);
  }
  CHECK(runs_from_json(to_json(x))->size() == 8);
}
