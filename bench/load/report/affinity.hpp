#pragma once

#include <sched.h>

#include <optional>

namespace troupe::load {

/// Divides the cores of this process between a server and its generator, so
/// that neither slows down the other.
struct core_division {
  cpu_set_t server;
  cpu_set_t generator;
};

/// Gives the first `cores` of `all` to the server, the rest to the generator.
/// Nothing if one of them would have none.
std::optional<core_division> divide_cores(const cpu_set_t& all, unsigned cores);

/// Restricts the calling thread, and those it starts meanwhile, to cores.
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
