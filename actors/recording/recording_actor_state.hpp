#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/base/interval_limiter.hpp"
#include "actors/base/scoped_monitor.hpp"
#include "actors/recording/manifest_keeper.hpp"
#include "actors/recording/part_writer.hpp"
#include "actors/recording/recorder_table.hpp"
#include "actors/recording/recording_actor.hpp"

#include <caf/stateful_actor.hpp>

#include <optional>

namespace troupe::actors {

/// INTERNAL to the recording actor: its state.
struct recording_actor_state {
  using pointer = recording_actor::stateful_pointer<recording_actor_state>;

  static inline const char* name = "recording";

  explicit recording_actor_state(pointer self_ptr) : self(self_ptr) {}

  ~recording_actor_state();

  recording_actor::behavior_type make_behavior(recording_config cfg);

  // -- members and producers -------------------------------------------------

  void record(const record_producer& x);

  recorder_actor spawn(const recorder_key& whose);

  // Finishes the files of a member.
  void stop_recorders(const peer_id& whose);

  void handle_down(const caf::down_msg& x);

  // -- the disk --------------------------------------------------------------

  void handle(const part_reported& x);

  void handle(const part_degraded& x);

  void handle(const part_failed& x);

  void handle(const disk_free_measured& x);

  // Finishes a file that was cut off.
  void repair(const std::string& file);

  void fail(std::error_code why);

  void save();

  void measure_free();

  // -- the end ---------------------------------------------------------------

  void finish(recording_end why);

  void report_end();

  // -- after every message ---------------------------------------------------

  // Does what is due, and arms the timer; or ends.
  void drain();

  // Null if nobody counts.
  recording_figures* counters() const {
    return settings.services ? settings.services->figures.get() : nullptr;
  }

  net::time_point now() const {
    return self->clock().now();
  }

  int64_t since_start() const {
    return to_milliseconds(now() - start);
  }

  pointer self;
  recording_config settings;
  std::string folder;
  net::time_point start{};
  std::optional<manifest_keeper> keeper;
  recorder_table recorders;
  scoped_monitor listener_monitor;
  std::optional<recording_end> ending;
  bool described = false; // the end, in the manifest
  net::time_point finish_due{};
  size_t repairs = 0; // that go on
  bool saving = false;
  net::time_point save_due{};
  bool measuring = false;
  net::time_point measure_due{};
  interval_limiter degraded_limit{std::chrono::seconds{10}};
  actor_timer timer{std::chrono::milliseconds{100}};
};

} // namespace troupe::actors
