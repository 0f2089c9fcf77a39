#include "bench/load/scenario/signal.hpp"

#include "bench/load/scenario/bench_run.hpp"
#include "bench/load/scenario/figures.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <atomic>
#include <mutex>

namespace troupe::load {

namespace {

namespace asio = boost::asio;

using clock = std::chrono::steady_clock;

/// The state shared by all clients while requests are made.
struct signal_state {
  std::atomic<bool> running{true};
  std::atomic<size_t> loops{0};
  std::mutex mutex;
  latency_histogram times;
  std::string problem;
};

// Makes one request after another. The histogram is locked for each, which
// costs little compared with a request.
asio::awaitable<void> make_requests(load_client& client, signal_state& state,
                                    size_t turn) {
  auto& signaling = client.signaling();
  auto producer = encode_producer(client.producers().at(0));
  try {
    for (; state.running; ++turn) {
      auto what = method::list_producers;
      if (turn % 4 == 1)
        what = method::pause_producer;
      else if (turn % 4 == 3)
        what = method::resume_producer;
      auto payload = what == method::list_producers ? "{}" : producer;
      auto begin = clock::now();
      co_await signaling.ask(what, std::move(payload));
      std::lock_guard guard{state.mutex};
      state.times.add(clock::now() - begin);
    }
  } catch (const std::exception& e) {
    std::lock_guard guard{state.mutex};
    state.problem = e.what();
  }
  --state.loops;
}

uint64_t count_pushes(client_pool& all) {
  uint64_t sum = 0;
  all.for_each(
      [&](member_index, load_client& x) { sum += x.signaling().pushes(); });
  return sum;
}

} // namespace

run_result run_signal(const run_options& options) {
  bench_run run{options, signal_plan(options.peers, options.size)};
  run.join_all();
  signal_state state;
  run.client_pool().for_each([&](member_index who, load_client& x) {
    for (uint32_t i = 0; i < options.window; ++i) {
      ++state.loops;
      asio::co_spawn(x.loop(), make_requests(x, state, who + i),
                     asio::detached);
    }
  });
  run.sleep(options.warmup);
  uint64_t pushes = 0;
  run.measure([&] {
    {
      std::lock_guard guard{state.mutex};
      state.times.clear();
    }
    auto before = count_pushes(run.client_pool());
    run.sleep(options.seconds);
    pushes = count_pushes(run.client_pool()) - before;
  });
  state.running = false;
  while (state.loops > 0)
    run.sleep(0.01);
  auto& result = run.result();
  auto times = quantiles_of(state.times);
  auto requests = static_cast<double>(times.samples);
  result.extra["requests_per_second"] = requests / result.seconds;
  result.extra["pushes_per_second"] =
      static_cast<double>(pushes) / result.seconds;
  result.extra["request_ms_p50"] = times.p50;
  result.extra["request_ms_p99"] = times.p99;
  result.extra["request_ms_p999"] = times.p999;
  if (requests > 0)
    result.extra["server_cpu_us_per_request"] =
        static_cast<double>(result.costs.cpu_ns) / 1'000 / requests;
  if (!state.problem.empty())
    result.void_reasons.push_back("a request failed: " + state.problem);
  result.parameters["window"] = options.window;
  return run.finish();
}

} // namespace troupe::load
