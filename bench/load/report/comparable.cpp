#include "bench/load/report/comparable.hpp"

namespace troupe::load {

namespace {

std::string name_of(const run_result& run) {
  auto out = arrivals_of(run) + " arrivals (" + run.scenario;
  if (!run.date.empty())
    out += ", " + run.date;
  return out + ")";
}

} // namespace

std::string arrivals_of(const run_result& run) {
  auto found = run.labels.find("arrivals");
  return found == run.labels.end() ? "burst" : found->second;
}

std::optional<std::string> why_incomparable(std::span<const run_result> runs) {
  const run_result* first = nullptr;
  for (auto& run : runs) {
    if (run.in.packets == 0 && run.out.packets == 0)
      continue;
    if (first == nullptr)
      first = &run;
    else if (arrivals_of(run) != arrivals_of(*first))
      return "a run with " + name_of(run)
             + " cannot be compared with a run with " + name_of(*first)
             + "; repeat one of them with --arrivals";
  }
  return std::nullopt;
}

} // namespace troupe::load
