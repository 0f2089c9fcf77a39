#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/bench_run.hpp"

#include <algorithm>
#include <string_view>

namespace troupe::load {

/// The server ended before the measurement.
class server_died : public run_error {
public:
  using run_error::run_error;
};

/// The reasons for void runs that the server caused; the generator caused all
/// others.
inline constexpr std::string_view server_ended =
    "the server ended during the run";
inline constexpr std::string_view server_ended_badly =
    "the server did not end cleanly";

/// Whether the run is void because of the server.
inline bool server_failed(const run_result& run) {
  return std::ranges::any_of(run.void_reasons, [](const auto& x) {
    return x == server_ended || x == server_ended_badly;
  });
}

} // namespace troupe::load
