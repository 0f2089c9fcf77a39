#include "bench/load/scenario/signaling_load.hpp"

#include "bench/load/scenario/bench_run.hpp"
#include "bench/load/scenario/figures.hpp"
#include "bench/load/signaling/crowd.hpp"
#include "net/io/http/connection.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto step_timeout = 40s;

/// Time between phases, for late notifications and the lists of dialect B.
constexpr auto settle_time = 3500ms;

/// The number of speakers in the phase with many broadcasts.
constexpr size_t busy_speakers = 100;

/// The number of members that join and leave one by one.
constexpr size_t single_joins = 20;

net::duration seconds(double x) {
  return std::chrono::duration_cast<net::duration>(
      std::chrono::duration<double>(x));
}

class signaling_load {
public:
  explicit signaling_load(const run_options& options)
      : options_(options)
      , run_(options, {})
      , crowd_({run_.address(), options.dialect}) {}

  run_result run() {
    run_.measure([&] {
      join();
      join_and_leave();
      broadcast();
      broadcast_busy();
      if (options_.stalled > 0)
        stall();
      if (options_.flood_per_second > 0)
        flood();
    });
    auto& result = run_.result();
    result.parameters["peers"] = options_.peers;
    result.parameters["joining"] = options_.joining;
    if (!crowd_.problem().empty())
      result.labels["problem"] = crowd_.problem();
    return run_.finish();
  }

private:
  /// The cost of a phase to the server, and the frames sent to members.
  struct span {
    double seconds = 0;
    double cpu = 0; // in seconds
    double frames = 0;
    double octets = 0;
  };

  template <class F>
  span during(F body) {
    auto begin = clock::now();
    auto first = run_.sample();
    auto before = crowd_.counts();
    body();
    auto after = crowd_.counts();
    auto last = run_.sample();
    span out;
    out.seconds = net::to_seconds(clock::now() - begin);
    if (first && last)
      out.cpu = std::chrono::duration<double>(last->cpu - first->cpu).count();
    out.frames = static_cast<double>(after.frames - before.frames);
    out.octets = static_cast<double>(after.octets - before.octets);
    return out;
  }

  void add_figure(const std::string& name, double x) {
    run_.result().extra[name] = x;
  }

  void add_figure(const std::string& name, const latency_histogram& x) {
    auto times = quantiles_of(x);
    add_figure(name + "_ms_p50", times.p50);
    add_figure(name + "_ms_p99", times.p99);
    add_figure(name + "_ms_max", times.max);
  }

  void expect(bool ok, const std::string& what) {
    if (!ok)
      throw run_error{what + " in time: " + std::to_string(crowd_.inside())
                      + " members inside, " + std::to_string(crowd_.ended())
                      + " ended; " + crowd_.problem()};
  }

  void enter(size_t count, size_t at_once) {
    auto wanted = crowd_.inside() + count;
    crowd_.enter(count, at_once);
    expect(crowd_.run(step_timeout, [&] { return crowd_.inside() >= wanted; }),
           "not all members have joined");
  }

  void join() {
    auto before = run_.resident();
    auto x = during([&] { enter(options_.peers, options_.joining); });
    auto peers = static_cast<double>(options_.peers);
    add_figure("joins_per_second", peers / x.seconds);
    add_figure("join_cpu_us", x.cpu / peers * 1e6);
    add_figure("join_storm_frames_each", x.frames / peers);
    add_figure("join_storm_octets_each", x.octets / peers);
    add_figure("join", crowd_.joins());
    crowd_.run(settle_time);
    if (before)
      add_figure("resident_per_member", (static_cast<double>(run_.resident())
                                         - static_cast<double>(before))
                                            / peers);
  }

  void join_and_leave() {
    double count = single_joins;
    auto first = crowd_.size();
    auto came = during([&] {
      for (size_t i = 0; i < single_joins; ++i) {
        enter(1, 1);
        crowd_.run(100ms);
      }
    });
    auto went = during([&] {
      for (size_t i = 0; i < single_joins; ++i) {
        crowd_.leave(first + i);
        crowd_.run(100ms);
      }
    });
    add_figure("single_join_frames", came.frames / count);
    add_figure("single_join_octets", came.octets / count);
    add_figure("single_join_cpu_us", came.cpu / count * 1e6);
    add_figure("single_leave_frames", went.frames / count);
    add_figure("single_leave_cpu_us", went.cpu / count * 1e6);
    crowd_.run(settle_time);
  }

  void speak(size_t first, size_t last) {
    for (auto who = first; who < last; ++who) {
      crowd_.speak(who);
      expect(crowd_.run(step_timeout,
                        [&] { return crowd_.speaking() == who + 1; }),
             "a speaker has no producer");
    }
    crowd_.run(settle_time);
  }

  // Toggles speakers in turn, at that rate, for that long.
  span toggle(size_t speakers, double rate, double length,
              const std::function<void()>& meanwhile = {}) {
    crowd_.notification_latency().clear();
    auto next = clock::now();
    size_t turn = 0;
    return during([&] {
      crowd_.run(seconds(length), {}, [&] {
        for (; clock::now() >= next; next += seconds(1 / rate))
          crowd_.toggle(turn++ % speakers);
        if (meanwhile)
          meanwhile();
      });
      // Members receive the last broadcasts as well.
      crowd_.run(200ms);
    });
  }

  void add_cost(const std::string& name, const span& x) {
    add_figure(name + "_frames_per_second", x.frames / x.seconds);
    add_figure(name + "_cpu_share", x.cpu / x.seconds);
    if (x.frames > 0) {
      add_figure(name + "_cpu_us_per_frame", x.cpu / x.frames * 1e6);
      add_figure(name + "_frames_per_core_second", x.frames / x.cpu);
    }
  }

  void broadcast() {
    speak(0, 1);
    auto x = toggle(1, options_.broadcasts_per_second, options_.seconds);
    add_figure("broadcast", crowd_.notification_latency());
    add_cost("broadcast", x);
  }

  void broadcast_busy() {
    if (options_.busy_broadcasts_per_second <= 0)
      return;
    auto speakers = std::min<size_t>(busy_speakers, options_.peers / 2);
    speak(crowd_.speaking(), speakers);
    auto x =
        toggle(speakers, options_.busy_broadcasts_per_second, options_.seconds);
    add_cost("busy", x);
    crowd_.run(settle_time);
  }

  // Sends so many broadcasts that the unread octets of the stalled members
  // exceed the buffers of kernel and server, or the server's time limit.
  void stall() {
    auto first =
        options_.peers - static_cast<size_t>(options_.stalled * options_.peers);
    for (auto who = first; who < options_.peers; ++who)
      crowd_.set_reading(who, false);
    toggle(1, options_.broadcasts_per_second, 2 * options_.seconds);
    add_figure("stalled", crowd_.notification_latency());
    add_figure("stalled_resident", static_cast<double>(run_.resident()));
    for (auto who = first; who < options_.peers; ++who)
      crowd_.set_reading(who, true);
    crowd_.run(settle_time);
    add_figure("stalled_ended",
               static_cast<double>(crowd_.ended() - crowd_.ended_with(1000)));
  }

  // A flooder that the server disconnects joins again at once.
  void flood() {
    std::vector<size_t> who;
    for (size_t i = 0; i < options_.flooders; ++i)
      who.push_back(options_.peers / 2 + i);
    auto each = options_.flood_per_second / options_.flooders;
    auto begin = clock::now();
    std::vector<double> sent(who.size());
    double total = 0;
    auto meanwhile = [&] {
      auto wanted = each * net::to_seconds(clock::now() - begin);
      for (size_t i = 0; i < who.size(); ++i) {
        if (crowd_.ended(who[i])) {
          crowd_.enter(1, who.size());
          who[i] = crowd_.size() - 1;
          sent[i] = wanted;
        }
        auto count = static_cast<size_t>(std::max(0.0, wanted - sent[i]));
        if (count == 0 || !crowd_.inside(who[i]))
          continue;
        total += static_cast<double>(crowd_.flood(who[i], count));
        // Requests that its socket did not take are skipped.
        sent[i] += static_cast<double>(count);
      }
    };
    auto before = crowd_.ended();
    auto x =
        toggle(1, options_.broadcasts_per_second, options_.seconds, meanwhile);
    add_figure("flood", crowd_.notification_latency());
    add_figure("flood_sent_per_second", total / x.seconds);
    add_figure("flood_cpu_share", x.cpu / x.seconds);
    add_figure("flood_ended", static_cast<double>(crowd_.ended() - before));
  }

  const run_options& options_;
  bench_run run_;
  crowd crowd_;
};

} // namespace

run_result run_signaling_load(const run_options& options) {
  return signaling_load{options}.run();
}

} // namespace troupe::load
