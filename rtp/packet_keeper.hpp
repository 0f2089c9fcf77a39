#pragma once

#include "rtp/memory_budget.hpp"
#include "rtp/packet.hpp"

#include <array>

namespace troupe::rtp {

/// Stores packets that are kept for a while in buffers that fit them: a packet
/// of 13 octets would otherwise hold on to a whole datagram's buffer. Small
/// packets are copied; large ones go on sharing the buffer they came in. Its
/// pools keep what is let go, so the steady state allocates nothing.
///
/// One for each producer, on its thread; the budget is shared.
class packet_keeper {
public:
  /// `budget` bounds what all keepers that share it store; null stands for one
  /// of its own.
  explicit packet_keeper(std::shared_ptr<memory_budget> budget = nullptr);

  /// Octets of memory that keeping a packet of `size` octets takes.
  static size_t cost_of(size_t size);

  /// The packet to store in place of `x`.
  packet keep(const packet& x);

  /// Frees the buffers that lie idle. Those in use stay valid.
  void release_idle();

  memory_budget& budget() {
    return *budget_;
  }

  /// How many small buffers exist, in use or idle.
  size_t buffers() const;

private:
  /// Room of the small buffers. Larger packets fill at least a third of the
  /// buffer they came in.
  static constexpr std::array<size_t, 4> rooms{64, 128, 256, 512};

  std::shared_ptr<memory_budget> budget_;
  std::array<net::buffer_pool::ptr, rooms.size()> pools_; // made when needed
};

} // namespace troupe::rtp
