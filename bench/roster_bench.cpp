#include "actors/peer/consume_cursor.hpp"
#include "actors/room/roster.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace troupe;

constexpr int64_t producers_per_member = 16;

/// A room with that many producers, and their ages.
struct crowd {
  explicit crowd(int64_t producers) {
    for (int64_t i = 0; i < producers; ++i) {
      actors::peer_id owner{"member"
                            + std::to_string(i / producers_per_member)};
      if (i % producers_per_member == 0)
        people.add({owner, owner.str()});
      protocol::producer_info info;
      info.id = actors::producer_id{"producer" + std::to_string(i)};
      info.peer = owner;
      ages.push_back(people.publish({info}).value_or(0));
    }
  }

  actors::roster people;
  std::vector<actors::producer_age> ages;
};

/// A peer that consumes all producers without naming one: the search for all
/// producers of a room, one after another.
void BM_roster_consume_all(benchmark::State& state) {
  crowd room{state.range(0)};
  const actors::peer_id asking{"somebody"};
  const auto can_receive = protocol::default_router_rtp_capabilities();
  for (auto _ : state) {
    actors::consume_cursor cursor;
    size_t found = 0;
    for (;;) {
      auto by = cursor.begin(can_receive);
      const auto* next = room.people.next_for(asking, by.after, {});
      if (!next)
        break;
      cursor.pass(by, room.ages[found++]);
    }
    if (found != room.ages.size())
      state.SkipWithError("not all were found");
  }
  state.SetComplexityN(state.range(0));
}

BENCHMARK(BM_roster_consume_all)
    ->RangeMultiplier(2)
    ->Range(250, 16'000)
    ->Complexity();

} // namespace
