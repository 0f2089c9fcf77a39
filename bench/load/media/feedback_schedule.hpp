#pragma once

#include "bench/load/media/cheap_random.hpp"
#include "net/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace troupe::load {

/// When a receiver sends transport-wide feedback, by libwebrtc's rule: at
/// steady intervals, as long as packets come, such that feedback takes 5 % of a
/// bitrate. libwebrtc takes the bitrate that its own sender may use; this takes
/// the received one, since most clients only receive. From 218 kbit/s on,
/// either rule gives the shortest interval.
class feedback_schedule {
public:
  static constexpr net::duration min_interval = std::chrono::milliseconds{50};
  static constexpr net::duration max_interval = std::chrono::milliseconds{250};

  /// The interval until the bitrate is known.
  static constexpr net::duration first_interval =
      std::chrono::milliseconds{100};

  /// The bitrate is measured over at least this time.
  static constexpr net::duration window = std::chrono::seconds{1};

  /// The interval for that bitrate.
  static net::duration interval_for(uint64_t bits_per_second);

  /// `seed` determines the phase, so that receivers of one stream do not report
  /// together.
  explicit feedback_schedule(uint64_t seed) : random_(seed) {}

  /// Takes a packet that feedback will report.
  void handle_packet(size_t octets, net::time_point arrival);

  /// Returns whether feedback is due now.
  bool handle_timeout(net::time_point now);

  /// When feedback is due; nothing if no packet has come since the last.
  std::optional<net::time_point> poll_timeout() const {
    return due_;
  }

private:
  void measure(net::time_point now);

  cheap_random random_;
  net::duration interval_ = first_interval;
  std::optional<net::time_point> step_; // the next, due or not
  std::optional<net::time_point> due_;
  net::time_point measured_since_{};
  uint64_t octets_ = 0; // since then
};

} // namespace troupe::load
