#include "tests/gates/scenarios.hpp"

namespace troupe::gates {

namespace {

constexpr size_t meeting_size = 7;

void add(scenario_plan& to, size_t count, const member_plan& each) {
  to.members.insert(to.members.end(), count, each);
}

} // namespace

scenario_plan broadcast(std::string load, size_t receivers) {
  scenario_plan out{"broadcast/" + std::move(load), {}};
  add(out, 1, {"hall", {media::audio, media::v600}, false, false});
  add(out, receivers, {"hall", {}, true, false});
  return out;
}

scenario_plan webinar(std::string load, size_t speakers, size_t receivers) {
  scenario_plan out{"webinar/" + std::move(load), {}};
  add(out, speakers, {"webinar", {media::audio}, true, false});
  add(out, receivers, {"webinar", {}, true, false});
  return out;
}

scenario_plan meetings(std::string load, size_t rooms) {
  scenario_plan out{"meetings/" + std::move(load), {}};
  for (size_t i = 0; i < rooms; ++i)
    add(out, meeting_size,
        {"meeting" + std::to_string(i),
         {media::audio, media::v600},
         true,
         false});
  return out;
}

scenario_plan large(std::string load, size_t members) {
  scenario_plan out{"large/" + std::move(load), {}};
  add(out, members, {"large", {media::audio, media::sim3}, true, true});
  return out;
}

std::vector<scenario_plan> all_scenarios() {
  return {
      broadcast("light", 10),   broadcast("medium", 50),
      broadcast("heavy", 100),  webinar("light", 3, 10),
      webinar("medium", 5, 50), webinar("heavy", 10, 100),
      meetings("light", 1),     meetings("medium", 2),
      meetings("heavy", 4),     large("light", 8),
      large("medium", 16),      large("heavy", 24),
  };
}

} // namespace troupe::gates
