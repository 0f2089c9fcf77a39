#pragma once

#include "bench/load/media/cheap_random.hpp"
#include "net/base/bytes.hpp"
#include "net/base/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace troupe::load {

/// The impairment of one direction of a network path.
struct impairment_config {
  /// The probability from 0 to 1 that a datagram is lost, independently.
  double loss = 0;
  net::duration delay{};

  bool any() const {
    return loss > 0 || delay > net::duration::zero();
  }
};

/// One direction of an impaired network path: drops datagrams, repeatably by
/// the seed, and delays the others by a fixed time, in order.
class impairment {
public:
  impairment(const impairment_config& cfg, uint64_t seed);

  /// Decides whether the next datagram is lost, and counts it.
  bool lose();

  /// Queues a datagram until `now` plus the delay.
  void queue(net::byte_span x, net::time_point now);

  struct delayed_datagram {
    net::time_point due;
    std::vector<uint8_t> octets;
  };

  /// The next datagram that is due, or null. Valid until the next call.
  delayed_datagram* poll(net::time_point now);

  std::optional<net::time_point> poll_timeout() const;

  bool delays() const {
    return config_.delay > net::duration::zero();
  }

private:
  impairment_config config_;
  cheap_random random_;
  uint64_t threshold_;
  std::deque<delayed_datagram> queue_;
  delayed_datagram current_;
  std::vector<std::vector<uint8_t>> spare_;
};

} // namespace troupe::load
