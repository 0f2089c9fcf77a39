#pragma once

#include "actors/base/messages.hpp"
#include "net/base/time.hpp"

#include <chrono>
#include <optional>
#include <utility>

namespace troupe::actors {

/// A client's join that is left unanswered while the client waits: in a room's
/// lobby, or in line for a busy server. The room or the server says how the
/// wait ends, perhaps before the session knows that it has begun.
class lobby_wait {
public:
  /// A wait that has ended.
  struct result {
    uint64_t token = 0; // of the request
    protocol::verb::join what;
    knock_verdict verdict = knock_verdict::no_answer;
    net::duration waited{};
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

  /// How long the client waits if its join was answered with that error: 0 if
  /// it does not wait.
  std::chrono::seconds time_for(const protocol::error& why) const {
    using enum protocol::error_reason;
    if (!what_)
      return {};
    return why.reason == waiting_for_host ? what_->patience
           : why.reason == in_line        ? what_->time_in_line
                                          : std::chrono::seconds{};
  }

  /// The client waits from now on, until then at the latest.
  void begin(uint64_t token, net::time_point now, net::time_point until) {
    token_ = token;
    began_ = now;
    until_ = until;
  }

  /// The wait has been ended. Ignored if that concerns another join.
  void handle(const knock_ended& x) {
    if (what_ && x.joiner == joiner_)
      verdict_ = x.verdict;
  }

  /// Returns the wait once it has ended: by the room or the server, or because
  /// neither said anything in time.
  std::optional<result> poll_end(net::time_point now) {
    if (!until_)
      return std::nullopt;
    if (!verdict_ && now >= *until_)
      verdict_ = knock_verdict::no_answer;
    if (!verdict_)
      return std::nullopt;
    result out{token_, std::move(*what_), *verdict_, now - began_};
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
  net::time_point began_;
  std::optional<net::time_point> until_; // set while the client waits
  std::optional<knock_verdict> verdict_;
};

} // namespace troupe::actors
