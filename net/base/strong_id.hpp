#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace troupe::net {

/// A string id of one kind of object: a room id is not a peer id. Ids are
/// global and opaque; clients echo them and never parse them.
template <class Tag>
class strong_id {
public:
  strong_id() = default;

  explicit strong_id(std::string value) : value_(std::move(value)) {}

  const std::string& str() const {
    return value_;
  }

  bool empty() const {
    return value_.empty();
  }

  auto operator<=>(const strong_id&) const = default;

private:
  std::string value_;
};

} // namespace troupe::net

template <class Tag>
struct std::hash<troupe::net::strong_id<Tag>> {
  size_t operator()(const troupe::net::strong_id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
