#pragma once

#include "net/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace troupe::net {

/// Decides when a socket for RTCP reports is read, in proportion to how many
/// come.
///
/// While few come, each is read at once: they would share no wake-up, and
/// waiting costs timers. While many come, they are gathered: the socket is read
/// beside media, when the thread is awake anyway, and `wait` after the last
/// read at the latest. Gathering ends when it saves no wake-ups any more.
class report_pace {
public:
  /// What made the thread read the socket.
  enum class cause : uint8_t { arrival, timer, media };

  /// How often wake-ups are counted.
  static constexpr int waits_in_period = 16;

  /// As many wake-ups for reports in a period begin the gathering.
  static constexpr size_t many_wakeups = 8;

  /// As many must be saved in a period, or it ends.
  static constexpr size_t least_saved = 2;

  /// How long it is not tried again after that.
  static constexpr duration retreat = std::chrono::seconds{1};

  explicit report_pace(duration wait) : wait_(wait) {}

  /// Whether reports wait for each other. If not, the socket is to be read as
  /// soon as it has any.
  bool gathers() const {
    return gathers_;
  }

  /// When the socket is to be read at the latest, while gathering.
  time_point next_read() const {
    return last_read_ + wait_;
  }

  /// Whether to read the socket now that media has been read. Not each time: a
  /// read that finds nothing costs something as well.
  bool due_beside_media(time_point now) const {
    return gathers_ && now - last_read_ >= wait_ / 2;
  }

  /// Takes the number of reports that a read has brought.
  void handle_read(cause why, size_t reports, time_point now) {
    if (now >= period_end_) {
      // After a long silence, what was counted before it says nothing.
      if (now - period_end_ < period())
        decide(now);
      reports_ = 0;
      wakeups_ = 0;
      period_end_ = now + period();
    }
    reports_ += reports;
    wakeups_ += why != cause::media;
    last_read_ = now;
  }

private:
  duration period() const {
    return wait_ * waits_in_period;
  }

  void decide(time_point now) {
    if (!gathers_) {
      gathers_ = wakeups_ >= many_wakeups && now >= next_try_;
    } else if (reports_ < wakeups_ + least_saved) {
      gathers_ = false;
      next_try_ = now + retreat;
    }
  }

  duration wait_;
  bool gathers_ = false;
  size_t reports_ = 0; // in this period
  size_t wakeups_ = 0; // in this period
  time_point last_read_;
  time_point period_end_;
  time_point next_try_;
};

} // namespace troupe::net
