#pragma once

#include "net/base/client_liveness.hpp"
#include "net/base/time.hpp"
#include "net/ice/ice_lite_agent.hpp"

#include <atomic>
#include <memory>
#include <string_view>

namespace troupe::net {

/// Answers consent checks (RFC 7675) on behalf of an ICE agent: those on the
/// selected tuple after nomination, which only update the time of the last
/// check. All other checks must go to the agent.
///
/// A silent client sends little else, and with thousands of agents each lies in
/// cold memory: passing a check to the agent costs several times as much as
/// answering it here.
///
/// Any thread may answer. When the agent's credentials or selected tuple
/// change, the agent's owner revokes the object and makes a new one.
class ice_check_responder {
public:
  /// Serves an agent in state `completed` that has no older credentials. Each
  /// check answered is noted in `liveness`, unless that is null.
  ice_check_responder(ice_credentials credentials,
                      const transport_tuple& selected, time_point now,
                      std::shared_ptr<client_liveness> liveness = nullptr);

  /// The size of the largest response in octets.
  static constexpr size_t max_size = 128;

  /// Writes the response to `datagram` into `out`, which has `max_size` octets,
  /// and returns its size. Nullopt if the agent must handle the datagram.
  std::optional<size_t> answer(byte_span datagram, const transport_tuple& from,
                               time_point now, mutable_byte_span out);

  /// Stops answering.
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

  /// The time of the last check answered here, or else of construction.
  time_point last_check() const {
    return time_point{duration{last_.load(std::memory_order_relaxed)}};
  }

private:
  bool changes_nothing(const stun_message& x) const;

  const transport_tuple tuple_;
  std::atomic<bool> revoked_{false};
  std::atomic<duration::rep> last_;
  const std::shared_ptr<client_liveness> liveness_;
  const stun_integrity_key key_;
  const ice_credentials credentials_;
};

} // namespace troupe::net
