#pragma once

#include "protocol/verbs/verbs.hpp"
#include "rtp/base/layers.hpp"

#include <atomic>
#include <optional>
#include <vector>

namespace troupe::actors {

/// How well each encoding of one producer arrives. Many consumers read it at a
/// time for their clients. One writer.
class score_board {
public:
  explicit score_board(size_t encodings) : scores_(encodings) {}

  /// Notes the score of one encoding, 0 (bad) to 10 (good).
  void set(uint8_t encoding, uint8_t score) {
    scores_.at(encoding).store(score, std::memory_order_relaxed);
  }

  /// By encoding; 0 until packets arrive.
  std::vector<int> scores() const {
    std::vector<int> out;
    out.reserve(scores_.size());
    for (const auto& x : scores_)
      out.push_back(x.load(std::memory_order_relaxed));
    return out;
  }

private:
  std::vector<std::atomic<uint8_t>> scores_;
};

/// The scores that a consumer's client is sent: its own, and those of a
/// producer of that layout, of whose simulcast it is sent `layers` or nothing.
inline protocol::consumer_scores
make_scores(uint8_t own, const score_board& producer, rtp::layering layout,
            const std::optional<rtp::layers>& layers) {
  protocol::consumer_scores out{own, 0, producer.scores()};
  size_t sent =
      layout == rtp::layering::simulcast ? out.producer_scores.size() : 0;
  if (layers && layout == rtp::layering::simulcast)
    sent = layers->spatial;
  if (sent < out.producer_scores.size())
    out.producer_score = out.producer_scores[sent];
  return out;
}

} // namespace troupe::actors
