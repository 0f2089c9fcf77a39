#pragma once

#include "actors/overload_level.hpp"
#include "net/base/time.hpp"

#include <array>
#include <chrono>
#include <optional>

namespace troupe::actors {

/// What was seen since the last sample.
struct load_sample {
  /// CPU time used, as a share of what the process could have used: 0 to 1.
  double cpu = 0;
  /// The longest that a packet took from its arrival to its being sent.
  net::duration worst_delay{};
  /// Packets left out because too many were waiting, or for too long.
  uint64_t dropped = 0;
};

/// Says that the state is another, and what made it so.
struct overload_change {
  overload_state from;
  overload_state to;
  /// The smoothed figures.
  double cpu = 0;
  net::duration delay{};
  /// Packets dropped since the last change.
  uint64_t dropped = 0;
  /// Which of them are above their mark.
  bool by_cpu = false;
  bool by_delay = false;
};

/// Decides from samples of the load how much may be done.
///
/// Two questions, two answers. *May more come?* Not while the CPU or the delay
/// is above its mark, nor until both have been well below for a second. *Must
/// something go?* Only when it hurts, that is while packets wait too long or
/// get lost: a full CPU that still sends in time is well used. What has to go
/// is found by trying: severity rises with the excess of the delay, rests
/// while the queues drain, and falls after them, first gently, as to fall too
/// far would hurt again, then ever faster: four seconds without trouble take
/// it from the worst to nothing.
///
/// Of three samples the middle one counts, so that a single stall, as the
/// machine's scheduler causes, sheds nothing and delays no recovery.
class load_monitor {
public:
  /// Where it begins to be too much. 0 leaves that figure out of account.
  struct marks {
    /// Turns newcomers away: a share of the usable CPU, 0 to 1.
    double cpu = 0.9;
    /// Turns newcomers away.
    net::duration delay = std::chrono::milliseconds{20};
    /// Sheds. With 0 nothing is ever shed.
    net::duration shed_delay = std::chrono::milliseconds{40};
  };

  /// How often a sample is wanted.
  static constexpr net::duration interval = std::chrono::milliseconds{100};

  /// How long figures must stay well below their marks before newcomers are
  /// let in again.
  static constexpr net::duration busy_dwell = std::chrono::seconds{1};

  /// What was shed comes back no sooner than this after the last change.
  static constexpr net::duration shed_dwell = std::chrono::milliseconds{300};

  /// From the highest severity to none, where nothing stands against it.
  static constexpr net::duration recovery = std::chrono::seconds{4};

  explicit load_monitor(marks x) : marks_(x) {}

  /// What was seen since the last sample. Samples may come late.
  void handle_sample(const load_sample& x, net::time_point now);

  /// Time passes without a sample, as when nobody is there to take one: it
  /// counts as a second without load.
  void handle_timeout(net::time_point now);

  /// The change that the last input has caused, or nothing.
  std::optional<overload_change> poll_change();

  /// When a sample is wanted, or nothing before the first.
  std::optional<net::time_point> poll_timeout() const;

  overload_state state() const {
    return state_;
  }

private:
  // Severity counts shares of levels.
  static constexpr double worst_severity =
      overload_state::whole * static_cast<double>(overload_levels.size() - 2);

  void smooth(const load_sample& x, double elapsed);
  void update_busy(net::duration elapsed);
  void update_severity(const load_sample& x, double elapsed);
  void update_state(net::time_point now);
  bool too_late(double factor) const;
  bool too_much_cpu(double factor) const;

  marks marks_;
  std::optional<net::time_point> last_;
  std::array<net::duration, 3> delays_{}; // the latest three
  size_t oldest_ = 0;
  double cpu_ = 0;
  net::duration delay_{};
  net::duration delay_before_{};
  bool busy_ = false;
  net::duration quiet_{}; // how long it could have ceased to be busy
  double severity_ = 0;
  double calm_ = 0; // seconds since it hurt
  int shed_ = 0;    // the severity that was made public
  net::time_point changed_{};
  overload_state state_;
  uint64_t dropped_ = 0;
  std::optional<overload_change> change_;
};

} // namespace troupe::actors
