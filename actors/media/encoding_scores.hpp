#pragma once

#include "actors/media/score_board.hpp"
#include "rtp/receive/receiver.hpp"

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace troupe::actors {

/// The scores of a producer's encodings that have begun, for its client.
/// Consumers read those on the score board.
class encoding_scores {
public:
  /// Copies the scores to `board` from now on; null for none.
  void use(std::shared_ptr<score_board> board) {
    board_ = std::move(board);
  }

  void handle(const rtp::score_changed& x) {
    scores_[x.encoding] = {x.encoding, static_cast<uint32_t>(x.ssrc), x.rid,
                           x.score};
    if (board_)
      board_->set(x.encoding, x.score);
  }

  /// In the order of the encodings.
  std::vector<protocol::event::encoding_score> all() const {
    std::vector<protocol::event::encoding_score> out;
    out.reserve(scores_.size());
    for (const auto& [encoding, score] : scores_)
      out.push_back(score);
    return out;
  }

private:
  std::map<uint8_t, protocol::event::encoding_score> scores_; // by encoding
  std::shared_ptr<score_board> board_;
};

} // namespace troupe::actors
