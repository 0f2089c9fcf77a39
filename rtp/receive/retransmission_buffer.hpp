#pragma once

#include "rtp/packet/media_packet.hpp"
#include "rtp/packet/packet_keeper.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::rtp {

/// The last packets of one encoding, by extended sequence, to answer the NACKs
/// of consumers and to let late ones begin with the last key frame. The
/// producer stores them once for all consumers, and only its thread uses the
/// buffer: consumers send it messages.
///
/// A ring indexed by the sequence modulo its capacity: constant time, and no
/// allocation once the ring has grown to what the bitrate needs. Its memory
/// counts against the keeper's budget. If the budget is used up, the oldest
/// packets are evicted, and a packet older than all of them is not stored.
class retransmission_buffer {
public:
  struct limits {
    /// Packets; a power of two.
    size_t max_packets = 2048;
    /// No consumer waits longer for a repair.
    duration max_age = std::chrono::seconds{2};
    /// The same for the packets of a group that is kept whole (see
    /// keep_group()).
    size_t max_group_packets = 8192;
    duration max_group_age = std::chrono::seconds{10};
  };

  /// `keeper` stores the packets; null creates a keeper of its own.
  explicit retransmission_buffer(
      limits x, std::shared_ptr<packet_keeper> keeper = nullptr);

  retransmission_buffer(retransmission_buffer&& x) noexcept
      : limits_(x.limits_)
      , keeper_(x.keeper_)
      , ring_(std::exchange(x.ring_, {}))
      , group_(std::exchange(x.group_, std::nullopt))
      , keeps_groups_(std::exchange(x.keeps_groups_, false))
      , extends_(std::exchange(x.extends_, false))
      , oldest_(x.oldest_)
      , newest_(x.newest_)
      , size_(std::exchange(x.size_, 0))
      , budget_used_(std::exchange(x.budget_used_, 0))
      , is_holder_(std::exchange(x.is_holder_, false)) {}

  ~retransmission_buffer() {
    clear();
  }

  /// Stores `x`. Ignores packets older than the ring reaches.
  void insert(const media_packet& x);

  /// The packet with this sequence, or null.
  const media_packet* find(int64_t sequence) const;

  /// Keeps the packets from `first` on for longer: a whole group of pictures,
  /// up to its limits. It needs an extension of the budget, and makes do
  /// without one. Once `first` itself had to go, the others are kept no longer
  /// than usual. Replaces an earlier group.
  void keep_group(int64_t first);

  /// Keeps packets as before the first keep_group().
  void end_groups();

  /// Releases packets that are older than max_age.
  void expire(time_point now);

  /// Releases all packets and the memory.
  void clear();

  /// How many packets it holds.
  size_t size() const {
    return size_;
  }

  /// Octets of memory in use: the packets' buffers and the ring.
  size_t memory() const {
    return budget_used_;
  }

private:
  using slot_type = std::optional<media_packet>;

  slot_type& slot(int64_t sequence);
  bool extend_to(int64_t sequence);
  bool reserve(size_t octets, int64_t sequence);
  bool evict_oldest();
  void evict_until(int64_t sequence);
  void evict(slot_type& x);
  void release(slot_type& x);
  size_t most_packets() const {
    return keeps_groups_
               ? std::max(limits_.max_packets, limits_.max_group_packets)
               : limits_.max_packets;
  }
  void grow(int64_t needed);
  void resize(size_t capacity);
  void end_extension();
  bool take(size_t octets);
  void give_back(size_t octets);

  limits limits_;
  std::shared_ptr<packet_keeper> keeper_;
  std::vector<slot_type> ring_;
  std::optional<int64_t> group_; // the first packet of the group to keep
  bool keeps_groups_ = false;
  bool extends_ = false; // the budget
  int64_t oldest_ = 0;   // meaningful if size_ > 0
  int64_t newest_ = 0;
  size_t size_ = 0;
  size_t budget_used_ = 0; // of the budget
  bool is_holder_ = false; // is one of its holders
};

} // namespace troupe::rtp
