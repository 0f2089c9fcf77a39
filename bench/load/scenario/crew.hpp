#pragma once

#include "bench/load/scenario/load_client.hpp"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace troupe::load {

struct crew_config {
  server_address server;
  load::dialect dialect = load::dialect::ws;
  /// Threads that drive clients; each client belongs to one.
  size_t threads = 1;
  loop_config media;
  impairment_config impairment;
  std::chrono::milliseconds request_timeout{20'000};
  /// Members send only once they are told to.
  bool begin_muted = false;
};

/// How fast members come.
struct join_pace {
  double per_second = 100;
  /// Members that may be joining at a time; 0 lets them come on time whether
  /// or not the server is done with the earlier ones.
  size_t at_once = 0;
};

/// How far a crew is.
struct crew_status {
  size_t waiting = 0;
  size_t joining = 0;
  size_t ready = 0;
  /// Of the ready ones, with all transports connected.
  size_t connected = 0;
  size_t failed = 0;
  /// Not in, as the server is busy: they will try again.
  size_t refused = 0;
  /// How often the server has refused a member or a consumer as it is busy.
  uint64_t refusals = 0;
  size_t consumers = 0;
  /// Consumers that should receive media, and those that do.
  size_t wanted = 0;
  size_t flowing = 0;
  /// The first that any client complained of.
  std::string problem;

  void add(const crew_status& x);
};

/// What the clients have seen in a span of time.
struct crew_figures {
  media_stats media;
  generator_health health;
};

/// All members of a scenario, on one thread or more. Called from one thread,
/// which waits for the members' threads.
class crew {
public:
  crew(const scenario_plan& plan, crew_config cfg);

  /// Everyone leaves.
  ~crew();

  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  /// Lets members `first` to `last` (exclusive) come, at that pace.
  void start_joining(member_index first, member_index last, join_pace pace);

  /// Consumers count as flowing that have received since `since`. Also lets
  /// those try again whom a busy server has turned away some time ago, and
  /// look again for producers that could not be told before.
  crew_status status(net::time_point since = {});

  /// Begins a measurement: all media figures count from 0.
  void reset_figures();

  crew_figures figures();

  /// The times of members `first` to `last` that have come.
  std::vector<join_times> joins(member_index first, member_index last);

  /// Moves the rotation of a room to `step`: consumers are paused and resumed.
  void rotate(uint32_t room, uint32_t step);

  /// The same by their voices: those speak whom the plan has heard in `step`.
  void rotate_voices(uint32_t room, uint32_t step);

  /// Lets members `first` to `last` send, or stop sending.
  void set_sending(member_index first, member_index last, bool on);

  /// A member leaves, and comes again under a new name. Returns false where
  /// it had failed before.
  bool replace(member_index who);

  /// Calls `act` with every client that has come, on its thread, and waits.
  void for_each(const std::function<void(member_index, load_client&)>& act);

  /// The CPU time that the members' threads have used.
  std::chrono::nanoseconds cpu_time();

private:
  class worker;

  worker& of(member_index who);

  scenario_plan plan_;
  crew_config config_;
  directory names_;
  std::vector<std::unique_ptr<worker>> workers_;
};

} // namespace troupe::load
