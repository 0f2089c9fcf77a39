#pragma once

#include "net/base/time.hpp"
#include "protocol/verbs/verbs.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::protocol {

/// Decides when to notify a client of each producer, so that it can consume it.
/// `Info` describes a producer: of media (producer_info) or of data
/// (data_producer_info).
///
/// Some documents define no list of existing producers, and their frontends
/// cannot use a notification before they have a receive transport. So existing
/// producers are announced once the client has that transport. A producer that
/// was announced earlier is announced again after `repeat_delay`, unless the
/// client has stored the notification and consumed the producer by then.
template <class Info>
class announcements {
public:
  using id_type = decltype(Info::id);

  /// A frontend stores its transport only after its callback has returned, and
  /// by then it has handled everything in the same HTTP response. The
  /// notification must therefore go into a later response.
  static constexpr auto announce_delay = std::chrono::milliseconds{50};

  /// Time for a client with a new transport to consume what it has stored.
  static constexpr auto repeat_delay = std::chrono::seconds{3};

  /// Resets the state for a room with those producers.
  void enter(std::vector<Info> producers) {
    *this = announcements{};
    pending_ = std::move(producers);
  }

  /// Resets the state in the same room, for a client that will create another
  /// transport. A notification that is already scheduled is still sent.
  void enter_again(std::vector<Info> producers) {
    const auto due = announce_at_;
    enter(std::move(producers));
    announce_at_ = due;
  }

  /// Adds a producer. Returns whether to notify the client of it now; otherwise
  /// handle_timeout() returns it later.
  bool handle_added(const Info& producer) {
    forget(producer.id);
    if (announce_at_)
      pending_.push_back(producer);
    else if (!has_transport_)
      announced_early_.push_back(producer);
    return !announce_at_;
  }

  void handle_closed(const id_type& producer) {
    forget(producer);
  }

  /// The client consumes that producer or has requested to.
  void handle_consumed(const id_type& producer) {
    forget(producer);
  }

  /// The client has been given a receive transport.
  void handle_transport(net::time_point now) {
    if (std::exchange(has_transport_, true))
      return;
    announce_at_ = now + announce_delay;
    if (!announced_early_.empty())
      repeat_at_ = now + repeat_delay;
  }

  /// Returns the producers not yet announced, to announce them now although the
  /// client may have no transport.
  std::vector<Info> take_pending() {
    announced_early_.insert(announced_early_.end(), pending_.begin(),
                            pending_.end());
    return std::exchange(pending_, {});
  }

  /// Returns the producers to announce now.
  std::vector<Info> handle_timeout(net::time_point now) {
    std::vector<Info> due;
    if (announce_at_ && now >= *announce_at_) {
      announce_at_.reset();
      due = std::exchange(pending_, {});
    }
    if (repeat_at_ && now >= *repeat_at_) {
      repeat_at_.reset();
      due.insert(due.end(), announced_early_.begin(), announced_early_.end());
      announced_early_.clear();
    }
    return due;
  }

  std::optional<net::time_point> poll_timeout() const {
    return announce_at_ ? announce_at_ : repeat_at_;
  }

private:
  void forget(const id_type& producer) {
    const auto is_it = [&](const Info& x) {
      return x.id == producer;
    };
    std::erase_if(pending_, is_it);
    std::erase_if(announced_early_, is_it);
    if (announced_early_.empty())
      repeat_at_.reset();
  }

  std::vector<Info> pending_;
  std::vector<Info> announced_early_;
  bool has_transport_ = false;
  std::optional<net::time_point> announce_at_;
  std::optional<net::time_point> repeat_at_;
};

} // namespace troupe::protocol
