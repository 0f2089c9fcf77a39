#pragma once

#include "net/base/time.hpp"
#include "rtp/packet/media_packet.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace troupe::actors {

/// The latest sender reports of a producer's encodings. Limits how often shards
/// are sent one: a client may send a thousand a second.
class source_reports {
public:
  /// The shortest time between two sender reports of an encoding to the shards.
  /// Browsers send one a second, some two.
  static constexpr net::duration interval = std::chrono::milliseconds{100};

  explicit source_reports(size_t encodings = 0) : known_(encodings) {}

  /// Notes a report. Returns whether to send it to the shards.
  bool handle(const rtp::source_report& x, net::time_point now) {
    auto& known = known_.at(x.encoding);
    known.latest = x;
    if (known.sent_at && now - *known.sent_at < interval)
      return false;
    known.sent_at = now;
    return true;
  }

  /// Calls `f(const source_report&)` for the latest report of each encoding
  /// that has one.
  template <class F>
  void for_each(F f) const {
    for (const auto& x : known_)
      if (x.latest)
        f(*x.latest);
  }

private:
  struct known_report {
    std::optional<rtp::source_report> latest;
    std::optional<net::time_point> sent_at; // to the shards
  };

  std::vector<known_report> known_; // by encoding
};

} // namespace troupe::actors
