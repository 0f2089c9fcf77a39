#include "bench/load/scenario/capacity.hpp"

#include "bench/load/report/text_table.hpp"
#include "bench/load/scenario/server_end.hpp"

#include <algorithm>
#include <array>

namespace troupe::load {

namespace {

double extra_of(const run_result& run, const std::string& name) {
  auto x = run.extra.find(name);
  return x == run.extra.end() ? 0 : x->second;
}

double worst_latency(const run_result& run) {
  return std::max(run.audio.latency.p99, run.video.latency.p99);
}

// The maximum of CPU cores that the server can use.
double cores_for_server(const run_result& run, const run_options& options) {
  const auto& x = options.server;
  if (x.cores > 0)
    return x.cores;
  auto all = static_cast<uint32_t>(std::max<size_t>(run.machine.cores, 1));
  return x.scheduler_threads > 0
             ? std::min(x.scheduler_threads + x.io_threads, all)
             : all;
}

// The server's failures, given that the generator kept pace.
std::vector<std::string> shortcomings(const run_result& run,
                                      const run_options& options,
                                      const capacity_limits& limits) {
  std::vector<std::string> out;
  auto whole = [](double x) {
    return in_thousands(x);
  };
  if (auto lost = run.audio.lost + run.video.lost)
    out.push_back(whole(static_cast<double>(lost)) + " packets lost");
  if (auto silent = extra_of(run, "silent_consumers"); silent > 0)
    out.push_back(whole(silent) + " streams stopped");
  if (auto refused = extra_of(run, "refusals"); refused > 0)
    out.push_back(whole(refused) + " refusals");
  if (auto failed = extra_of(run, "failed_members"); failed > 0)
    out.push_back(whole(failed) + " members failed");
  // If the server selects the streams, the plan has no packet rate.
  for (auto name : {"audio_of_plan", "video_of_plan"})
    if (auto share = run.extra.find(name); share != run.extra.end()
                                           && !options.by_server
                                           && share->second < limits.of_plan)
      out.push_back("only " + whole(share->second * 100) + " % of "
                    + std::string{name}.substr(0, 5) + " arrived");
  if (auto p99 = worst_latency(run); p99 > limits.latency_ms)
    out.push_back("latency p99 " + in_thousands(p99, 1) + " ms");
  auto cpu = extra_of(run, "server_cpu_share");
  if (cpu >= limits.cpu * cores_for_server(run, options))
    out.push_back("server's CPU at " + whole(cpu * 100) + " % of a core");
  return out;
}

// Makes the tries and stores their results.
class capacity_finder {
public:
  capacity_finder(const capacity_options& how, const run_options& options,
                  const run_load& run, const step_listener& on_step)
      : how_(how)
      , options_(options)
      , run_(run)
      , on_step_(on_step)
      , search_(how.rooms) {}

  capacity_result find() {
    // Each revoked load leaves fewer to try, and several of them mean that
    // nothing can be measured here.
    for (int attempts = 3; attempts > 0; --attempts) {
      while (auto rooms = search_.next())
        search_.add(*rooms, holds(*rooms));
      if (search_.highest() == 0 || measure(search_.highest()))
        break;
      search_.revoke(search_.highest());
    }
    out_.scenario = options_.scenario;
    out_.rooms = out_.runs.empty() ? 0 : search_.highest();
    out_.border = search_.border();
    out_.limit = limit();
    if (auto half = (out_.rooms + 1) / 2; half < out_.rooms)
      keep("half", longer(half));
    return std::move(out_);
  }

private:
  /// One run and its judgement.
  struct try_result {
    std::optional<run_result> run;
    judgement verdict;
  };

  // Whether that many rooms hold in a short run.
  bool holds(uint32_t rooms) {
    auto options = options_;
    options.rooms = rooms;
    options.seconds = how_.step_seconds;
    options.warmup = how_.step_warmup;
    options.floor = false;
    return try_once(options).verdict.held();
  }

  // A longer run, and a second one if the first did not hold.
  try_result longer(uint32_t rooms) {
    auto options = options_;
    options.rooms = rooms;
    auto x = try_once(options);
    return x.verdict.held() ? std::move(x) : try_once(options);
  }

  // Whether that many rooms hold in a longer run, too.
  bool measure(uint32_t rooms) {
    auto x = longer(rooms);
    if (x.verdict.held())
      keep("highest", std::move(x));
    return x.verdict.held();
  }

  void keep(const char* load, try_result x) {
    if (!x.run)
      return;
    x.run->labels["load"] = load;
    out_.runs.push_back(std::move(*x.run));
  }

  try_result try_once(const run_options& options) {
    try_result out;
    try {
      out.run = run_(options);
      out.verdict = judge(*out.run, options, how_.limits);
    } catch (const server_died& e) {
      out.verdict = {{e.what()}, limit_cause::server};
    } catch (const std::exception& e) {
      out.verdict = {{e.what()}, limit_cause::unclear};
    }
    note(options, out);
    return out;
  }

  void note(const run_options& options, const try_result& x) {
    auto& step = out_.steps.emplace_back();
    step.rooms = options.rooms;
    step.verdict = x.verdict;
    step.seconds = options.seconds;
    if (x.run) {
      step.packets_per_second = packets_per_second(*x.run, x.run->out);
      step.server_cpu = extra_of(*x.run, "server_cpu_share");
      step.latency_ms = worst_latency(*x.run);
    }
    on_step_(step);
  }

  // The limit at the lowest load that failed.
  limit_cause limit() const {
    auto out = limit_cause::range;
    for (const auto& x : out_.steps)
      if (!x.verdict.held() && x.rooms == out_.border)
        out = std::max(out, x.verdict.cause);
    return out;
  }

  const capacity_options& how_;
  const run_options& options_;
  const run_load& run_;
  const step_listener& on_step_;
  capacity_search search_;
  capacity_result out_;
};

} // namespace

judgement judge(const run_result& run, const run_options& options,
                const capacity_limits& limits) {
  if (server_failed(run))
    return {run.void_reasons, limit_cause::server};
  if (run.is_void())
    return {run.void_reasons, limit_cause::generator};
  auto reasons = shortcomings(run, options, limits);
  auto cause = reasons.empty() ? limit_cause::range : limit_cause::server;
  return {std::move(reasons), cause};
}

capacity_result find_capacity(const capacity_options& how,
                              const run_options& options, const run_load& run,
                              const step_listener& on_step) {
  return capacity_finder{how, options, run, on_step}.find();
}

bool has_capacity(std::string_view scenario) {
  constexpr std::array names{"broadcast", "webinar", "meetings", "class",
                             "large"};
  return std::ranges::find(names, scenario) != names.end();
}

} // namespace troupe::load
