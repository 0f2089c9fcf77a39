#pragma once

#include "actors/base/messages.hpp"
#include "protocol/verbs/rtp_parameters.hpp"

#include <algorithm>
#include <optional>

namespace troupe::actors {

/// Where a peer continues its search for producers that it does not consume
/// yet, so that a client which consumes a whole room does not search it from
/// the beginning each time.
///
/// Invariant: every producer of another member that is not younger than the
/// cursor's position is consumed, cannot be consumed, or is gone.
class consume_cursor {
public:
  /// A search under way. A reopening meanwhile makes its result outdated.
  struct search {
    producer_age after = 0;
    uint64_t reopenings = 0;
  };

  /// Begins a search for what a client with these capabilities can receive.
  search begin(const protocol::rtp_capabilities& can_receive) {
    if (unfit_for_ && *unfit_for_ != can_receive)
      restart();
    return {position_, reopenings_};
  }

  /// The search has found this producer, which is consumed now.
  void pass(const search& by, producer_age found) {
    if (by.reopenings == reopenings_)
      position_ = std::max(position_, found);
  }

  /// The search has found this producer, which such a client cannot receive.
  void pass_unfit(const search& by, producer_age found,
                  const protocol::rtp_capabilities& can_receive) {
    if (by.reopenings != reopenings_)
      return;
    position_ = std::max(position_, found);
    unfit_for_ = can_receive;
  }

  /// Whether the search passed producers that were unfit. They may be gone.
  bool passed_unfit() const {
    return unfit_for_.has_value();
  }

  /// This producer is no longer consumed, and may be found again.
  void reopen(producer_age age) {
    ++reopenings_;
    position_ = std::min(position_, age - 1);
  }

  /// All producers that are not consumed may be found again.
  void restart() {
    ++reopenings_;
    position_ = 0;
    unfit_for_.reset();
  }

private:
  producer_age position_ = 0;
  uint64_t reopenings_ = 0;
  // The capabilities that passed producers did not fit; nothing if none did.
  std::optional<protocol::rtp_capabilities> unfit_for_;
};

} // namespace troupe::actors
