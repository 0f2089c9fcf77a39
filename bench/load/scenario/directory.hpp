#pragma once

#include "bench/load/scenario/plan.hpp"
#include "bench/load/signaling/messages.hpp"

#include <map>
#include <mutex>

namespace troupe::load {

/// Maps the ids that servers assign to members. Thread-safe: members of one
/// room may run on different threads.
///
/// A member registers its own id before it produces, so that a member that is
/// notified of its producer can look up the owner.
class directory {
public:
  void add_peer(std::string peer, member_index who);

  void add_producer(std::string producer, member_index who,
                    protocol::media_kind kind);

  struct stream {
    member_index from = 0;
    protocol::media_kind kind = protocol::media_kind::audio;
  };

  /// The member of a stream: by the producer's id, else by peer and kind.
  /// Nothing if neither is known (yet).
  std::optional<stream> find(const producer_notice& x) const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, member_index> peers_;
  std::map<std::string, stream> producers_;
};

} // namespace troupe::load
