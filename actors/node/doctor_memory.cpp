#include "actors/node/doctor_memory.hpp"

namespace troupe::actors {

namespace {

using std::to_string;

/// Enough for some hundred clients and their media.
constexpr uint64_t least_memory = uint64_t{256} << 20;

/// Messages that wait for the server may take one part in this many.
constexpr uint64_t undelivered_part = 4;

std::string megabytes(uint64_t octets) {
  return to_string(octets >> 20) + " MB";
}

finding warning(std::string what, std::string remedy) {
  return {verdict::warning, "memory", std::move(what), std::move(remedy)};
}

} // namespace

finding judge_memory(const config& settings, std::optional<uint64_t> limit) {
  auto undelivered = uint64_t{settings.http.undelivered_limit};
  if (limit && *limit < least_memory)
    return warning(
        "the limit is " + megabytes(*limit)
            + ": a few large rooms exceed it, and the kernel kills the server",
        "raise the memory limit of the container or unit to "
            + megabytes(least_memory) + " or more");
  if (limit && undelivered > *limit / undelivered_part)
    return warning("the limit is " + megabytes(*limit)
                       + ", and messages that wait for the server may take "
                       + megabytes(undelivered) + " of it",
                   "set http.undelivered-limit to "
                       + to_string(*limit / undelivered_part) + " or less");
  if (limit && settings.overload.memory == 0)
    return warning(
        "the limit is " + megabytes(*limit)
            + ", and newcomers are admitted even if no memory is left",
        "set overload.memory, for example to 90");
  return {verdict::ok,
          "memory",
          limit ? "the limit is " + megabytes(*limit) : "no limit",
          {}};
}

} // namespace troupe::actors
