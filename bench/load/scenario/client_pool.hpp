#pragma once

#include "bench/load/scenario/load_client.hpp"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace troupe::load {

struct client_pool_config {
  server_address server;
  /// Those of nodes 1, 2, …
  std::vector<server_address> other_servers;
  load::dialect dialect = load::dialect::ws;
  /// The number of threads; each client belongs to one of them.
  size_t threads = 1;
  loop_config media;
  impairment_config impairment;
  std::chrono::milliseconds request_timeout{20'000};
  /// Members send only after set_sending().
  bool begin_muted = false;
};

/// The rate at which members join.
struct join_pace {
  double per_second = 100;
  /// The maximum of members joining at a time; 0 starts them on schedule even
  /// if the server has not admitted the earlier ones.
  size_t at_once = 0;
};

/// The progress of a client pool.
struct client_pool_status {
  size_t waiting = 0;
  size_t joining = 0;
  size_t ready = 0;
  /// The ready members whose transports are all connected.
  size_t connected = 0;
  size_t failed = 0;
  /// Members that a busy server refused; they will try again.
  size_t refused = 0;
  /// The number of refusals of members or consumers by a busy server.
  uint64_t refusals = 0;
  size_t consumers = 0;
  /// Consumers that should receive media, and those that do.
  size_t wanted = 0;
  size_t flowing = 0;
  /// The first problem that any client reported.
  std::string problem;

  void add(const client_pool_status& x);
};

/// The figures of all clients in an interval.
struct client_pool_figures {
  media_stats media;
  generator_health health;
};

/// The client pool: all members of a scenario, on one or more threads. Called
/// from one thread, which waits for the members' threads.
class client_pool {
public:
  client_pool(const scenario_plan& plan, client_pool_config cfg);

  /// Ends all clients.
  ~client_pool();

  client_pool(const client_pool&) = delete;
  client_pool& operator=(const client_pool&) = delete;

  /// Starts members `first` to `last` (exclusive) at that rate.
  void start_joining(member_index first, member_index last, join_pace pace);

  /// Counts consumers as flowing that have received a packet since `since`.
  /// Also lets members retry that a busy server refused some time ago, and
  /// looks again for producers that were unknown before.
  client_pool_status status(net::time_point since = {});

  /// Begins a measurement: resets all media figures.
  void reset_figures();

  client_pool_figures figures();

  /// The join times of those of members `first` to `last` that have started.
  std::vector<join_times> joins(member_index first, member_index last);

  /// Moves the rotation of a room to `step`: pauses and resumes consumers.
  void rotate(uint32_t room, uint32_t step);

  /// The same by audio levels: the members heard in `step` of the plan speak.
  void rotate_speakers(uint32_t room, uint32_t step);

  /// Starts or stops the sending of members `first` to `last`.
  void set_sending(member_index first, member_index last, bool on);

  /// Replaces a member: it leaves and joins again under a new name. Returns
  /// false if it had failed before.
  bool replace(member_index who);

  /// Lets members `first` to `last` leave. They can be asked about no more than
  /// whether they have left.
  void leave(member_index first, member_index last);

  /// The number of members that have left; see load_client::has_left.
  size_t left();

  /// Calls `act` with every started client, on its thread, and waits.
  void for_each(const std::function<void(member_index, load_client&)>& act);

  /// The CPU time used by the members' threads.
  std::chrono::nanoseconds cpu_time();

private:
  class worker;

  worker& of(member_index who);

  scenario_plan plan_;
  client_pool_config config_;
  directory names_;
  std::vector<std::unique_ptr<worker>> workers_;
};

} // namespace troupe::load
