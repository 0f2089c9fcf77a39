#pragma once

#include "rtp/layer_rates.hpp"

#include <optional>
#include <span>
#include <vector>

namespace troupe::rtp {

/// One video stream to a receiver, as its transport's allocator sees it.
struct allocated_stream {
  // -- what is given

  /// 1 to 255. Of two, the higher gets its lowest layer first, and then more
  /// steps up in each round.
  uint8_t priority = 1;
  /// What the producer's layers cost; null while it has sent nothing.
  const layer_rates* rates = nullptr;
  /// Whether temporal layers can be left out.
  bool thinnable = true;
  /// The most that shall be sent; nothing where nothing shall.
  std::optional<layers> wanted;

  // -- what is decided

  /// What is to be sent now; nothing where nothing fits.
  std::optional<layers> target;

  /// Whether more comes than the link is given.
  bool limited() const {
    return present_ < rungs_;
  }

private:
  friend class bitrate_allocator;

  // A set of layers and its price.
  struct rung {
    layers what;
    uint64_t bps = 0;
  };

  static constexpr size_t max_rungs =
      layer_rates::max_spatial * layer_rates::max_temporal;

  // All that may be sent, each better and dearer than the one before. A step
  // is a position in it, counted from 1; 0 is nothing.
  std::array<rung, max_rungs> ladder_;
  uint8_t rungs_ = 0;
  uint8_t present_ = 0; // the step that `target` is
  uint8_t next_ = 0;    // the step under consideration
  uint8_t bound_ = 0;   // no more than this is considered
  bool fresh_ = true;   // nothing was decided yet

  // Until when nothing higher is tried after a fall, unless there is much more
  // than was too much then; and what costs as much as what did not last.
  struct barrier {
    time_point until{};
    uint64_t from_bps = 0;
    uint64_t too_much_bps = 0; // all together
  };

  std::optional<time_point> rose_;
  duration wait_{};
  barrier all_;    // after the latest fall
  barrier higher_; // what has failed before, and may cost more

  uint64_t price(uint8_t step) const {
    return step > 0 ? ladder_[step - 1u].bps : 0;
  }
};

/// Shares what a receiver's link carries among the video sent to it.
///
/// Everyone gets its lowest layer before anyone gets more; then all climb in
/// rounds, in the order of priority. Going down happens at once, going up when
/// there is room to spare; after going down it waits, and longer each time that
/// a step up has not lasted. What does not even fit with its lowest layer is
/// left out after a while, and `target` says so; but not on suspicion: only
/// where the link is congested in fact.
///
///     allocator.allocate(streams, link_bps - audio_bps, congested, now);
///     estimator.set_wanted(allocator.wanted_bps() + audio_bps);
class bitrate_allocator {
public:
  /// How much more than the price of a step up must be there.
  static constexpr double headroom = 1.1;
  /// How much more than there is may be used for `grace`.
  static constexpr double tolerance = 1.12;
  static constexpr duration grace = std::chrono::milliseconds{1500};
  /// How long a shortage must last before a stream is left out.
  static constexpr duration last_resort = std::chrono::seconds{2};
  /// The waits after going down.
  static constexpr duration first_wait = std::chrono::seconds{3};
  static constexpr duration longest_wait = std::chrono::seconds{60};
  /// A step up that has lasted for less was a quick mistake.
  static constexpr duration quick = std::chrono::seconds{10};
  /// How often streams give up layers for others of the same transport.
  static constexpr duration balance_interval = std::chrono::seconds{10};

  /// Decides `target` of each, in a stable order. Without `available_bps`
  /// nothing limits. `congested` tells whether more is sent than the link
  /// carries; if not, `available_bps` is a guess, and nobody's lowest layer
  /// depends on it.
  void allocate(std::span<allocated_stream* const> streams,
                std::optional<uint64_t> available_bps, bool congested,
                time_point now);

  /// Treats those that get nothing, for lack of room, as newcomers, so that the
  /// next allocate() gives them their lowest layer.
  static void retry(std::span<allocated_stream* const> streams);

  /// What all streams together could use, as of the last allocate().
  uint64_t wanted_bps() const {
    return wanted_;
  }

  /// Whether somebody gets nothing, for lack of room.
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
  std::optional<time_point> hopeless_since_; // short, and congested
  time_point balanced_{};
};

} // namespace troupe::rtp
