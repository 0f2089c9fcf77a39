#pragma once

#include "net/base/rng.hpp"
#include "net/base/time.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::test {

/// The impairments of one direction of a link. Shares are 0 to 1.
struct link_model {
  net::duration latency = std::chrono::milliseconds{20};
  /// Added to the latency, uniformly distributed from 0.
  net::duration jitter{};
  /// The share of datagrams lost individually.
  double loss = 0;
  /// Loss in bursts (Gilbert and Elliott): the chance, per datagram, to enter
  /// and to leave the state in which all datagrams are lost.
  double burst_enter = 0;
  double burst_leave = 1;
  /// The share of datagrams delayed by reorder_delay, so that others overtake.
  double reorder = 0;
  net::duration reorder_delay = std::chrono::milliseconds{8};
  double duplicate = 0;
  /// The capacity in bits per second; 0 for no limit.
  uint64_t rate_bps = 0;
};

/// One direction of a link in virtual time, reproducible by its seed.
template <class Datagram>
class virtual_link {
public:
  virtual_link(const link_model& model, uint64_t seed)
      : model_(model)
      , random_(net::make_seeded_rng(seed)) {}

  void set_model(const link_model& x) {
    model_ = x;
  }

  void send(Datagram x, size_t octets, net::time_point now) {
    ++sent_;
    if (lost()) {
      ++lost_;
      return;
    }
    auto start = std::max(now, busy_until_);
    if (model_.rate_bps > 0)
      start += std::chrono::nanoseconds{octets * 8 * 1'000'000'000
                                        / model_.rate_bps};
    busy_until_ = model_.rate_bps > 0 ? start : now;
    if (chance(model_.duplicate))
      put(x, start);
    put(std::move(x), start);
  }

  /// The next datagram that has arrived by now.
  std::optional<Datagram> poll(net::time_point now) {
    auto i = std::min_element(flying_.begin(), flying_.end(), earlier);
    if (i == flying_.end() || i->due > now)
      return std::nullopt;
    auto result = std::optional<Datagram>{std::move(i->content)};
    flying_.erase(i);
    return result;
  }

  size_t sent() const {
    return sent_;
  }

  size_t lost_count() const {
    return lost_;
  }

private:
  struct flight {
    net::time_point due;
    uint64_t order;
    Datagram content;
  };

  static bool earlier(const flight& x, const flight& y) {
    return x.due != y.due ? x.due < y.due : x.order < y.order;
  }

  bool chance(double share) {
    return share > 0
           && static_cast<double>(random_->u32()) / 4294967296.0 < share;
  }

  bool lost() {
    in_burst_ =
        in_burst_ ? !chance(model_.burst_leave) : chance(model_.burst_enter);
    return in_burst_ || chance(model_.loss);
  }

  void put(Datagram x, net::time_point start) {
    auto due = start + model_.latency;
    if (auto us =
            std::chrono::duration_cast<std::chrono::microseconds>(model_.jitter)
                .count();
        us > 0)
      due +=
          std::chrono::microseconds{random_->below(static_cast<uint32_t>(us))};
    if (chance(model_.reorder))
      due += model_.reorder_delay;
    flying_.push_back({due, order_++, std::move(x)});
  }

  link_model model_;
  std::unique_ptr<net::rng> random_;
  std::vector<flight> flying_;
  net::time_point busy_until_{};
  uint64_t order_ = 0;
  bool in_burst_ = false;
  size_t sent_ = 0;
  size_t lost_ = 0;
};

} // namespace troupe::test
