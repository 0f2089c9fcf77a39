#pragma once

#include "actors/base/quota.hpp"
#include "protocol/verbs/error.hpp"
#include "protocol/verbs/limits.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

namespace troupe::actors {

/// Limits the octets that a peer's producers and data producers add to what
/// other members are sent: `appData`, labels and protocols. Every member that
/// lists the room gets all of them, so there is a limit per peer and one per
/// room.
///
/// The first octets of a peer do not count toward the room's limit: a peer that
/// sends little is never refused because of the others.
class app_data_quota {
public:
  /// Octets of each peer that do not count toward the room's limit.
  static constexpr uint32_t free_octets = 1024;

  /// The quota of one peer, in octets.
  explicit app_data_quota(uint32_t limit)
      : limit_(limit)
      , own_(std::make_shared<quota>(limit)) {}

  /// Takes octets until the result is destroyed. Fails with `limit_reached` if
  /// the peer or its room would exceed the limit.
  std::variant<std::shared_ptr<void>, protocol::error> take(size_t octets,
                                                            quota& room) const {
    using token_pair = std::pair<std::shared_ptr<void>, std::shared_ptr<void>>;
    if (octets > limit_)
      return refusal(limit_, "peer");
    auto count = static_cast<uint32_t>(octets);
    token_pair out{own_->take(count), nullptr};
    if (!out.first)
      return refusal(limit_, "peer");
    auto after = own_->taken();
    auto charged = std::min(count, std::max(after, free_octets) - free_octets);
    if (charged == 0)
      return out.first;
    out.second = room.take(charged);
    if (!out.second)
      return refusal(room.limit(), "room");
    return std::shared_ptr<void>{std::make_shared<token_pair>(std::move(out))};
  }

private:
  static protocol::error refusal(uint32_t limit, std::string_view whose) {
    auto fault =
        protocol::limits::at_most(limit).append(" in all producers of the ");
    return {protocol::error_code::limit_reached,
            protocol::describe_fault("appData", fault.append(whose))};
  }

  uint32_t limit_;
  std::shared_ptr<quota> own_;
};

} // namespace troupe::actors
