#pragma once

#include "net/base/time.hpp"
#include "net/ice/ice_lite_agent.hpp"

#include <atomic>
#include <string_view>

namespace troupe::net {

/// Answers the checks by which a peer keeps its consent (RFC 7675) in place of
/// the agent they are meant for: those on the selected tuple, after nomination,
/// which change nothing but the time of the last check. All others are the
/// agent's.
///
/// A silent client sends little else, and an agent of thousands lies in cold
/// memory: to ask it costs several times as much as to answer.
///
/// Any thread may answer; whoever owns the agent makes a new pass, and revokes
/// the one before, when the agent's credentials or its selected tuple change.
class check_pass {
public:
  /// For an agent in the state `completed` that knows no older credentials.
  check_pass(ice_credentials credentials, const transport_tuple& selected,
             time_point now);

  /// The largest answer.
  static constexpr size_t max_size = 128;

  /// Writes the answer to `datagram` into `out`, of `max_size` octets, and
  /// returns its size; nothing where that is for the agent to do.
  std::optional<size_t> answer(byte_span datagram, const transport_tuple& from,
                               time_point now, mutable_byte_span out);

  /// Answers nothing any more.
  void revoke() {
    revoked_.store(true, std::memory_order_release);
  }

  bool revoked() const {
    return revoked_.load(std::memory_order_acquire);
  }

  const ice_credentials& credentials() const {
    return credentials_;
  }

  const transport_tuple& tuple() const {
    return tuple_;
  }

  /// When it was made or has last answered.
  time_point last_check() const {
    return time_point{duration{last_.load(std::memory_order_relaxed)}};
  }

private:
  bool changes_nothing(const stun_message& x) const;

  const transport_tuple tuple_;
  std::atomic<bool> revoked_{false};
  std::atomic<duration::rep> last_;
  const ice_credentials credentials_;
};

} // namespace troupe::net
