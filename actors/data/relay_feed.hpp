#pragma once

#include "actors/cluster/relay_messages.hpp"
#include "actors/sctp/data_switch.hpp"

#include <deque>
#include <memory>
#include <optional>

namespace troupe::actors {

/// The messages of a data producer on their way to its relay on another node:
/// what waits to be sent, and what was sent and may have to be sent again. An
/// engine: no threads, no clock.
///
/// Messages are numbered from 0. At most relay_credit octets are under way.
/// Reliable messages wait for credit as those for a slow client do
/// (data_limits); unreliable ones beyond the credit are dropped.
class relay_feed {
public:
  /// `link` bounds the octets that all feeds of this node have under way to the
  /// other node; it may be null.
  relay_feed(bool reliable, const data_limits& limits,
             std::shared_ptr<in_flight_gauge> link)
      : reliable_(reliable)
      , limits_(limits)
      , link_(std::move(link)) {}

  relay_feed(const relay_feed&) = delete;
  relay_feed& operator=(const relay_feed&) = delete;

  /// Gives back what is under way.
  ~relay_feed();

  /// Adds a message. Returns false if it is dropped.
  bool push(data_message x, net::time_point now);

  /// The next messages to send, and the number of the first one; nothing if
  /// none waits, or the credit is used up.
  struct batch {
    uint64_t first = 0;
    std::vector<data_message> messages;
  };
  std::optional<batch> poll_batch(net::time_point now);

  /// The other node has passed on all messages before `next`. Returns false if
  /// they were never sent.
  bool handle_credit(uint64_t next);

  /// The link is new, and the other node needs the messages from `next` on,
  /// which are sent again. Returns false if that cannot be.
  bool handle_resume(uint64_t next);

  /// Whether reliable messages have waited for too long, or are too many: no
  /// more can be sent without a hole.
  bool too_slow(net::time_point now) const;

  /// Whether messages wait only for other feeds of the link.
  bool waits_for_link() const {
    return waits_for_link_;
  }

  /// Whether all messages were sent, or even passed on.
  bool all_sent() const {
    return next_ == end();
  }
  bool all_passed_on() const {
    return messages_.empty();
  }

  /// The number of the next message that push() adds.
  uint64_t end() const {
    return first_ + messages_.size();
  }

  /// When too_slow() may become true without another message.
  std::optional<net::time_point> poll_timeout() const;

private:
  static size_t weight(const data_message& x) {
    return x.octets->size() + relayed_message_overhead;
  }

  // The message may be under way, too.
  bool admit(const data_message& x);

  size_t waiting() const {
    return kept_ - under_way_;
  }

  bool reliable_;
  data_limits limits_;
  std::shared_ptr<in_flight_gauge> link_;
  std::deque<data_message> messages_; // from number first_ on
  uint64_t first_ = 0;
  uint64_t next_ = 0;     // the next to send
  uint64_t admitted_ = 0; // those before were sent at least once
  size_t kept_ = 0;       // octets of all
  size_t under_way_ = 0;  // octets of those before next_
  bool waits_for_link_ = false;
  /// Since when more waits than the limit.
  std::optional<net::time_point> over_since_;
};

} // namespace troupe::actors
