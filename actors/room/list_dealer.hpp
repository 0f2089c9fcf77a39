#pragma once

#include "actors/room/event_batch.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

namespace troupe::actors {

/// Distributes the list of all participants to the members of a large room, a
/// few at a time. A list grows with the room: sent to 1,000 members at once it
/// is 90 MB, behind which all other events wait.
class list_dealer {
public:
  /// Rooms of up to this many members are sent the list at once.
  static constexpr size_t at_once = 64;

  /// The members per portion, and the time between portions.
  static constexpr size_t portion = 16;
  static constexpr net::duration pause = std::chrono::milliseconds{10};

  /// Starts to distribute `list` to these members, in place of an earlier one.
  void begin(std::shared_ptr<const event_batch> list, std::vector<peer_id> to,
             net::time_point now) {
    list_ = std::move(list);
    to_ = std::move(to);
    next_ = now;
  }

  bool idle() const {
    return to_.empty();
  }

  /// Replaces the list while it is distributed.
  void renew(std::shared_ptr<const event_batch> list) {
    list_ = std::move(list);
  }

  const std::shared_ptr<const event_batch>& list() const {
    return list_;
  }

  /// Returns the members to which the list is sent now.
  std::vector<peer_id> poll_portion(net::time_point now) {
    if (to_.empty() || now < next_)
      return {};
    next_ = now + pause;
    auto first =
        to_.end() - static_cast<ptrdiff_t>(std::min(portion, to_.size()));
    std::vector<peer_id> out(std::move_iterator{first},
                             std::move_iterator{to_.end()});
    to_.erase(first, to_.end());
    return out;
  }

  /// When poll_portion() is next wanted.
  std::optional<net::time_point> poll_timeout() const {
    return to_.empty() ? std::nullopt : std::optional{next_};
  }

private:
  std::shared_ptr<const event_batch> list_;
  std::vector<peer_id> to_;
  net::time_point next_;
};

} // namespace troupe::actors
