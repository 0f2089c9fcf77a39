#pragma once

#include "actors/replica/own_part.hpp"

#include <string>
#include <utility>

namespace troupe::test {

using sample_entry = actors::part_entry<uint32_t>;
using sample_part = actors::own_part<uint32_t>;
using sample_delta = actors::part_delta<uint32_t>;
using sample_snapshot = actors::part_snapshot<uint32_t>;

/// A member of node `node` that joined at `at` milliseconds.
inline sample_entry member_at(int64_t at, std::string id, std::string user = {},
                              uint64_t node = 1) {
  return {{actors::entry_kind::member, std::move(id)},
          std::move(user),
          {at, 0, node},
          true,
          0};
}

/// A producer of the member `of`.
inline sample_entry producer_at(int64_t at, std::string id, std::string of,
                                uint64_t node = 1) {
  return {{actors::entry_kind::producer, std::move(id)},
          std::move(of),
          {at, 0, node},
          false,
          0};
}

inline actors::entry_key member_key(std::string id) {
  return {actors::entry_kind::member, std::move(id)};
}

inline actors::entry_key key_of_producer(std::string id) {
  return {actors::entry_kind::producer, std::move(id)};
}

} // namespace troupe::test
