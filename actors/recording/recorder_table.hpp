#pragma once

#include "actors/recording/recorder_actor.hpp"

#include <set>
#include <string>
#include <vector>

namespace troupe::actors {

/// What a recorder records.
struct recorder_key {
  peer_id peer;
  recording_source source = recording_source::camera;

  bool operator==(const recorder_key&) const = default;
};

/// The recorders of a recording, and which producers each has. A recorder has
/// at most one producer of each kind; a member that sends more by one source
/// has several recorders.
class recorder_table {
public:
  /// What the names of a new recorder's files begin with: letters, digits,
  /// dots, hyphens and underscores, so few that the names are slugs. Each call
  /// returns another one.
  std::string make_stem(const recorder_key& whose);

  /// A recorder that has no producer of this kind, or null.
  recorder_actor find(const recorder_key& whose,
                      protocol::media_kind kind) const;

  void add(const recorder_key& whose, const recorder_actor& x);

  /// A recorder, which is here, records this producer.
  void add_producer(const recorder_actor& to, const producer_actor& x,
                    const protocol::producer_info& info);

  bool has(const producer_actor& x) const;

  /// A recorder writes this file. Ignored if the recorder is unknown.
  void note_file(const caf::actor_addr& by, const std::string& file);

  /// The last file of a recorder; empty without one.
  std::string last_file(const caf::actor_addr& of) const;

  /// Forgets a producer; ignored if it is unknown.
  void remove_producer(const caf::actor_addr& gone);

  /// Forgets a recorder. False if it is unknown.
  bool remove(const caf::actor_addr& gone);

  /// The recorders of a member, or all if it is null, that have not been
  /// stopped. They get no more producers.
  std::vector<recorder_actor> stop(const peer_id* whose);

  /// Forgets the producers of a member's recorders, and calls `f(actor_addr)`
  /// for each.
  template <class F>
  void take_producers(const peer_id& whose, F f) {
    std::erase_if(producers_, [&](const producer& x) {
      const auto found = x.peer == whose;
      if (found)
        f(x.address);
      return found;
    });
  }

  bool empty() const {
    return entries_.empty();
  }

  /// Calls `f(actor_addr)` for each producer.
  template <class F>
  void for_each_producer(F f) const {
    for (const auto& x : producers_)
      f(x.address);
  }

private:
  struct entry {
    recorder_key key;
    recorder_actor actor;
    bool stopped = false;
    std::string file = {}; // the last one
  };

  struct producer {
    caf::actor_addr address;
    caf::actor_addr recorder;
    peer_id peer;
    protocol::media_kind kind = protocol::media_kind::audio;
  };

  std::vector<entry> entries_;
  std::vector<producer> producers_;
  std::set<std::string> stems_;
};

} // namespace troupe::actors
