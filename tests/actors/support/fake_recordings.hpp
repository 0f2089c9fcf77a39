#pragma once

#include "probe_client.hpp"

#include <utility>

namespace troupe::test {

/// Recordings that write nothing, and note what they are told.
struct fake_recordings {
  using behavior = actors::recording_handle::behavior_type;

  /// Since the last call: "joined ann", "record ann", "finish stopped" and so
  /// on.
  std::vector<std::string> told() {
    return std::exchange(lines, {});
  }

  /// What a room needs for such recordings. This object outlives the rooms.
  void install(actors::room_services& out, bool asks = false,
               bool automatic = false) {
    out.recordings = services;
    out.record.asks = asks;
    out.record.automatic = automatic;
    out.record.spawn = [this](caf::actor_system& system,
                              actors::recording_config x) {
      started.push_back({x.id, x.listener.address()});
      return system.spawn(
          [this, x](actors::recording_handle::pointer self) -> behavior {
            // The room outlives its recording, or ends it.
            self->monitor(x.listener);
            self->set_down_handler(
                [self](const caf::down_msg&) { self->quit(); });
            return make(self, started.back(), x.listener);
          });
    };
  }

  struct recording {
    protocol::recording_id id;
    caf::actor_addr listener;
  };

  /// Reports the end of a recording.
  void end(const recording& of, actors::recording_end why) {
    actors::recording_ended out{of.id, why, {}};
    out.what.duration = 1500;
    out.what.state = actors::recording_state::finished;
    caf::anon_send(
        caf::actor_cast<actors::recording_listener_actor>(of.listener), out);
  }

  /// Without a disk at first.
  std::shared_ptr<actors::recording_services> services =
      std::make_shared<actors::recording_services>();
  std::vector<recording> started;
  std::vector<std::string> lines;
  /// Files take their time: ends are reported by end() only.
  bool slow = false;
  /// The actor of a recording ends without a report.
  bool fails = false;

private:
  // The room lives for as long as its recording knows it.
  behavior make(actors::recording_handle::pointer self, const recording& of,
                const actors::recording_listener_actor& room) {
    const auto note = [this](std::string_view what, const std::string& who) {
      lines.push_back(std::string{what} + " " + who);
    };
    return {
        [=](const actors::record_producer& x) {
          note("record", x.entry.facts.info.peer.str());
        },
        [=](const actors::forget_recorded_peer& x) {
          note("forget", x.peer.str());
        },
        [=](const actors::recorded_peer_joined& x) {
          note("joined", x.peer.str());
        },
        [=](const actors::recorded_peer_left& x) {
          note("left", x.peer.str());
        },
        [=](const actors::recorded_speaker_changed& x) {
          note("speaker", x.peer.str());
        },
        [=, this, room = room](const actors::finish_recording& x) {
          note("finish", std::string{to_string(x.why)});
          if (slow)
            return;
          if (!fails)
            end(of, x.why);
          self->quit();
        },
    };
  }
};

/// Outlives the actors of a world.
struct recordings_holder {
  fake_recordings recordings;
};

/// A node whose rooms are recorded so.
struct recorded_world : recordings_holder, actor_world {
  explicit recorded_world(bool asks = false, bool automatic = false,
                          const actors::config& x = {})
      : actor_world(x) {
    caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
    actors::room_services all{settings.room, {&sockets->port(), load}, {}, 500};
    recordings.install(all, asks, automatic);
    all.library = library;
    server = actors::spawn_server(*system, all);
    run();
  }

  /// Knows one recording of each room.
  struct one_recording final : actors::recording_library {
    void list(const protocol::room_id& room,
              std::function<void(listing)> then) override {
      then({{protocol::recording_id{"r1"}, room, "Weekly", {}, "/r1", {}}});
    }
  };

  std::shared_ptr<one_recording> library = std::make_shared<one_recording>();
};

} // namespace troupe::test
