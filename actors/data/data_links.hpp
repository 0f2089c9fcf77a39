#pragma once

#include "actors/base/in_flight_gauge.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace troupe::actors {

/// Bounds the octets of data channels that this node has under way to each
/// other node, for all rooms together: the rest of the link's flow window is
/// for what the nodes tell each other about rooms. Thread-safe.
class data_links {
public:
  /// Half of what a link may have under way (flow_window).
  static constexpr int64_t limit = 2 * 1024 * 1024;

  /// The gauge of a node, in octets. Never null.
  std::shared_ptr<in_flight_gauge> of(const std::string& node) {
    std::lock_guard guard{mutex_};
    auto& out = gauges_[node];
    if (!out)
      out = std::make_shared<in_flight_gauge>(limit);
    return out;
  }

  /// The octets a second of what the server itself says to rooms on other
  /// nodes. No other node grants credit for these.
  static constexpr int64_t said_octets_per_second = 1024 * 1024;

  /// Takes `octets` from this second's, or refuses: what was not said in one
  /// second is not saved for the next one.
  bool take_said(size_t octets, net::time_point now) {
    std::lock_guard guard{mutex_};
    if (now - second_ >= std::chrono::seconds{1}) {
      second_ = now;
      said_ = 0;
    }
    if (said_ + static_cast<int64_t>(octets) > said_octets_per_second)
      return false;
    said_ += static_cast<int64_t>(octets);
    return true;
  }

private:
  std::mutex mutex_;
  net::time_point second_{};
  int64_t said_ = 0;
  std::map<std::string, std::shared_ptr<in_flight_gauge>> gauges_;
};

} // namespace troupe::actors
