#pragma once

#include "protocol/dialects/common/dialect.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

namespace troupe::protocol {

/// The requests of a connection that the server has not answered yet, each with
/// its origin: what its outcome is for.
template <class Origin>
class outstanding_requests {
public:
  /// Adds a request. Returns its token, which no other request of the
  /// connection has.
  request_token add(Origin origin) {
    origins_.emplace(++last_, std::move(origin));
    return last_;
  }

  /// Removes a request and returns its origin; nothing if it does not exist.
  std::optional<Origin> take(request_token token) {
    auto node = origins_.extract(token);
    if (!node)
      return std::nullopt;
    return std::optional<Origin>{std::in_place, std::move(node.mapped())};
  }

  /// The origin of a request; null if it does not exist.
  const Origin* find(request_token token) const {
    const auto found = origins_.find(token);
    return found == origins_.end() ? nullptr : &found->second;
  }

  /// Replaces the origins of all requests.
  void set_all(const Origin& origin) {
    for (auto& [token, x] : origins_)
      x = origin;
  }

  /// The token of the request added last; 0 if there was none.
  request_token last_token() const {
    return last_;
  }

  size_t size() const {
    return origins_.size();
  }

private:
  std::map<request_token, Origin> origins_;
  request_token last_ = 0;
};

} // namespace troupe::protocol
