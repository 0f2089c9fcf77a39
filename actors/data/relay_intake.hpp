#pragma once

#include "actors/cluster/relay_messages.hpp"
#include "actors/sctp/data_messages.hpp"

#include <deque>
#include <optional>
#include <variant>

namespace troupe::actors {

/// The receiving end of a relay_feed: puts the messages of a data producer on
/// another node in order, each once, and decides when to grant credit. An
/// engine: no threads, no clock.
class relay_intake {
public:
  /// Messages that were passed on are acknowledged after at most this time.
  static constexpr net::duration credit_delay = std::chrono::milliseconds{50};

  /// Why a batch is not passed on.
  enum class fault : uint8_t {
    /// The messages before it are missing: they have to be sent again.
    gap,
    /// The other node breaks a rule: no messages or too many, one that is too
    /// large or would open a channel (DCEP), or more than the credit.
    violation,
  };

  /// Handles a batch; `first` is the number of its first message. Returns the
  /// messages that are new.
  std::variant<std::vector<data_message>, fault>
  handle(uint64_t first, const std::vector<relayed_message>& messages);

  /// So many messages more have been passed on to the consumers.
  void handle_taken(uint64_t count, net::time_point now);

  /// Returns the number up to which the other node gets credit, if it is time
  /// to say so.
  std::optional<uint64_t> poll_credit(net::time_point now);

  /// When poll_credit() is next wanted, or nothing.
  std::optional<net::time_point> poll_timeout() const {
    return due_;
  }

  /// The number of the next message.
  uint64_t next() const {
    return next_;
  }

  /// The number up to which the other node has been granted credit.
  uint64_t granted() const {
    return granted_;
  }

private:
  static bool valid(const std::vector<relayed_message>& messages);

  uint64_t next_ = 0;
  uint64_t taken_ = 0;
  uint64_t granted_ = 0;
  std::deque<size_t> octets_; // of the messages from granted_ to next_
  size_t outstanding_ = 0;    // their sum
  size_t ungranted_ = 0;      // of those before taken_
  size_t missed_ = 0;         // octets behind a gap, since it was noticed
  std::optional<net::time_point> due_;
};

} // namespace troupe::actors
