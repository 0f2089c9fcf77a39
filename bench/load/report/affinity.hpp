#pragma once

#include <sched.h>

#include <optional>

namespace troupe::load {

/// Divides the cores of this process between a server and its generator, so
/// that neither takes the other's time.
struct core_division {
  cpu_set_t server;
  cpu_set_t generator;
};

/// The first `cores` of `all` for the server, the rest for the generator.
/// Nothing where none would be left for one of them.
std::optional<core_division> divide_cores(const cpu_set_t& all, unsigned cores);

/// Keeps the calling thread, and those it starts meanwhile, to some cores.
class core_guard {
public:
  explicit core_guard(const cpu_set_t& x);

  core_guard(const core_guard&) = delete;
  core_guard& operator=(const core_guard&) = delete;

  ~core_guard();

private:
  cpu_set_t before_;
};

} // namespace troupe::load
