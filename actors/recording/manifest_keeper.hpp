#pragma once

#include "actors/recording/manifest.hpp"

#include <string>

namespace troupe::actors {

/// Keeps the manifest of a recording that goes on, within what a reader takes.
/// Times are milliseconds since its start, and never go back.
class manifest_keeper {
public:
  /// Half of what a reader takes.
  static constexpr size_t max_entries = 5'000;
  /// The manifest's size, beyond which it gets no more moments; and beyond
  /// which the recording must end.
  static constexpr size_t large_size = 700'000;
  static constexpr size_t max_size = 900'000;

  /// `x` has what is known at the start.
  explicit manifest_keeper(manifest x) : manifest_(std::move(x)) {}

  void handle_join(const protocol::peer_id& who, const std::string& name,
                   int64_t now);

  void handle_leave(const protocol::peer_id& who, int64_t now);

  void handle_speaker(const protocol::peer_id& who, int64_t now);

  void handle_degraded(const protocol::peer_id& whose, int64_t now);

  /// A part of this name is new, or has grown. Returns whether it is new.
  bool handle_part(const recorded_part& x);

  /// The part of this name, or null.
  const recorded_part* find_part(const std::string& file) const;

  /// A part cannot be played. Ignored if it is unknown.
  void remove_part(const std::string& file);

  /// The recording ends. Without anything that can be played it has failed, if
  /// a failure ends it.
  void finish(std::string reason, bool by_failure, int64_t now);

  /// The size of all parts in octets.
  uint64_t octets() const;

  /// Whether anything has changed since the last save().
  bool changed() const {
    return changed_;
  }

  /// The file's content at this time.
  std::string save(int64_t now);

  /// Whether there is no room for more: the recording must end.
  bool full() const {
    return size_ > max_size || manifest_.parts.size() >= max_entries;
  }

  manifest at(int64_t now) const;

private:
  recorded_member* present(const protocol::peer_id& who);
  void add_moment(int64_t at, std::string what, const protocol::peer_id& whose);

  manifest manifest_;
  bool changed_ = true;
  size_t size_ = 0; // when it was last saved
};

} // namespace troupe::actors
