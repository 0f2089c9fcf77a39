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
/// was announced earlier is announced again after `patience`, unless the client
/// has stored the notification and consumed the producer by then.
template <class Info>
class announcements {
public:
  using id_type = decltype(Info::id);

  /// A frontend stores its transport only after its callback has returned, and
  /// by then it has handled everything in the same HTTP response. The
  /// notification must therefore go into a later response.
  static constexpr auto pause = std::chrono::milliseconds{50};

  /// Time for a client with a new transport to consume what it has stored.
  static constexpr auto patience = std::chrono::seconds{3};

  /// Resets the state for a room with those producers.
  void enter(std::vector<Info> producers) {
    *this = announcements{};
    untold_ = std::move(producers);
  }

  /// Resets the state in the same room, for a client that will create another
  /// transport. A notification that is already scheduled is still sent.
  void enter_again(std::vector<Info> producers) {
    const auto due = tell_at_;
    enter(std::move(producers));
    tell_at_ = due;
  }

  /// Adds a producer. Returns whether to notify the client of it now; otherwise
  /// handle_timeout() returns it later.
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

  /// The client consumes that producer or has requested to.
  void handle_consumed(const id_type& producer) {
    forget(producer);
  }

  /// The client has been given a receive transport.
  void handle_transport(net::time_point now) {
    if (std::exchange(has_transport_, true))
      return;
    tell_at_ = now + pause;
    if (!told_early_.empty())
      tell_again_at_ = now + patience;
  }

  /// Returns the producers not yet announced, to announce them now although the
  /// client may have no transport.
  std::vector<Info> take_untold() {
    told_early_.insert(told_early_.end(), untold_.begin(), untold_.end());
    return std::exchange(untold_, {});
  }

  /// Returns the producers to announce now.
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
