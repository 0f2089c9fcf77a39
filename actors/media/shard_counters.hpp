#pragma once

#include "actors/load/overload_state_board.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

/// Publishes what a shard counts: to the gauges by which the node notices
/// overload, and to the counters of its operator.
class shard_counters {
public:
  /// Call this before all else. `board` outlives this object; `writer` is the
  /// shard's actor id.
  void begin(overload_state_board& board, size_t writer) {
    board_ = &board;
    gauge_ = &board.gauges().of(writer);
    writer_ = writer;
  }

  bool begun() const {
    return board_ != nullptr;
  }

  /// Notes a batch of media, and how many before it the producer dropped.
  void note_batch(uint64_t refused) {
    ++batches_;
    if (refused == 0)
      return;
    gauge_->note_dropped(refused);
    board_->counters().batches_refused.fetch_add(refused,
                                                 std::memory_order_relaxed);
  }

  /// Notes how many consumers overload limits at present.
  void note_limited(size_t now) {
    if (now != limited_)
      gauge_->note_limited(
          static_cast<int64_t>(now)
          - static_cast<int64_t>(std::exchange(limited_, now)));
  }

  /// Notes a flush. `waited` is how long the oldest media was here; `deferred`
  /// of that was on purpose, and does not count as late.
  void note_flush(net::duration waited, net::duration deferred) {
    gauge_->note_delay(std::max(waited - deferred, net::duration{}));
    // The batches taken since the last flush waited together.
    board_->counters().note_mailbox(mailbox_owner::shard,
                                    std::exchange(batches_, 0));
  }

  /// Whether publish() is wanted: once per `publish_interval`.
  bool publish_due(net::time_point now) const {
    return now >= publish_due_;
  }

  /// Adds the increase of the totals since the last call to the node's
  /// counters. Logs if SRTP had to refuse another source.
  void publish(const sender_totals& totals, net::time_point now);

private:
  overload_state_board* board_ = nullptr;
  delay_gauge* gauge_ = nullptr;
  size_t writer_ = 0;
  size_t limited_ = 0; // as noted in the gauge
  size_t batches_ = 0; // since the last flush
  sender_totals published_;
  net::time_point publish_due_{};
};

} // namespace troupe::actors
