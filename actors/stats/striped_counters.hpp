#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace troupe::actors {

/// Sums of what many writers count. `Totals` is a struct of nothing but
/// uint64_t. Each writer counts in a plain struct of its own, at almost no
/// cost, and publishes the increase about once a second, so a sum lags by that
/// much. Writers are spread over separate cache lines.
template <class Totals>
class striped_counters {
  static_assert(std::is_trivially_copyable_v<
                    Totals> && sizeof(Totals) % sizeof(uint64_t) == 0);

public:
  /// Adds the increase from `published` to `now`, then sets `published` to
  /// `now`. A counter that has decreased counts as restarted from 0.
  void publish(size_t writer, const Totals& now, Totals& published) {
    auto after = std::bit_cast<plain>(now);
    auto before = std::bit_cast<plain>(published);
    auto& to = stripes_[writer % stripes_.size()].counts;
    for (size_t i = 0; i < after.size(); ++i)
      if (after[i] != before[i])
        to[i].fetch_add(after[i] > before[i] ? after[i] - before[i] : after[i],
                        std::memory_order_relaxed);
    published = now;
  }

  /// The sum of all writers. Thread-safe.
  Totals sum() const {
    plain out{};
    for (const auto& x : stripes_)
      for (size_t i = 0; i < out.size(); ++i)
        out[i] += x.counts[i].load(std::memory_order_relaxed);
    return std::bit_cast<Totals>(out);
  }

private:
  static constexpr size_t size = sizeof(Totals) / sizeof(uint64_t);

  using plain = std::array<uint64_t, size>;

  struct alignas(64) stripe {
    std::array<std::atomic<uint64_t>, size> counts;
  };

  std::array<stripe, 16> stripes_{};
};

} // namespace troupe::actors
