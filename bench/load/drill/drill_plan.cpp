#include "bench/load/drill/drill_plan.hpp"

#include <algorithm>

namespace troupe::load {

using protocol::media_kind;

namespace {

void add_consumers(member_plan& to, member_index self, const drill_shape& x) {
  const auto senders = (x.members + x.more + x.every - 1) / x.every;
  // The first sender after this member.
  const auto first = self / x.every + 1;
  const auto others = senders - (self % x.every == 0 ? 1 : 0);
  for (member_index i = 0; i < std::min(x.hears, others); ++i) {
    const auto from = (first + i) % senders * x.every;
    to.consumes.push_back({from, media_kind::audio, {}, false});
    if (x.video)
      to.consumes.push_back({from, media_kind::video, {}, false});
  }
}

} // namespace

scenario_plan drill_plan(const drill_shape& x) {
  scenario_plan out;
  for (member_index i = 0; i < x.members + x.more; ++i) {
    auto& member = out.members.emplace_back();
    member.always_connects = true;
    const auto sends = i % x.every == 0;
    member.publishes.push_back({traffic::audio, !sends});
    if (sends && x.video)
      member.publishes.push_back({traffic::v600, false});
    add_consumers(member, i, x);
  }
  return out;
}

size_t first_server(const drill_shape& x, member_index who, size_t servers) {
  return who < x.members ? who % servers : servers - 1;
}

} // namespace troupe::load
