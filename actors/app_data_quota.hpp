#pragma once

#include "actors/quota.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

namespace troupe::actors {

/// Octets that one peer's producers and data producers have others told of,
/// beyond what the server itself says of them: `appData`, labels and
/// protocols. Everybody who lists the room gets all of them, so they are
/// limited for each peer and for the room.
///
/// The first octets of a peer do not count for the room: however much others
/// take of the room's, who says little is not refused.
class app_data_quota {
public:
  /// Octets of each peer that the room's limit leaves out.
  static constexpr uint32_t free_octets = 1024;

  /// A peer's, of so many octets.
  explicit app_data_quota(uint32_t limit)
      : limit_(limit)
      , own_(std::make_shared<quota>(limit)) {}

  /// Takes octets for as long as the result lives. Refused as `limit_reached`
  /// where the peer, or all in its room, have too many.
  std::variant<std::shared_ptr<void>, protocol::error> take(size_t octets,
                                                            quota& room) const {
    using places = std::pair<std::shared_ptr<void>, std::shared_ptr<void>>;
    if (octets > limit_)
      return refusal(limit_, "peer");
    auto count = static_cast<uint32_t>(octets);
    places out{own_->take(count), nullptr};
    if (!out.first)
      return refusal(limit_, "peer");
    auto after = own_->taken();
    auto charged = std::min(count, std::max(after, free_octets) - free_octets);
    if (charged == 0)
      return out.first;
    out.second = room.take(charged);
    if (!out.second)
      return refusal(room.limit(), "room");
    return std::shared_ptr<void>{std::make_shared<places>(std::move(out))};
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
