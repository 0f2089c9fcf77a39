#include "bench/load/report/affinity.hpp"

namespace troupe::load {

std::optional<core_division> divide_cores(const cpu_set_t& all,
                                          unsigned cores) {
  core_division out;
  CPU_ZERO(&out.server);
  CPU_ZERO(&out.generator);
  unsigned left = cores;
  for (size_t i = 0; i < CPU_SETSIZE; ++i) {
    if (!CPU_ISSET(i, &all))
      continue;
    CPU_SET(i, left > 0 ? &out.server : &out.generator);
    left -= left > 0 ? 1 : 0;
  }
  if (cores == 0 || left > 0 || CPU_COUNT(&out.generator) == 0)
    return std::nullopt;
  return out;
}

core_guard::core_guard(const cpu_set_t& x) {
  ::sched_getaffinity(0, sizeof before_, &before_);
  ::sched_setaffinity(0, sizeof x, &x);
}

core_guard::~core_guard() {
  ::sched_setaffinity(0, sizeof before_, &before_);
}

} // namespace troupe::load
