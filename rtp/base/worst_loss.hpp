#pragma once

#include "rtp/base/types.hpp"

#include <algorithm>
#include <vector>

namespace troupe::rtp {

/// The worst of the losses that several receivers report. A report counts for
/// max_age, since clients report on audio every five seconds or so.
class worst_loss {
public:
  static constexpr duration max_age = std::chrono::seconds{10};

  /// Notes the fraction that `reporter` reports as lost, in 1/256.
  void note(uint64_t reporter, uint8_t fraction_lost, time_point now) {
    auto i = std::ranges::find(reports_, reporter, &report::reporter);
    if (i == reports_.end())
      reports_.push_back({reporter, now, fraction_lost});
    else
      *i = {reporter, now, fraction_lost};
  }

  void remove(uint64_t reporter) {
    std::erase_if(reports_,
                  [reporter](auto& x) { return x.reporter == reporter; });
  }

  /// The worst fraction among the reports that still count; 0 without any.
  uint8_t worst(time_point now) const {
    uint8_t result = 0;
    for (auto& x : reports_)
      if (now - x.at < max_age)
        result = std::max(result, x.fraction_lost);
    return result;
  }

private:
  struct report {
    uint64_t reporter = 0;
    time_point at;
    uint8_t fraction_lost = 0;
  };

  std::vector<report> reports_;
};

} // namespace troupe::rtp
