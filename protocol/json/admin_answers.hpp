#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Answers of the admin API of other nodes, whose parts go into another answer.
/// docs/openapi.json has their schemas.
namespace troupe::protocol {

/// Whether an answer is one JSON value that may be passed on.
bool is_admin_answer(std::string_view json);

/// A room of a list.
struct listed_room {
  std::string id;
  /// The whole object.
  std::string json;
};

/// The rooms of a page (`RoomList`), or nothing if it is none.
std::optional<std::vector<listed_room>> read_room_list(std::string_view json);

/// The statistics of one room (`RoomStats`) from those of each node.
class room_stats_union {
public:
  /// Adds the producers of a node's answer. The first answer gives all else.
  /// False, and nothing is added, if it is no such answer.
  bool add(std::string_view json);

  /// Whether nothing was added.
  bool empty() const {
    return !whole_.IsObject();
  }

  /// The union as JSON. `unanswered` names the nodes whose producers are
  /// missing.
  std::string str(const std::vector<std::string>& unanswered) const;

private:
  rapidjson::Document whole_;
};

} // namespace troupe::protocol
