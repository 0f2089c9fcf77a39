#include "actors/room/room_shards.hpp"

#include <doctest/doctest.h>

using namespace troupe::actors;

namespace {

constexpr auto full = room_shards::members_per_shard;

/// Shards without actors.
struct stage {
  size_t assign() {
    return shards.assign([this] {
      ++spawned;
      return shard_actor{};
    });
  }

  room_shards shards;
  size_t spawned = 0;
};

} // namespace

TEST_CASE("a shard is filled before the next one begins") {
  stage at;
  for (size_t i = 0; i < full; ++i)
    CHECK(at.assign() == 0);
  CHECK(at.spawned == 1);
  CHECK(at.shards.members(0) == full);
  CHECK(at.assign() == 1);
  CHECK(at.spawned == 2);
  CHECK(at.shards.members(1) == 1);
}

TEST_CASE("a slot that a member has left is assigned again") {
  stage at;
  for (size_t i = 0; i < full + 1; ++i)
    at.assign();
  at.shards.release(0);
  CHECK(at.assign() == 0);
  CHECK(at.assign() == 1);
  CHECK(at.spawned == 2);
}
