#include "bench/load/report/comparable.hpp"
#include "bench/load/report/compare.hpp"
#include "bench/load/report/floor.hpp"
#include "bench/load/report/plot.hpp"
#include "bench/load/scenario/command_line.hpp"
#include "bench/load/scenario/scenarios.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

using namespace troupe::load;

enum exit_code {
  good = 0,
  no_result = 1,
  bad_usage = 2,
  is_void = 3,
  lost = 4
};

/// The server from the same build as this program, whatever the current folder.
std::string default_server() {
  std::error_code error;
  auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  for (auto folder = self.parent_path(); !folder.empty();
       folder = folder.parent_path()) {
    if (std::filesystem::is_regular_file(folder / "troupe", error))
      return (folder / "troupe").string();
    if (folder == folder.root_path())
      break;
  }
  return "troupe";
}

void write_file(const std::string& path, const std::string& text) {
  if (path.empty())
    return;
  std::ofstream out{path};
  out << text << '\n';
  if (!out.flush())
    throw std::runtime_error{"cannot write " + path};
}

int run(const run_command& x) {
  auto result = run_scenario(x.options);
  std::cout << to_table(result) << std::flush;
  write_file(x.options.json, to_json(result));
  if (result.is_void() && !x.options.lenient)
    return is_void;
  if (x.options.fail_on_loss
      && (result.audio.lost + result.video.lost > 0
          || result.extra.contains("silent_consumers")))
    return lost;
  return good;
}

int run(const floor_command& x) {
  floor_options options;
  options.repetitions = x.repetitions;
  auto report = measure_floor(options);
  if (!report)
    throw std::runtime_error{report.error().text};
  std::cout << to_table(*report);
  return good;
}

int run(const compare_command& x) {
  auto run_side = [&](const server_under_test& side) {
    auto options = x.options;
    auto& server = options.server;
    server.url = side.url;
    server.pid = side.pid;
    server.binary = side.binary;
    server.arguments.insert(server.arguments.end(), side.arguments.begin(),
                            side.arguments.end());
    auto result = run_scenario(options);
    std::cerr << side.name << ": "
              << cpu_ns_per_packet(result).value_or(0) / 1'000
              << " us of CPU a packet" << (result.is_void() ? ", void" : "")
              << '\n';
    return result;
  };
  auto result = compare(x.a, x.b, run_side, x.rounds);
  std::cout << to_table(result) << std::flush;
  write_file(x.json, to_json(result));
  return good;
}

int run(const capacity_command& x) {
  auto print_step = [](const capacity_step& step) {
    std::cerr << to_table(step) << std::flush;
  };
  auto result = find_capacity(x.how, x.options, run_scenario, print_step);
  std::cout << to_table(result) << std::flush;
  write_file(x.options.json, to_json(result));
  return result.rooms > 0 ? good : is_void;
}

int run(const nodes_command& x) {
  auto report = measure_nodes(x.options, [](const std::string& line) {
    std::cerr << line << std::endl;
  });
  std::cout << to_table(report) << std::flush;
  write_file(x.options.run.json, to_json(report));
  return report.narrow.cpu(report.lenient).pairs > 0
                 && report.wide.cpu(report.lenient).pairs > 0
             ? good
             : is_void;
}

int run(const plot_command& x) {
  std::vector<run_result> runs;
  for (const auto& path : x.files) {
    std::ifstream in{path};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    auto result = from_json(text);
    if (!result)
      throw std::runtime_error{"not the JSON of a run: " + path};
    runs.push_back(std::move(*result));
  }
  if (auto why = why_incomparable(runs))
    throw incomparable_runs{*why};
  write_file(x.out, to_svg(scaling_charts(runs)));
  return good;
}

int run(const exit_command& x) {
  (x.code == 0 ? std::cout : std::cerr) << x.text;
  return x.code;
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    auto command = read_command_line({argv + 1, argv + argc}, default_server());
    return std::visit([](const auto& x) { return run(x); }, command);
  } catch (const std::exception& e) {
    std::cerr << "troupe-bench: " << e.what() << '\n';
    return no_result;
  }
}
