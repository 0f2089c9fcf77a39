#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace troupe::actors {

/// Sums of what many writers count. `Totals` is a struct of nothing but
/// uint64_t. Each writer counts in a plain struct of its own, at no cost to
/// speak of, and publishes what is new about once a second; so a sum is that
/// much behind. Writers are spread over cache lines of their own.
template <class Totals>
class counter_board {
  static_assert(std::is_trivially_copyable_v<
                    Totals> && sizeof(Totals) % sizeof(uint64_t) == 0);

public:
  /// Adds what `now` has over `published`, which becomes `now`. A counter that
  /// has gone down began anew.
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

  /// The sum of all. From any thread.
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
