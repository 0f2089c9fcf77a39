#pragma once

#include "rtp/media_packet.hpp"

#include <optional>

namespace troupe::rtp {

/// The last packets of one encoding, by extended sequence, so that consumers'
/// NACKs can be answered and late ones begin with the last key frame. Held once
/// for all consumers, by the producer, whose thread alone touches it: consumers
/// ask by message.
///
/// A ring indexed by the sequence modulo its capacity: constant time, and no
/// allocation once the ring has grown to what the bitrate needs. Packets older
/// than max_age are let go as new ones come.
class retransmission_buffer {
public:
  struct limits {
    /// Packets; a power of two.
    size_t max_packets = 2048;
    /// Nobody waits longer for a repair.
    duration max_age = std::chrono::seconds{2};
  };

  explicit retransmission_buffer(limits x);

  /// Keeps `x`. Ignores what is older than the ring reaches.
  void insert(const media_packet& x);

  /// The packet with this sequence, or null.
  const media_packet* find(int64_t sequence) const;

  /// Lets everything go (and the memory).
  void clear();

  /// How many packets it holds.
  size_t size() const {
    return size_;
  }

private:
  std::optional<media_packet>& slot(int64_t sequence);
  void evict_until(int64_t sequence);
  void expire(time_point now);
  void grow(int64_t needed);

  limits limits_;
  std::vector<std::optional<media_packet>> ring_;
  int64_t oldest_ = 0; // meaningful if size_ > 0
  int64_t newest_ = 0;
  size_t size_ = 0;
};

} // namespace troupe::rtp
