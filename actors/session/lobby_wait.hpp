#pragma once

#include "actors/base/messages.hpp"
#include "net/base/time.hpp"

#include <optional>
#include <utility>

namespace troupe::actors {

/// A client's join that a room may leave unanswered, while the client waits in
/// its lobby. The room says how the wait ends, perhaps before the session knows
/// that it has begun.
class lobby_wait {
public:
  /// A wait that has ended.
  struct result {
    uint64_t token = 0; // of the request
    protocol::verb::join what;
    knock_verdict verdict = knock_verdict::no_answer;
  };

  /// A join begins by the peer whose actor id is `joiner`.
  void begin_join(uint64_t joiner, protocol::verb::join what) {
    *this = {};
    joiner_ = joiner;
    what_ = std::move(what);
  }

  /// The join is answered.
  void end_join() {
    *this = {};
  }

  /// Whether the join was answered with an error that lets the client wait.
  bool lets_wait(const protocol::error& why) const {
    return what_ && what_->patience.count() > 0
           && why.reason == protocol::error_reason::waiting_for_host;
  }

  /// The client waits, until then at the latest.
  void begin(uint64_t token, net::time_point until) {
    token_ = token;
    until_ = until;
  }

  /// The room has ended the wait. Ignored if that concerns another join.
  void handle(const knock_ended& x) {
    if (what_ && x.joiner == joiner_)
      verdict_ = x.verdict;
  }

  /// Returns the wait once it has ended: by the room, or because the room said
  /// nothing in time.
  std::optional<result> poll_end(net::time_point now) {
    if (!until_)
      return std::nullopt;
    if (!verdict_ && now >= *until_)
      verdict_ = knock_verdict::no_answer;
    if (!verdict_)
      return std::nullopt;
    result out{token_, std::move(*what_), *verdict_};
    *this = {};
    return out;
  }

  /// When poll_end() is next wanted.
  std::optional<net::time_point> poll_timeout() const {
    return until_;
  }

private:
  uint64_t joiner_ = 0;
  uint64_t token_ = 0;
  std::optional<protocol::verb::join> what_;
  std::optional<net::time_point> until_; // set while the client waits
  std::optional<knock_verdict> verdict_;
};

} // namespace troupe::actors
