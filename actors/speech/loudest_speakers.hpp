#pragma once

#include "actors/base/copy_on_write_list.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/interval_limiter.hpp"
#include "rtp/audio/loudest_n.hpp"
#include "rtp/audio/loudness.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace troupe::actors {

/// How many audio streams of a room are forwarded. From the keys
/// `room.audio-top` and `room.audio-top-above`.
struct loudest_speakers_limits {
  /// How many, the loudest; 0 for all.
  size_t slots = 0;
  /// Only in rooms with more members than this.
  size_t above = 0;
};

/// The audio producers of a room, and which of them are forwarded if that is
/// limited. Each producer writes its own entry, in any thread; the first call
/// after an interval decides for all. Never blocks.
class loudest_speakers {
public:
  /// One producer's entry in the list.
  class slot;

  explicit loudest_speakers(loudest_speakers_limits x)
      : limits_(x)
      , engine_({x.slots}) {}

  /// Sets the number of members of the room.
  void set_members(size_t x) {
    limited_.store(limits_.slots > 0 && x > limits_.above,
                   std::memory_order_relaxed);
  }

  /// Whether any producer may be left out at all.
  bool limited() const {
    return limited_.load(std::memory_order_relaxed);
  }

  /// Whether this producer is left out at present, since others are louder.
  bool leaves_out(const producer_id& which) const;

private:
  struct entry {
    producer_id id;
    std::atomic<float> level{rtp::loudness::silence};
    std::atomic<net::duration::rep> at{0};
    std::atomic<bool> present{false}; // not paused, and sends levels
    std::atomic<bool> open{true};
  };

  /// Speech is forwarded at most this much later than the packet that
  /// distinguishes it from a click.
  static constexpr net::duration interval = std::chrono::milliseconds{20};

  void refresh(net::time_point now);
  void decide(net::time_point now);

  const loudest_speakers_limits limits_;
  std::atomic<bool> limited_{false};
  copy_on_write_list<std::shared_ptr<entry>> entries_;
  interval_limiter due_{interval};
  // Only for the thread that has set deciding_.
  std::atomic_flag deciding_;
  rtp::loudest_n engine_;
  std::vector<rtp::loudest_n::candidate> candidates_;
};

/// Reports a producer's loudness, and tells whether it is forwarded. A producer
/// whose packets carry no level is always forwarded, and does not count toward
/// the limit.
class loudest_speakers::slot {
public:
  slot(std::shared_ptr<loudest_speakers> loudest, producer_id whose);
  ~slot();

  slot(const slot&) = delete;
  slot& operator=(const slot&) = delete;

  /// Handles a packet's level (RFC 6464, section 3).
  void handle_level(uint8_t level, net::time_point now);

  /// Sets whether the producer runs or is paused; it runs at first.
  void set_running(bool x);

  /// Whether its packets may be forwarded.
  bool open(net::time_point now) {
    if (!loudest_->limited())
      return true;
    loudest_->refresh(now);
    return !levelled_ || entry_->open.load(std::memory_order_relaxed);
  }

private:
  std::shared_ptr<loudest_speakers> loudest_;
  std::shared_ptr<entry> entry_;
  rtp::loudness loudness_;
  bool levelled_ = false;
  bool running_ = true;
};

} // namespace troupe::actors
