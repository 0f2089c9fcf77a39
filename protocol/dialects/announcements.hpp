#pragma once

#include "net/base/time.hpp"
#include "protocol/verbs.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::protocol {

/// Sees to it that a client learns of each producer when it can consume it.
/// `Info` describes one: of media (producer_info) or of data
/// (data_producer_info).
///
/// Some documents have no list of the producers that were there before, and
/// their frontends can do nothing with the news of one while they have no
/// transport to receive by. So what was there before is told once there is
/// such a transport; and what was told too early is told again a little later,
/// unless the client, having kept it aside, has consumed it by then.
template <class Info>
class announcements {
public:
  using id_type = decltype(Info::id);

  /// A frontend keeps its transport only after its callback has returned, by
  /// which time it has handled all that came in the same HTTP answer. The news
  /// must not be in there.
  static constexpr auto pause = std::chrono::milliseconds{50};

  /// Time for a client with a new transport to consume what it has kept aside.
  static constexpr auto patience = std::chrono::seconds{3};

  /// Begins anew, in a room with those producers.
  void enter(std::vector<Info> producers) {
    *this = announcements{};
    untold_ = std::move(producers);
  }

  /// Begins anew in the same room, for a client that will make another
  /// transport. What is due to be told is told nevertheless.
  void enter_again(std::vector<Info> producers) {
    const auto due = tell_at_;
    enter(std::move(producers));
    tell_at_ = due;
  }

  /// A new producer. Returns whether the client is to be told of it now;
  /// otherwise handle_timeout() returns it in a moment.
  bool handle_added(const Info& producer) {
    forget(producer.id);
    if (tell_at_)
      untold_.push_back(producer);
    else if (!has_transport_)
      told_early_.push_back(producer);
    return !tell_at_;
  }

  void handle_closed(const id_type& producer) {
    forget(producer);
  }

  /// The client consumes that producer or has asked to.
  void handle_consumed(const id_type& producer) {
    forget(producer);
  }

  /// The client has been given a transport to receive by.
  void handle_transport(net::time_point now) {
    if (std::exchange(has_transport_, true))
      return;
    tell_at_ = now + pause;
    if (!told_early_.empty())
      tell_again_at_ = now + patience;
  }

  /// Returns whom the client has not been told of yet, to be told although
  /// it may be too early.
  std::vector<Info> take_untold() {
    told_early_.insert(told_early_.end(), untold_.begin(), untold_.end());
    return std::exchange(untold_, {});
  }

  /// Returns whom the client is to be told of now.
  std::vector<Info> handle_timeout(net::time_point now) {
    std::vector<Info> due;
    if (tell_at_ && now >= *tell_at_) {
      tell_at_.reset();
      due = std::exchange(untold_, {});
    }
    if (tell_again_at_ && now >= *tell_again_at_) {
      tell_again_at_.reset();
      due.insert(due.end(), told_early_.begin(), told_early_.end());
      told_early_.clear();
    }
    return due;
  }

  std::optional<net::time_point> poll_timeout() const {
    return tell_at_ ? tell_at_ : tell_again_at_;
  }

private:
  void forget(const id_type& producer) {
    const auto is_it = [&](const Info& x) {
      return x.id == producer;
    };
    std::erase_if(untold_, is_it);
    std::erase_if(told_early_, is_it);
    if (told_early_.empty())
      tell_again_at_.reset();
  }

  std::vector<Info> untold_;
  std::vector<Info> told_early_;
  bool has_transport_ = false;
  std::optional<net::time_point> tell_at_;
  std::optional<net::time_point> tell_again_at_;
};

} // namespace troupe::protocol
