#pragma once

#include "actors/messages.hpp"
#include "protocol/rtp_parameters.hpp"

#include <algorithm>
#include <optional>

namespace troupe::actors {

/// Where a peer goes on to look for a producer that it does not consume yet, so
/// that a client which consumes a whole room does not have it searched from the
/// beginning each time.
///
/// Invariant: every producer of another member that is not younger than the
/// cursor's position is consumed, cannot be consumed, or is gone.
class consume_cursor {
public:
  /// A search that is under way. What is reopened meanwhile lies behind it.
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

  /// The search has found that producer, and it is consumed now.
  void pass(const search& by, producer_age found) {
    if (by.reopenings == reopenings_)
      position_ = std::max(position_, found);
  }

  /// The search has found that producer, which such a client cannot receive.
  void pass_unfit(const search& by, producer_age found,
                  const protocol::rtp_capabilities& can_receive) {
    if (by.reopenings != reopenings_)
      return;
    position_ = std::max(position_, found);
    unfit_for_ = can_receive;
  }

  /// Whether the position lies behind some that were unfit. They may be gone.
  bool passed_unfit() const {
    return unfit_for_.has_value();
  }

  /// That producer is not consumed any more, and may be found again.
  void reopen(producer_age age) {
    ++reopenings_;
    position_ = std::min(position_, age - 1);
  }

  /// Everything may be found again that is not consumed.
  void restart() {
    ++reopenings_;
    position_ = 0;
    unfit_for_.reset();
  }

private:
  producer_age position_ = 0;
  uint64_t reopenings_ = 0;
  // What those that were passed as unfit do not fit; nothing where none was.
  std::optional<protocol::rtp_capabilities> unfit_for_;
};

} // namespace troupe::actors
