#pragma once

#include "rtp/packet/memory_budget.hpp"
#include "rtp/packet/packet.hpp"

#include <array>

namespace troupe::rtp {

/// Stores packets for a while in buffers of a suitable size: otherwise a packet
/// of 13 octets would hold the buffer of a whole datagram. Small packets are
/// copied; large ones still share the buffer they arrived in. Its pools keep
/// released buffers, so the steady state allocates nothing.
///
/// One per producer, on the producer's thread; the budget is shared.
class packet_keeper {
public:
  /// `budget` bounds the memory of all keepers that share it; null creates a
  /// budget of its own.
  explicit packet_keeper(std::shared_ptr<memory_budget> budget = nullptr);

  /// The octets of memory that storing a packet of `size` octets takes.
  static size_t cost_of(size_t size);

  /// The packet to store in place of `x`.
  packet keep(const packet& x);

  /// Frees idle buffers. Buffers in use stay valid.
  void release_idle();

  memory_budget& budget() {
    return *budget_;
  }

  /// How many small buffers exist, in use or idle.
  size_t buffers() const;

private:
  /// The sizes of the small buffers. Larger packets fill at least a third of
  /// the buffer that they arrived in.
  static constexpr std::array<size_t, 4> sizes{64, 128, 256, 512};

  std::shared_ptr<memory_budget> budget_;
  std::array<net::buffer_pool::ptr, sizes.size()> pools_; // created when needed
};

} // namespace troupe::rtp
