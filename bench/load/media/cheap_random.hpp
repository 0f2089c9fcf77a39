#pragma once

#include <cstdint>

namespace troupe::load {

/// Uniform random numbers at a nanosecond each (splitmix64), repeatable by the
/// seed. Selects packets; not for secrets.
class cheap_random {
public:
  explicit cheap_random(uint64_t seed) : state_(seed) {}

  /// The next number: below 2^32.
  uint64_t next() {
    auto x = state_ += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x >> 32;
  }

  /// A number below `bound`.
  uint32_t below(uint32_t bound) {
    return static_cast<uint32_t>((next() * bound) >> 32);
  }

private:
  uint64_t state_;
};

/// Returns a bound below which `next()` lies with probability `share`.
inline uint64_t share_threshold(double share) {
  if (share <= 0)
    return 0;
  constexpr double all = 4294967296.0;
  return share >= 1 ? uint64_t{1} << 32 : static_cast<uint64_t>(share * all);
}

} // namespace troupe::load
