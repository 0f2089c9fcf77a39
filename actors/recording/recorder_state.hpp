#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/recording/recorder_actor.hpp"
#include "actors/recording/source_recorder.hpp"
#include "net/io/disk/disk_thread.hpp"

#include <caf/stateful_actor.hpp>

#include <map>
#include <optional>

namespace troupe::actors {

/// INTERNAL to the recorder actor: its state.
struct recorder_state {
  using pointer = recorder_actor::stateful_pointer<recorder_state>;

  static inline const char* name = "recorder";

  explicit recorder_state(pointer self_ptr) : self(self_ptr) {}

  ~recorder_state();

  recorder_actor::behavior_type make_behavior(recorder_config cfg);

  // -- producers -------------------------------------------------------------

  void add(const record_producer& x);

  void remove(const caf::actor_addr& gone);

  // Ends the track of this kind, if there is one.
  void remove(rtp::media_kind kind);

  void leave(const producer_actor& x);

  void take(const media_arrived& x);

  // -- files -----------------------------------------------------------------

  void handle(const file_closed& x);

  void stop();

  // -- after every message ---------------------------------------------------

  // Passes on everything that is ready, and arms the timer; or ends.
  void drain();

  void begin_file(std::string_view extension);

  void write(rtp::file_write x);

  void end_file(const recorded_part& facts);

  void report(recorded_part x);

  size_t waiting() const;

  net::time_point now() const {
    return self->clock().now();
  }

  // A file that is being written, or that the disk has not finished.
  struct file {
    std::string name;
    std::shared_ptr<net::disk_thread::writer> writer;
  };

  struct source {
    producer_actor producer;
    rtp::media_kind kind = rtp::media_kind::audio;
  };

  pointer self;
  recorder_config settings;
  std::optional<source_recorder> engine;
  std::map<caf::actor_id, source> sources;
  std::map<unsigned, file> files; // by number
  unsigned last_number = 0;
  bool writing = false;         // to the last file
  net::time_point report_due{}; // of that
  bool stopping = false;
  actor_timer timer{std::chrono::milliseconds{20}};
};

} // namespace troupe::actors
