#include "bench/load/scenario/command_options.hpp"

namespace troupe::load {

namespace {

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

void add_meetings(CLI::App& app, run_options& x, run_texts& texts) {
  add_rooms(app, x);
  add_count(app, "--size", x.size, "Members of each room");
  add_video(app, texts);
}

void add_lossy(CLI::App& app, run_options& x, run_texts& texts) {
  add_meetings(app, x, texts);
  app.add_option("--loss", x.loss,
                 "Share of packets lost on each leg, each way")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--delay", texts.delay_ms,
                 "Delay from client to client, ms; each leg has half of it")
      ->capture_default_str();
}

void add_class(CLI::App& app, run_options& x, run_texts& texts) {
  add_rooms(app, x);
  add_count(app, "--students", x.students, "Students with camera");
  add_count(app, "--listeners", x.listeners, "Members that send nothing");
  add_count(app, "--heard", x.heard, "Audio streams, including the teacher's");
  add_count(app, "--seen", x.seen, "Students whose video is shown");
  app.add_option("--rotate", x.rotation_seconds,
                 "Seconds until the next student speaks")
      ->check(CLI::Range(0.5, 1e6))
      ->capture_default_str();
  app.add_flag("--by-server", x.by_server,
               "The server selects the streams, not the members");
  add_video(app, texts);
}

void add_storm(CLI::App& app, run_options& x) {
  add_count(app, "--rooms", x.rooms, "Rooms");
  add_count(app, "--joins", x.joins, "Members that join");
  app.add_option("--join-seconds", x.join_seconds,
                 "Seconds within which they join")
      ->check(CLI::Range(0.1, 1e4))
      ->capture_default_str();
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

void add_viewers(CLI::App& app, run_options& x, run_texts& texts) {
  add_count(app, "--viewers", x.receivers, "Viewers by WHEP");
  add_video(app, texts);
  app.add_flag("!--no-audio", x.audio, "Send video only");
}

} // namespace

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

void add_numbers(CLI::App& app, run_options& x, run_texts& texts) {
  const auto& name = x.scenario;
  if (name == "broadcast") {
    add_rooms(app, x);
    add_count(app, "--receivers", x.receivers, "Members that receive");
    add_video(app, texts);
    app.add_flag("--audio", x.audio, "Send audio as well");
  } else if (name == "whep") {
    add_viewers(app, x, texts);
  } else if (name == "webinar") {
    add_rooms(app, x);
    add_count(app, "--speakers", x.speakers, "Members that send audio");
    add_count(app, "--receivers", x.receivers, "Members that only receive");
  } else if (name == "meetings") {
    add_meetings(app, x, texts);
  } else if (name == "lossy") {
    add_lossy(app, x, texts);
  } else if (name == "class") {
    add_class(app, x, texts);
  } else if (name == "large") {
    add_rooms(app, x);
    add_count(app, "--size", x.size, "Members");
    add_count(app, "--low", x.low, "Low layers that each member receives");
    add_count(app, "--heard", x.heard,
              "Audio streams that each member receives");
  } else if (name == "join-storm") {
    add_storm(app, x);
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

void add_video(CLI::App& app, run_texts& texts) {
  app.add_option("--video", texts.video,
                 "v600, v1500 or sim3; or none if there is audio")
      ->check(CLI::IsMember({"v600", "v1500", "sim3", "none"}))
      ->capture_default_str();
}

void add_rooms(CLI::App& app, run_options& x) {
  add_count(app, "--rooms", x.rooms, "Number of independent rooms at a time");
}

} // namespace troupe::load
