#include "bench/load/scenario/command_line.hpp"

#include "bench/load/scenario/scenarios.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <deque>

namespace troupe::load {

namespace {

// Options given as text, converted to their types after parsing.
struct run_texts {
  std::string video;
  std::string dialect;
  std::string profile;
  std::string arrivals;
  double uplink_mbit = 0;
  uint32_t delay_ms = 0;
  bool no_floor = false;
};

void add_server(CLI::App& app, server_options& x) {
  app.add_option("--server", x.url,
                 "A running server: http://ADDRESS:PORT of its signaling")
      ->group("Server");
  app.add_option("--server-pid", x.pid,
                 "Process id of the server of --server, to measure it")
      ->group("Server");
  app.add_option("--server-binary", x.binary,
                 "A Troupe to launch on loopback for this run")
      ->capture_default_str()
      ->group("Server");
  app.add_option("--server-arg", x.arguments,
                 "A further flag of the launched server; repeat it for more")
      ->allow_extra_args(false)
      ->group("Server");
  app.add_option("--scheduler-threads", x.scheduler_threads,
                 "threads.scheduler of the server: set when it is launched, "
                 "only reported with --server")
      ->capture_default_str()
      ->group("Server");
  app.add_option("--io-threads", x.io_threads,
                 "threads.io and rtc.sockets of the server, likewise")
      ->capture_default_str()
      ->group("Server");
  app.add_option("--server-cores", x.cores,
                 "Reserve this many cores for the launched server, the others "
                 "for the generator; 0: both share all")
      ->capture_default_str()
      ->group("Server");
  app.add_flag("--unprotected", x.unprotected,
               "Launch with overload.* off, to find the highest load")
      ->group("Server");
}

void add_network(CLI::App& app, run_options& x, run_texts& texts) {
  app.add_option("--arrivals", texts.arrivals,
                 "Packets of a frame are sent spaced, as an uplink carries "
                 "them, or in a burst")
      ->check(CLI::IsMember({"spaced", "burst"}))
      ->capture_default_str();
  // With less, some streams would exceed their uplink.
  app.add_option("--uplink", texts.uplink_mbit,
                 "Rate of each stream's uplink in Mbit/s, for spaced arrivals")
      ->check(CLI::Range(2.0, 10'000.0))
      ->capture_default_str();
  app.add_flag("--gro", x.gro,
               "Receive with UDP_GRO, which no browser does: cheaper for both "
               "ends on loopback");
}

void add_method(CLI::App& app, run_options& x, run_texts& texts) {
  app.add_option("--seconds", x.seconds, "Seconds to measure")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  app.add_option("--warmup", x.warmup, "Seconds before the measurement")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_option("--dialect", texts.dialect, "a (WebSocket) or b (Socket.IO)")
      ->check(CLI::IsMember({"a", "b"}))
      ->capture_default_str();
  app.add_option("--profile", texts.profile,
                 "SRTP profile of the clients: gcm or cm")
      ->check(CLI::IsMember({"gcm", "cm"}))
      ->capture_default_str();
  app.add_option("--generator-threads", x.generator_threads,
                 "Threads that drive the clients")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--decrypt-share", x.decrypt_share,
                 "Share of packets that receivers decrypt")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--seed", x.seed, "Random seed of phases, losses and choices")
      ->capture_default_str();
  add_network(app, x, texts);
  app.add_option("--join-rate", x.joins_per_second,
                 "Members that join per second")
      ->check(CLI::Range(0.1, 1e5))
      ->capture_default_str();
  app.add_option("--join-timeout", x.join_timeout,
                 "Seconds within which all members must join and receive")
      ->capture_default_str();
  app.add_option("--json", x.json, "Write the result to this file");
  app.add_flag("--no-floor", texts.no_floor, "Do not measure the floor");
  app.add_option("--floor-repetitions", x.floor_repetitions,
                 "Repetitions of the floor; each takes 0.2 s per figure")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  app.add_flag("--lenient", x.lenient,
               "Exit with 0 if the generator was slow: for tests");
  app.add_flag("--fail-on-loss", x.fail_on_loss,
               "Exit with 4 if the server lost packets");
}

template <class Number>
void add_count(CLI::App& app, const char* name, Number& to, const char* help) {
  app.add_option(name, to, help)
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
}

void add_video(CLI::App& app, run_texts& texts) {
  app.add_option("--video", texts.video,
                 "v600, v1500 or sim3; or none if there is audio")
      ->check(CLI::IsMember({"v600", "v1500", "sim3", "none"}))
      ->capture_default_str();
}

void add_rooms(CLI::App& app, run_options& x) {
  add_count(app, "--rooms", x.rooms, "Number of independent rooms at a time");
}

void add_meetings(CLI::App& app, run_options& x, run_texts& texts) {
  add_rooms(app, x);
  add_count(app, "--size", x.size, "Members of each room");
  add_video(app, texts);
}

void add_signaling_load(CLI::App& app, run_options& x) {
  auto add_rate = [&](const char* flag, double& value, const char* help) {
    app.add_option(flag, value, help)
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
  };
  add_count(app, "--peers", x.peers, "Members of the room");
  add_count(app, "--joining", x.joining, "Members that join at a time");
  add_rate("--broadcasts", x.broadcasts_per_second, "Broadcasts per second");
  add_rate("--busy-broadcasts", x.busy_broadcasts_per_second,
           "Broadcasts per second of many speakers, to measure a message");
  app.add_option("--stalled", x.stalled, "Share of members that stop reading")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str();
  add_count(app, "--flooders", x.flooders, "Members that flood");
  add_rate("--flood", x.flood_per_second,
           "Messages per second of all flooders");
}

void add_numbers(CLI::App& app, run_options& x, run_texts& texts) {
  const auto& name = x.scenario;
  if (name == "broadcast") {
    add_rooms(app, x);
    add_count(app, "--receivers", x.receivers, "Members that receive");
    add_video(app, texts);
    app.add_flag("--audio", x.audio, "Send audio as well");
  } else if (name == "webinar") {
    add_rooms(app, x);
    add_count(app, "--speakers", x.speakers, "Members that send audio");
    add_count(app, "--receivers", x.receivers, "Members that only receive");
  } else if (name == "meetings") {
    add_meetings(app, x, texts);
  } else if (name == "lossy") {
    add_meetings(app, x, texts);
    app.add_option("--loss", x.loss,
                   "Share of packets lost on each leg, each way")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_option("--delay", texts.delay_ms,
                   "Delay from client to client, ms; each leg has half of it")
        ->capture_default_str();
  } else if (name == "class") {
    add_rooms(app, x);
    add_count(app, "--students", x.students, "Students with camera");
    add_count(app, "--listeners", x.listeners, "Members that send nothing");
    add_count(app, "--heard", x.heard,
              "Audio streams, including the teacher's");
    add_count(app, "--seen", x.seen, "Students whose video is shown");
    app.add_option("--rotate", x.rotation_seconds,
                   "Seconds until the next student speaks")
        ->check(CLI::Range(0.5, 1e6))
        ->capture_default_str();
    app.add_flag("--by-server", x.by_server,
                 "The server selects the streams, not the members");
    add_video(app, texts);
  } else if (name == "large") {
    add_rooms(app, x);
    add_count(app, "--size", x.size, "Members");
    add_count(app, "--low", x.low, "Low layers that each member receives");
    add_count(app, "--heard", x.heard,
              "Audio streams that each member receives");
  } else if (name == "join-storm") {
    add_count(app, "--rooms", x.rooms, "Rooms");
    add_count(app, "--joins", x.joins, "Members that join");
    app.add_option("--join-seconds", x.join_seconds,
                   "Seconds within which they join")
        ->check(CLI::Range(0.1, 1e4))
        ->capture_default_str();
  } else if (name == "idle") {
    add_count(app, "--peers", x.peers, "Connected members");
    add_count(app, "--size", x.size, "Members of each room");
  } else if (name == "signal") {
    add_count(app, "--peers", x.peers, "Members");
    add_count(app, "--size", x.size, "Members of each room");
    add_count(app, "--window", x.window, "Requests in flight of each member");
  } else if (name == "hall") {
    add_signaling_load(app, x);
  } else if (name == "overload") {
    add_meetings(app, x, texts);
    add_count(app, "--factor", x.factor,
              "Number of sending rooms, as a multiple of those that fit");
    app.add_flag(
        "--by-joining", x.by_joining,
        "Add the load as joining members, which the server may refuse");
  } else if (name == "churn") {
    add_meetings(app, x, texts);
    app.add_option("--changes", x.changes_per_second,
                   "Members that leave and join per second")
        ->check(CLI::Range(0.01, 1e4))
        ->capture_default_str();
  }
}

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
