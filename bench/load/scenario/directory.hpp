#pragma once

#include "bench/load/scenario/plan.hpp"
#include "bench/load/signaling/messages.hpp"

#include <map>
#include <mutex>

namespace troupe::load {

/// Knows which member stands behind the names that servers give. Thread-safe:
/// members of one room may live on different threads.
///
/// A member registers its own id before it produces, so that whoever hears of
/// its producer can look up whose it is.
class directory {
public:
  void add_peer(std::string peer, member_index who);

  void add_producer(std::string producer, member_index who,
                    protocol::media_kind kind);

  struct stream {
    member_index from = 0;
    protocol::media_kind kind = protocol::media_kind::audio;
  };

  /// Whose stream it is: by the producer's id, else by peer and kind. Nothing
  /// where neither is known (yet).
  std::optional<stream> find(const producer_notice& x) const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, member_index> peers_;
  std::map<std::string, stream> producers_;
};

} // namespace troupe::load
