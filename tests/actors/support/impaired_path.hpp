#pragma once

#include "net/base/rng.hpp"
#include "net/base/time.hpp"
#include "tests/support/rtp_packets.hpp"

#include <map>

namespace troupe::test {

/// A path on which datagrams are lost, overtake each other and come twice, in
/// virtual time. The same seed does the same again.
class impaired_path {
public:
  struct settings {
    uint32_t lost = 10; // in 100
    uint32_t twice = 5; // in 100
    net::duration delay = std::chrono::milliseconds{20};
    /// A datagram takes at most so much longer,
    net::duration jitter = std::chrono::milliseconds{5};
    /// and some of them, in 100, so much more, so that others overtake them.
    uint32_t late = 10;
    net::duration lateness = std::chrono::milliseconds{30};
  };

  explicit impaired_path(uint64_t seed) : impaired_path(settings{}, seed) {}

  impaired_path(const settings& x, uint64_t seed)
      : settings_(x)
      , random_(net::make_seeded_rng(seed)) {}

  /// A datagram is sent.
  void add(const octets& x, net::time_point now) {
    if (random_->below(100) < settings_.lost)
      return;
    const auto copies = random_->below(100) < settings_.twice ? 2 : 1;
    for (int i = 0; i < copies; ++i)
      under_way_.emplace(now + settings_.delay + draw_delay(), x);
  }

  /// The datagrams that have arrived since the last call.
  std::vector<octets> take(net::time_point now) {
    std::vector<octets> out;
    const auto end = under_way_.upper_bound(now);
    for (auto i = under_way_.begin(); i != end; ++i)
      out.push_back(std::move(i->second));
    under_way_.erase(under_way_.begin(), end);
    return out;
  }

private:
  net::duration draw_delay() {
    const auto out = draw(settings_.jitter);
    return random_->below(100) < settings_.late ? out + draw(settings_.lateness)
                                                : out;
  }

  net::duration draw(net::duration most) {
    using std::chrono::microseconds;
    const auto us = std::chrono::duration_cast<microseconds>(most).count();
    return microseconds{random_->below(static_cast<uint32_t>(us) + 1)};
  }

  settings settings_;
  std::unique_ptr<net::rng> random_;
  std::multimap<net::time_point, octets> under_way_;
};

} // namespace troupe::test
