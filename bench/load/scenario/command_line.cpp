#include "bench/load/scenario/command_line.hpp"

#include "bench/load/scenario/command_options.hpp"
#include "bench/load/scenario/scenarios.hpp"

#include <algorithm>
#include <deque>

namespace troupe::load {

namespace {

/// A scenario's subcommand and the options it parses.
struct scenario_command {
  explicit scenario_command(const scenario_entry& entry,
                            const std::string& binary, CLI::App& parent)
      : options(entry.defaults) {
    options.scenario = entry.name;
    options.server.binary = binary;
    texts.video = options.video ? to_string(*options.video) : "none";
    texts.dialect = to_string(options.dialect);
    texts.profile = to_string(options.profile);
    texts.arrivals = to_string(options.arrivals.arrivals);
    texts.uplink_mbit = options.arrivals.uplink / 1e6;
    texts.delay_ms = static_cast<uint32_t>(options.delay.count());
    app =
        parent.add_subcommand(std::string{entry.name}, std::string{entry.help});
    add_numbers(*app, options, texts);
    add_method(*app, options, texts);
    add_server(*app, options.server);
  }

  run_options finish() {
    options.video = traffic_from(texts.video);
    options.dialect = *dialect_from(texts.dialect);
    options.profile = *srtp_choice_from(texts.profile);
    options.arrivals.arrivals = *arrivals_from(texts.arrivals);
    options.arrivals.uplink = texts.uplink_mbit * 1e6;
    options.delay = std::chrono::milliseconds{texts.delay_ms};
    options.floor = !texts.no_floor;
    return options;
  }

  run_options options;
  run_texts texts;
  CLI::App* app = nullptr;
};

/// The same for `capacity`, with the options of the search.
struct capacity_subcommand {
  capacity_subcommand(const scenario_entry& entry, const std::string& binary,
                      CLI::App& parent)
      : scenario(with_defaults(entry), binary, parent) {
    auto& app = *scenario.app;
    app.remove_option(app.get_option("--rooms"));
    auto add = [&](const char* flag, double& value, const char* help) {
      app.add_option(flag, value, help)
          ->check(CLI::Range(0.0, 1e6))
          ->capture_default_str()
          ->group("Search");
    };
    auto add_load = [&](const char* flag, uint32_t& value, const char* help) {
      add_count(app, flag, value, help);
      app.get_option(flag)->group("Search");
    };
    add_load("--from", how.rooms.first, "Number of rooms of the first try");
    add_load("--max-rooms", how.rooms.most, "Maximum number of rooms to try");
    add("--precision", how.rooms.precision,
        "Precision of the highest load, as a share of it; 0: one room");
    add("--latency-limit", how.limits.latency_ms,
        "Added latency (p99) above which a load does not hold, ms");
    add("--cpu-limit", how.limits.cpu,
        "Share of its cores at which the server is saturated");
    add("--step-seconds", how.step_seconds, "Seconds that each try measures");
    add("--step-warmup", how.step_warmup, "Seconds before the measurement");
  }

  static scenario_entry with_defaults(scenario_entry x) {
    x.defaults.server.unprotected = true;
    x.defaults.warmup = 6;
    x.defaults.seconds = 10;
    x.defaults.joins_per_second = 300;
    return x;
  }

  scenario_command scenario;
  capacity_options how;
};

/// The same for `nodes`.
struct nodes_subcommand {
  nodes_subcommand(const std::string& binary, CLI::App& parent)
      : scenario({"nodes", "compares one node with two", defaults(), nullptr},
                 binary, parent) {
    auto& app = *scenario.app;
    add_rooms(app, scenario.options);
    add_count(app, "--receivers", scenario.options.receivers,
              "Members that receive, of each of these rooms");
    add_video(app, scenario.texts);
    add_count(app, "--rounds", how.rounds, "Pairs of runs");
    add_count(app, "--narrow-rooms", how.narrow_rooms,
              "Number of rooms with one receiver at a time");
    app.add_option("--remote-members", how.remote_members,
                   "Members whose memory on another node is measured")
        ->capture_default_str();
  }

  static run_options defaults() {
    run_options out;
    out.receivers = 50;
    out.rooms = 8;
    out.seconds = 6;
    out.joins_per_second = 300;
    out.join_timeout = 60;
    return out;
  }

  nodes_command finish() {
    how.run = scenario.finish();
    return {how};
  }

  scenario_command scenario;
  nodes_options how;
};

struct side_options {
  std::string what;
  std::vector<std::string> arguments;
  pid_t pid = 0;
};

void add_side(CLI::App& app, const std::string& name, side_options& x) {
  app.add_option("--" + name, x.what, "A binary to launch, or a server's URL")
      ->required();
  app.add_option("--" + name + "-arg", x.arguments,
                 "A further flag of that binary; repeat it for more")
      ->allow_extra_args(false);
  app.add_option("--" + name + "-pid", x.pid,
                 "Process id of the server at that URL");
}

server_under_test side(std::string name, const side_options& x) {
  server_under_test out;
  out.name = std::move(name);
  out.arguments = x.arguments;
  out.pid = x.pid;
  (x.what.find("://") == std::string::npos ? out.binary : out.url) = x.what;
  return out;
}

std::vector<std::string> reversed(std::vector<std::string> x) {
  std::ranges::reverse(x);
  return x;
}

any_command exit_with(const CLI::App& app, const CLI::ParseError& e) {
  std::ostringstream out;
  std::ostringstream error;
  auto code = app.exit(e, out, error);
  return exit_command{out.str() + error.str(), code == 0 ? 0 : 2};
}

/// All subcommands, and the options they parse.
class command_table {
public:
  explicit command_table(const std::string& binary) : binary_(binary) {
    app_.require_subcommand(1);
    for (const auto& entry : all_scenarios())
      scenarios_.emplace_back(entry, binary, app_);
    add_floor();
    add_compare();
    add_capacity();
    nodes_.emplace(binary, app_);
    add_plot();
  }

  any_command read(std::vector<std::string> arguments) {
    try {
      app_.parse(reversed(std::move(arguments)));
    } catch (const CLI::ParseError& e) {
      return exit_with(app_, e);
    }
    for (auto& x : scenarios_)
      if (x.app->parsed())
        return run_command{x.finish()};
    for (auto& x : capacities_)
      if (x.scenario.app->parsed())
        return capacity_command{x.scenario.finish(), x.how};
    if (nodes_->scenario.app->parsed())
      return nodes_->finish();
    if (plot_app_->parsed())
      return plot_;
    if (floor_app_->parsed())
      return floor_;
    return read_compare();
  }

private:
  void add_floor() {
    floor_app_ = app_.add_subcommand(
        "floor", "measures a plain socket loop on this machine");
    add_count(*floor_app_, "--repetitions", floor_.repetitions,
              "Repetitions of each figure");
  }

  void add_compare() {
    compare_app_ = app_.add_subcommand(
        "compare", "alternates two servers; a scenario and its flags follow");
    add_side(*compare_app_, "a", a_);
    add_side(*compare_app_, "b", b_);
    add_count(*compare_app_, "--rounds", compare_.rounds, "Pairs of runs");
    compare_app_->add_option("--json", compare_.json,
                             "Write the result to this file");
    compare_app_->prefix_command();
  }

  void add_capacity() {
    auto* app = app_.add_subcommand(
        "capacity", "finds the maximum number of rooms of a scenario");
    app->require_subcommand(1);
    for (const auto& entry : all_scenarios())
      if (has_capacity(entry.name))
        capacities_.emplace_back(entry, binary_, *app);
  }

  void add_plot() {
    plot_app_ = app_.add_subcommand(
        "plot", "draws throughput and latency against receivers as SVG");
    plot_app_
        ->add_option("files", plot_.files,
                     "Results that runs wrote with --json")
        ->required()
        ->check(CLI::ExistingFile);
    plot_app_->add_option("--out", plot_.out, "The file to write")
        ->capture_default_str();
  }

  any_command read_compare() {
    auto inner = read_command_line(compare_app_->remaining(), binary_);
    if (auto* run = std::get_if<run_command>(&inner)) {
      compare_.options = run->options;
      compare_.a = side("A", a_);
      compare_.b = side("B", b_);
      return compare_;
    }
    if (std::holds_alternative<exit_command>(inner))
      return inner;
    return exit_command{"compare needs a scenario as its last argument\n", 2};
  }

  std::string binary_;
  CLI::App app_{"Measures conferencing servers with real clients",
                "troupe-bench"};
  std::deque<scenario_command> scenarios_;
  std::deque<capacity_subcommand> capacities_;
  std::optional<nodes_subcommand> nodes_;
  floor_command floor_;
  CLI::App* floor_app_ = nullptr;
  compare_command compare_;
  side_options a_;
  side_options b_;
  CLI::App* compare_app_ = nullptr;
  plot_command plot_;
  CLI::App* plot_app_ = nullptr;
};

} // namespace

any_command read_command_line(std::vector<std::string> arguments,
                              const std::string& default_binary) {
  return command_table{default_binary}.read(std::move(arguments));
}

} // namespace troupe::load
