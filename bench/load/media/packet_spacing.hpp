#pragma once

#include "bench/load/media/cheap_random.hpp"
#include "net/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::load {

/// How the packets of a frame reach the server.
enum class arrivals : uint8_t {
  /// One after the other, as an uplink carries them, with a little jitter.
  spaced,
  /// All at once, when the frame is due.
  burst,
};

/// "spaced" or "burst".
std::string_view to_string(arrivals x);

std::optional<arrivals> arrivals_from(std::string_view name);

struct arrival_config {
  load::arrivals arrivals = load::arrivals::spaced;
  /// The rate of the uplink of each stream, in bit/s of UDP payload. By default
  /// packets of 1,200 octets are 1.5 ms apart.
  double uplink = 6'400'000;
  /// Each packet is late by a random time below this.
  net::duration jitter = std::chrono::microseconds{300};
};

/// Plans when each packet of a stream is sent. An uplink carries one packet
/// after the other; `plan` tells when it may begin with the next one, and
/// `occupy` how long that takes. Jitter delays single packets, but neither
/// reorders them nor adds up, so that the average rate is kept.
class packet_spacing {
public:
  /// `seed` determines the jitter.
  packet_spacing(const arrival_config& cfg, uint64_t seed);

  /// Plans the next packet, which is ready at `ready`. Never returns an earlier
  /// time than before. In bursts, a packet is sent when it is ready.
  net::time_point plan(net::time_point ready);

  /// The packet that was planned last has so many octets on the wire.
  void occupy(size_t octets);

private:
  arrival_config config_;
  cheap_random random_;
  net::time_point slot_ = net::time_point::min(); // of the packet, no jitter
  net::time_point free_ = net::time_point::min(); // when the uplink is idle
  net::time_point planned_ = net::time_point::min();
};

} // namespace troupe::load
