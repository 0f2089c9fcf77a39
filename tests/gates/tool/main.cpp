#include "bench/support/doctest_outside.hpp"
#include "tests/gates/scenarios.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <sstream>

/// The gates: runs the scenarios in virtual time, or takes what was measured
/// elsewhere, and compares the counts per packet with a file. See
/// tests/gates/README.md.
namespace {

using namespace troupe::gates;

struct options {
  std::string file;
  std::string measured;
  std::string only;
  bool write = false;
  bool list = false;
  bool packets = false;
};

std::string read(const std::string& path) {
  std::ifstream in{path};
  if (!in)
    throw std::runtime_error{"cannot read " + path};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

figure_table read_table(const std::string& path) {
  auto out = parse_figures(read(path));
  if (!out)
    throw std::runtime_error{path + " is no file of figures"};
  return *out;
}

// The scenarios whose names begin with `only`.
std::vector<scenario_plan> chosen(const std::string& only) {
  auto out = all_scenarios();
  std::erase_if(out, [&](const auto& x) { return !x.name.starts_with(only); });
  if (out.empty())
    throw std::runtime_error{"no such scenario: " + only};
  return out;
}

figure_table measure(const options& x) {
  if (!x.measured.empty())
    return read_table(x.measured);
  figure_table out;
  for (const auto& plan : chosen(x.only))
    out[plan.name] = gate_run{plan}.run();
  return out;
}

int write(const options& x, const figure_table& measured) {
  // What was not run keeps its figures; a whole run forgets what is gone.
  auto whole = x.only.empty();
  auto out = whole ? figure_table{} : read_table(x.file);
  for (const auto& [scenario, counts] : measured)
    out[scenario] = counts;
  std::ofstream to{x.file};
  to << to_json(out);
  if (!to.flush())
    throw std::runtime_error{"cannot write " + x.file};
  std::cout << "wrote " << measured.size() << " scenarios to " << x.file
            << "\n";
  return 0;
}

int judge(const options& x, const figure_table& measured) {
  auto found = compare(read_table(x.file), measured, x.only.empty());
  bool red = false;
  bool better = false;
  for (const auto& one : found) {
    red = red || is_red(one.what);
    better = better || one.what == verdict::better;
    std::cout << (is_red(one.what) ? "RED    " : "better ") << one.text << "\n";
  }
  std::cout << measured.size() << " scenarios compared with " << x.file
            << (found.empty() ? ": no count has changed by more than 3 %\n"
                              : "\n");
  if (red || better)
    std::cout << "If this is meant, write the file anew with --write, and "
                 "commit it.\n";
  return red ? 1 : 0;
}

// For callgrind: one scenario, without a comparison.
int print_packets(const options& x) {
  auto plans = chosen(x.only);
  if (plans.size() != 1)
    throw std::runtime_error{"--packets takes one scenario"};
  gate_run run{plans.front()};
  run.run();
  std::cout << run.packets() << "\n";
  return 0;
}

int run(const options& x) {
  if (x.list) {
    for (const auto& plan : chosen(x.only))
      std::cout << plan.name << "\n";
    return 0;
  }
  if (x.packets)
    return print_packets(x);
  auto measured = measure(x);
  return x.write ? write(x, measured) : judge(x, measured);
}

} // namespace

int main(int argc, char** argv) {
  troupe::bench::doctest_outside checks;
  options x;
  CLI::App app{"compares counts per packet with a file"};
  app.add_option("--file", x.file, "The file of figures");
  app.add_option("--measured", x.measured,
                 "Compares this file instead of running scenarios");
  app.add_option("--only", x.only, "Only scenarios whose names begin so");
  app.add_flag("--write", x.write, "Writes the file anew");
  app.add_flag("--list", x.list, "Lists the scenarios");
  app.add_flag("--packets", x.packets,
               "Runs one scenario and prints how many packets were sent");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(x);
  } catch (const std::exception& e) {
    std::cerr << "gates: " << e.what() << "\n";
    return 2;
  }
}
