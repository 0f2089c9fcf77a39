#pragma once

#include "net/io/loop/admission.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::actors::log {

/// Bounds the lines that each kind of event writes, so that no client fills the
/// disk by causing it repeatedly. Thread-safe.
class line_limit {
public:
  /// Allows `burst` lines of each event at once, and `rate` more a second.
  line_limit(double rate, double burst) : rate_(rate), burst_(burst) {}

  /// Returns how many lines of the event were withheld since the last one;
  /// nothing if this one is to be withheld, too.
  std::optional<uint64_t> admit(std::string_view event, net::time_point now) {
    std::lock_guard guard{mutex_};
    auto i = entries_.find(event);
    if (i == entries_.end())
      i = entries_.emplace(event, entry{{rate_, burst_}, 0}).first;
    auto& x = i->second;
    if (x.bucket.take(now))
      return std::exchange(x.withheld, 0);
    ++x.withheld;
    return std::nullopt;
  }

  /// Forgets all events.
  void reset() {
    std::lock_guard guard{mutex_};
    entries_.clear();
  }

private:
  struct entry {
    net::token_bucket bucket;
    uint64_t withheld;
  };

  const double rate_;
  const double burst_;
  std::mutex mutex_;
  // By the names of events, of which there are few.
  std::map<std::string, entry, std::less<>> entries_;
};

} // namespace troupe::actors::log
