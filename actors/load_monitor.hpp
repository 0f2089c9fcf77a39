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
  /// How long nine of ten batches at most took from arrival to being sent.
  net::duration delay{};
  /// Packets left out because too many were waiting, or for too long.
  uint64_t dropped = 0;
  /// Consumers that get less than they want; nothing where it is not known.
  std::optional<uint64_t> held = {};
  /// Memory in use, as a share of what the process may use: 0 to 1.
  double memory = 0;
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
  bool by_memory = false;
  double memory = 0; // as last seen
};

/// Decides from samples of the load how much may be done.
///
/// Two questions, two answers. *May more come?* Not while the CPU, the delay or
/// the memory is above its mark, nor until all have been below for a second.
/// *Must something go?* Only when it hurts, that is while packets wait too long
/// or get lost: a full CPU that still sends in time is well used.
///
/// How much has to go nobody can know, as it depends on who is there; it is
/// found by trying. While it hurts, severity rises in steps of double length,
/// up to half a level, each of which gets the time to show; a step that took
/// nothing from anybody, as layers where there is no simulcast, is followed by
/// the next level. While the queues drain it rests. Then
/// it falls, in steps of double length, too, but none longer than the CPU can
/// bear by what the last one took of it, until the CPU is as busy as when it
/// hurt: so the server works close to its limit, and is itself again soon after
/// the load has gone. A step down that hurts is taken back.
///
/// Delays are those of the many: on a machine that others use, too, some
/// packets are always late. Of three samples the middle one counts, so that a
/// single stall, as the machine's scheduler causes, sheds nothing and delays no
/// recovery.
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
    /// How long packets may wait for each other where the CPU is short.
    net::duration coalescing = std::chrono::milliseconds{10};
    /// Turns newcomers away: a share of the usable memory, 0 to 1.
    double memory = 0.9;
  };

  /// How often a sample is wanted.
  static constexpr net::duration interval = std::chrono::milliseconds{100};

  /// How long figures must stay well below their marks before newcomers are
  /// let in again.
  static constexpr net::duration busy_dwell = std::chrono::seconds{1};

  /// What is shed changes no more often than this.
  static constexpr net::duration shed_dwell = std::chrono::milliseconds{300};

  /// A server that uses less of its CPU than this is not what makes packets
  /// wait: delays and drops are then left out of account.
  static constexpr double least_cpu = 0.2;

  explicit load_monitor(marks x) : marks_(x) {}

  /// What was seen since the last sample. Samples may come late; time without
  /// samples changes nothing, and so there is no handle_timeout().
  void handle_sample(const load_sample& x, net::time_point now);

  /// The change that the last input has caused, or nothing.
  std::optional<overload_change> poll_change();

  /// When the next sample is wanted, or nothing before the first.
  std::optional<net::time_point> poll_timeout() const;

  overload_state state() const {
    return state_;
  }

  /// How long packets may wait for others to be sent with: the mark, from when
  /// the CPU begins to be short until there is plenty, else nothing. Waiting
  /// costs a little delay and saves system calls, so that less has to go.
  net::duration coalescing() const {
    return coalescing_ ? marks_.coalescing : net::duration{};
  }

private:
  // Severity counts shares of levels.
  static constexpr int worst_severity =
      overload_state::whole * static_cast<int>(overload_levels.size() - 2);

  void smooth(const load_sample& x, net::duration elapsed);
  void update_busy(net::duration elapsed);
  void update_coalescing();
  void update_severity(const load_sample& x, net::time_point now);
  void shed_more(bool bold, net::time_point now);
  void shed_less(net::time_point now);
  void move_to(int severity, net::time_point now);
  void update_state();
  bool too_late(double factor) const;
  bool too_much_cpu(double factor) const;
  bool too_much_memory(double factor) const;
  // What is left until the CPU is as busy as when it last hurt.
  double spare_cpu() const;
  // The longest step down that it lets hope for, by what the last one took.
  int affordable_stride() const;

  marks marks_;
  std::optional<net::time_point> last_;
  std::array<net::duration, 3> delays_{}; // the latest three
  size_t oldest_ = 0;
  double cpu_ = 0;
  double memory_ = 0; // as last seen
  net::duration delay_{};
  net::duration delay_before_{};
  bool coalescing_ = false;
  bool busy_ = false;
  net::duration quiet_{}; // how long it could have ceased to be busy
  int severity_ = 0;
  int held_ = 0; // the severity that last was enough; 0 is unknown
  int stride_up_ = 0;
  std::optional<uint64_t> held_consumers_; // as last told
  std::optional<uint64_t> held_before_;    // when it last rose
  int stride_down_ = 1;
  int last_stride_ = 1;
  double cpu_at_stride_ = 1; // before that stride
  double cpu_at_limit_ = 0;  // when it last hurt
  net::time_point moved_{};
  net::time_point hurt_{};
  overload_state state_;
  uint64_t dropped_ = 0;
  std::optional<overload_change> change_;
};

} // namespace troupe::actors
