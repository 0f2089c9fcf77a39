#pragma once

#include "actors/load/overload_level.hpp"
#include "net/base/time.hpp"

#include <array>
#include <chrono>
#include <optional>

namespace troupe::actors {

/// The load since the last sample.
struct load_sample {
  /// CPU time used, as a share of what the process could have used: 0 to 1.
  double cpu = 0;
  /// Nine of ten batches took no longer than this from arrival to sending.
  net::duration delay{};
  /// Packets dropped because too many were waiting, or for too long.
  uint64_t dropped = 0;
  /// Consumers that overload limits; nothing if that is unknown.
  std::optional<uint64_t> limited_consumers = {};
  /// Memory in use, as a share of what the process may use: 0 to 1.
  double memory = 0;
};

/// A change of the state, and its causes.
struct overload_change {
  overload_state from;
  overload_state to;
  /// The smoothed figures at the change.
  double cpu = 0;
  net::duration delay{};
  /// Packets dropped since the last change.
  uint64_t dropped = 0;
  /// Which of the figures are above their marks.
  bool by_cpu = false;
  bool by_delay = false;
  bool by_memory = false;
  double memory = 0; // latest sample
};

/// Decides from samples of the load what is refused and what is shed.
///
/// There are two decisions. Newcomers are refused while the CPU, the delay or
/// the memory is above its mark, and until all have been below for a second.
/// A delay counts for that only while the server is short of time: it uses
/// nearly as much of the CPU as its mark allows, or packets have been late
/// without a break, since a thread starves. A key frame for hundreds of
/// receivers takes longer than the mark allows, too, and is no reason to refuse
/// anyone.
///
/// Video is shed only while packets wait too long or get lost: a full CPU that
/// still sends in time is well used. A moderate delay counts for that, too,
/// only while the server is short of time. What is shed for want of time keeps
/// newcomers out until all of it is restored.
///
/// How much must be shed depends on the clients and is found by trying. While
/// packets are late, severity rises in steps of double length, up to half a
/// level, each of which gets the time to take effect; a step that took nothing
/// from any consumer, such as layers without simulcast, is followed by the next
/// level. While the queues drain, severity stays. Then it falls, in steps of
/// double length, too, but none longer than the CPU can bear by the cost of the
/// last one, until the CPU is as busy as when packets were late: the server
/// works close to its limit, and recovers soon after the load is gone. A step
/// down that makes packets late is undone.
///
/// Delays are those of the majority: on a shared machine some packets are
/// always late. The median of three samples counts, so that a single stall, as
/// the machine's scheduler causes, sheds nothing and delays no recovery.
class load_monitor {
public:
  /// Thresholds; 0 ignores the figure.
  struct marks {
    /// Refuses newcomers: a share of the usable CPU, 0 to 1.
    double cpu = 0.9;
    /// Refuses newcomers.
    net::duration delay = std::chrono::milliseconds{20};
    /// Sheds video. With 0 nothing is ever shed.
    net::duration shed_delay = std::chrono::milliseconds{40};
    /// How long packets may wait for each other at full load.
    net::duration coalescing = std::chrono::milliseconds{10};
    /// Refuses newcomers: a share of the usable memory, 0 to 1.
    double memory = 0.9;
  };

  /// The time between samples.
  static constexpr net::duration interval = std::chrono::milliseconds{100};

  /// How long figures must stay well below their marks before newcomers are
  /// admitted again.
  static constexpr net::duration busy_dwell = std::chrono::seconds{1};

  /// The shortest time between changes of what is shed.
  static constexpr net::duration shed_dwell = std::chrono::milliseconds{300};

  /// How long packets must be late without a break, sample for sample, to show
  /// that a thread starves, whatever the CPU as a whole.
  static constexpr net::duration starving_time = std::chrono::seconds{1};

  /// A server that uses less of its CPU than this is not what makes packets
  /// wait: delays and drops are then ignored.
  static constexpr double least_cpu = 0.2;

  explicit load_monitor(marks x) : marks_(x) {}

  /// Handles the load since the last sample. Samples may come late; time
  /// without samples changes nothing, so there is no handle_timeout().
  void handle_sample(const load_sample& x, net::time_point now);

  /// The change that the last input has caused, or nothing.
  std::optional<overload_change> poll_change();

  /// When the next sample is wanted, or nothing before the first.
  std::optional<net::time_point> poll_timeout() const;

  overload_state state() const {
    return state_;
  }

  /// Whether newcomers are refused. Not implied by what is shed.
  bool refuses_newcomers() const {
    return busy_ || (shed_for_load_ && severity_ > 0);
  }

  /// The CPU time in use, smoothed, as a share of what the process could use.
  double cpu() const {
    return cpu_;
  }

  /// How long packets may wait to be sent together: nothing up to a third of
  /// the CPU, two fifths of the mark where the CPU becomes short, and the mark
  /// when it is nearly used up or something is shed. Waiting costs a little
  /// delay and saves system calls, so that less must be shed.
  net::duration coalescing() const;

private:
  // Severity counts the shares of all levels, one level after the other.
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
  // Notes for how long every sample has been late.
  void watch_threads(net::duration delay, net::duration elapsed);
  // Whether delays are due to a lack of time: a thread starves, or the CPU in
  // use is above `factor` of what is short.
  bool short_of_time(double factor) const;
  bool too_much_cpu(double factor) const;
  bool too_much_memory(double factor) const;
  // The CPU left until it is as busy as when packets were last late.
  double spare_cpu() const;
  // The longest step down that the spare CPU affords, by the last one's cost.
  int affordable_stride() const;

  marks marks_;
  std::optional<net::time_point> last_;
  std::array<net::duration, 3> delays_{}; // the latest three
  size_t oldest_ = 0;
  std::array<double, 3> cpus_{}; // the latest three
  size_t oldest_cpu_ = 0;
  net::duration late_for_{}; // without a break
  double cpu_ = 0;
  double memory_ = 0; // latest sample
  net::duration delay_{};
  net::duration delay_before_{};
  double wait_cpu_ = 0; // follows cpu_, down with some slack
  bool busy_ = false;
  bool shed_for_load_ = false; // severity rose for want of time
  net::duration quiet_{};      // how long all figures have been relieved
  int severity_ = 0;
  int sufficient_severity_ = 0; // the last that was; 0 if unknown
  int stride_up_ = 0;
  std::optional<uint64_t> limited_consumers_; // latest sample
  std::optional<uint64_t> limited_before_;    // when severity last rose
  int stride_down_ = 1;
  int last_stride_ = 1;
  double cpu_at_stride_ = 1; // before that stride
  double cpu_at_limit_ = 0;  // when packets were last late
  net::time_point moved_{};
  net::time_point last_rise_{};
  overload_state state_;
  uint64_t dropped_ = 0;
  std::optional<overload_change> change_;
};

} // namespace troupe::actors
