#pragma once

#include "rtp/send/layer_rates.hpp"

#include <optional>
#include <span>
#include <vector>

namespace troupe::rtp {

/// A video stream to a receiver, as its transport's allocator sees it.
struct allocated_stream {
  // -- input

  /// The priority, 1 to 255. A stream with a higher priority gets its lowest
  /// layer first and takes more steps up in each round.
  uint8_t priority = 1;
  /// The rates of the producer's layers; null while it has sent nothing.
  const layer_rates* rates = nullptr;
  /// Whether temporal layers can be left out.
  bool thinnable = true;
  /// The highest layers to send; nothing if none are wanted.
  std::optional<layers> wanted;

  // -- result

  /// The layers to send now; nothing if none fit.
  std::optional<layers> target;

  /// Whether the producer sends more of the wanted layers than `target` has.
  bool limited() const {
    return present_ < rungs_;
  }

  /// Octets on the heap: they grow with the number of layers that arrive.
  size_t memory() const {
    return ladder_.capacity() * sizeof(rung);
  }

private:
  friend class bitrate_allocator;

  // A set of layers and its bitrate.
  struct rung {
    layers what;
    uint64_t bps = 0;
  };

  // All sets that may be sent, each better and more expensive than the one
  // before. A step is an index into it that counts from 1; 0 is nothing. Only
  // the first `rungs_` are valid; the others keep their memory.
  std::vector<rung> ladder_;
  uint8_t rungs_ = 0;
  uint8_t present_ = 0; // the step of `target`
  uint8_t next_ = 0;    // the step under consideration
  uint8_t bound_ = 0;   // the highest step considered
  bool is_new_ = true;  // nothing has been decided yet

  // After a fall nothing higher is tried `until` then, unless the budget is
  // much more than `too_much_bps`. `from_bps` is the price that failed.
  struct barrier {
    time_point until{};
    uint64_t from_bps = 0;
    uint64_t too_much_bps = 0; // of all streams together
  };

  std::optional<time_point> rose_;
  duration wait_{};
  barrier latest_fall_;     // after the latest fall
  barrier earlier_failure_; // from an earlier failure, may cost more

  uint64_t price(uint8_t step) const {
    return step > 0 ? ladder_[step - 1u].bps : 0;
  }
};

/// Shares what a receiver's link carries among the video streams sent to it.
///
/// Every stream gets its lowest layer before any gets more; then all rise in
/// rounds, in the order of priority. A stream falls at once, and rises when
/// there is bandwidth to spare. After a fall it waits, and longer each time
/// that a step up has not lasted. A stream whose lowest layer does not fit is
/// dropped after a while, and has no `target`, but only if the link is
/// congested and not just estimated to be too narrow.
///
///     allocator.allocate(streams, link_bps - audio_bps, congested, now);
///     estimator.set_wanted(allocator.wanted_bps() + audio_bps);
class bitrate_allocator {
public:
  /// The factor by which the budget must exceed the price of a step up.
  static constexpr double headroom = 1.1;
  /// The factor by which the budget may be exceeded during `grace`.
  static constexpr double tolerance = 1.12;
  static constexpr duration grace = std::chrono::milliseconds{1500};
  /// How long a shortage must last before a stream is left out.
  static constexpr duration drop_delay = std::chrono::seconds{2};
  /// The waits after a step down.
  static constexpr duration first_wait = std::chrono::seconds{3};
  static constexpr duration longest_wait = std::chrono::seconds{60};
  /// A step up that has lasted for less is followed by a much longer wait.
  static constexpr duration short_lived = std::chrono::seconds{10};
  /// How often streams give up layers for others of the same transport.
  static constexpr duration balance_interval = std::chrono::seconds{10};

  /// Decides `target` of each stream, in a stable order. Nothing is limited
  /// without `available_bps`. `congested` tells whether more is sent than the
  /// link carries; if not, `available_bps` is a guess, and no stream loses its
  /// lowest layer because of it.
  void allocate(std::span<allocated_stream* const> streams,
                std::optional<uint64_t> available_bps, bool congested,
                time_point now);

  /// Treats streams that are sent nothing for lack of bandwidth as newcomers,
  /// so that the next allocate() gives them their lowest layer.
  static void retry(std::span<allocated_stream* const> streams);

  /// The rate that all streams together could use, as of the last allocate().
  uint64_t wanted_bps() const {
    return wanted_;
  }

  /// Whether a stream is sent nothing for lack of bandwidth.
  bool starved() const {
    return starved_;
  }

  /// The price of all targets together.
  uint64_t used_bps() const {
    return used_;
  }

private:
  using stream = allocated_stream;

  static void build_ladder(stream& x, time_point now);
  static void settle(stream& x, uint8_t step, uint64_t too_much,
                     time_point now);
  static void remember_fall(stream& x, uint64_t too_much, time_point now);
  static uint8_t bound(const stream& x, uint64_t budget, time_point now);
  void share(uint64_t budget, time_point now);
  void fall(uint64_t budget, time_point now);
  void rise(uint64_t budget, time_point now);
  bool balance(uint64_t budget, time_point now);
  void fit(uint64_t budget);
  bool try_step(stream& x, uint64_t budget);
  bool is_due(const stream& x) const;

  std::vector<allocated_stream*> order_; // by priority
  uint64_t wanted_ = 0;
  uint64_t used_ = 0;
  uint64_t spent_ = 0; // by the steps under consideration
  bool congested_ = false;
  bool starved_ = false;
  std::optional<time_point> short_since_;
  std::optional<time_point> congested_short_since_;
  time_point balanced_{};
};

} // namespace troupe::rtp
