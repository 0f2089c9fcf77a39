#include "bench/load/scenario/nodes.hpp"

#include "bench/load/report/machine.hpp"
#include "bench/load/report/text_table.hpp"
#include "bench/load/scenario/bench_run.hpp"
#include "bench/load/scenario/node_servers.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

using clock = std::chrono::steady_clock;

/// After this time a server's metrics contain all packets sent before.
constexpr double metrics_delay = 2.2;

/// How long the link is watched after a change of what is wanted, and how
/// often.
constexpr double watch_time = 10;
constexpr double watch_every = 0.25;

/// A silent link carries fewer packets per second.
constexpr double silence = 0.5;

/// More than the planned rate by this is another encoding.
constexpr double tolerance = 1.1;

/// Members of each room whose memory is measured, and the share of them that
/// joins before, so that allocators have what they keep.
constexpr uint32_t remote_room_size = 100;
constexpr uint32_t warm_share = 4;
constexpr double memory_settle_time = 5;
constexpr double remote_joins_per_second = 500;

constexpr std::string_view link_packets =
    "troupe_cluster_media_packets_total{direction=\"out\"}";

double seconds_since(clock::time_point x) {
  return std::chrono::duration<double>(clock::now() - x).count();
}

// The cores of the generator, while this lives.
std::optional<core_guard> guard_cores(const run_options& options) {
  cpu_set_t all;
  ::sched_getaffinity(0, sizeof all, &all);
  const auto parts = divide_cores(all, options.server.cores);
  if (!parts)
    return std::nullopt;
  return std::optional<core_guard>{std::in_place, parts->generator};
}

// Runs a plan on one server, or with publishers and receivers on two. The
// server of the publishers is measured, or that of the receivers.
run_result run_steady(const run_options& options, scenario_plan plan,
                      size_t nodes, bool measure_receivers) {
  const node_servers servers{options, nodes};
  const auto cores = guard_cores(options);
  if (nodes > 1)
    plan = divided(std::move(plan), measure_receivers ? 1 : 0,
                   measure_receivers ? 0 : 1);
  const auto with_servers = servers.options();
  bench_run run{with_servers, std::move(plan)};
  run.join_all();
  run.sleep(options.warmup);
  run.measure();
  auto out = run.finish();
  out.server = options.server.binary;
  out.commit = commit_at(options.server.binary);
  out.labels["nodes"] = std::to_string(nodes);
  out.labels["traffic"] = to_string(options.video.value_or(traffic::v600));
  return out;
}

std::string describe(const std::string& name, const run_result& x) {
  auto text = name + ": " + in_thousands(cpu_ns_per_packet(x).value_or(0))
              + " ns of CPU a packet, latency p50 "
              + in_thousands(x.video.latency.p50, 2) + " p99 "
              + in_thousands(x.video.latency.p99, 2) + " ms";
  for (const auto& why : x.void_reasons)
    text += ", void: " + why;
  return text;
}

/// Watches what one publisher's node sends to the other.
class link_watch {
public:
  explicit link_watch(const run_options& options)
      : servers_(options, 2)
      , options_(servers_.options())
      , run_(options_, plan_of(options)) {}

  link_figures measure() {
    run_.join_all();
    run_.sleep(options_.warmup);
    count_copies();
    run_.client_pool().set_sending(0, 1, true);
    run_.sleep(options_.warmup);
    for_receivers([](load_client& x) { x.set_layer(0, 0); });
    figures_.lowest_planned = lowest_rate();
    const auto most = figures_.lowest_planned * tolerance;
    const auto samples = watch(most);
    figures_.lowest_after = settled_after(samples, most);
    figures_.lowest_carried = last_rate(samples);
    for_receivers([](load_client& x) {
      x.set_paused(0, protocol::media_kind::video, true);
    });
    figures_.silent_after = settled_after(watch(silence), silence);
    return figures_;
  }

private:
  static scenario_plan plan_of(const run_options& x) {
    return divided(broadcast_plan(x.receivers, traffic::sim3, false), 0, 1);
  }

  static double lowest_rate() {
    auto plan = broadcast_plan(1, traffic::sim3, false);
    plan.members.back().consumes.front().spatial_layer = 0;
    return plan.planned_packets_per_second(protocol::media_kind::video);
  }

  uint64_t carried() const {
    return servers_.metric(0, link_packets);
  }

  // While nothing is sent, the counters of both ends are complete.
  void count_copies() {
    auto& publishers = run_.client_pool();
    publishers.set_sending(0, 1, false);
    run_.sleep(metrics_delay);
    const auto before = carried();
    publishers.reset_figures();
    publishers.set_sending(0, 1, true);
    run_.sleep(options_.seconds);
    publishers.set_sending(0, 1, false);
    run_.sleep(metrics_delay);
    figures_.published = publishers.figures().media.rtp_out.packets;
    figures_.carried = carried() - before;
  }

  void for_receivers(const std::function<void(load_client&)>& act) {
    run_.client_pool().for_each([&](member_index who, load_client& x) {
      if (who > 0)
        act(x);
    });
  }

  // Until the link has kept to a rate, or watch_time.
  std::vector<counted_packets> watch(double rate) {
    std::vector<counted_packets> out;
    const auto begin = clock::now();
    do {
      out.push_back({seconds_since(begin), carried()});
      run_.sleep(watch_every);
    } while (out.back().at < watch_time && !settled_after(out, rate));
    return out;
  }

  // Packets per second in the last two seconds.
  static double last_rate(const std::vector<counted_packets>& x) {
    const auto& last = x.back();
    const auto from = std::ranges::find_if(
        x, [&](const auto& one) { return one.at >= last.at - 2; });
    return from->at < last.at
               ? static_cast<double>(last.packets - from->packets)
                     / (last.at - from->at)
               : 0;
  }

  node_servers servers_;
  run_options options_;
  bench_run run_;
  link_figures figures_;
};

remote_memory measure_memory(run_options options, uint32_t members) {
  options.joins_per_second = remote_joins_per_second;
  const node_servers servers{options, 2};
  const auto rooms = 1 + (members - 1) / remote_room_size;
  const auto warm = members / warm_share;
  const auto with_servers = servers.options();
  bench_run run{with_servers, remote_plan(rooms, members + warm)};
  const auto enter = [&](uint32_t first, uint32_t last) {
    run.join(first, last);
    run.settle({last, 0, false});
    run.sleep(memory_settle_time);
    return run.resident();
  };
  enter(0, rooms);
  const auto before = enter(rooms, rooms + warm);
  const auto after = enter(rooms + warm, rooms + warm + members);
  remote_memory out;
  out.members = members;
  if (before > 0 && after >= before)
    out.octets_each =
        static_cast<double>(after - before) / static_cast<double>(members);
  return out;
}

} // namespace

nodes_report
measure_nodes(const nodes_options& x,
              const std::function<void(const std::string&)>& progress) {
  auto options = x.run;
  options.floor = false;
  nodes_report out;
  out.receivers = options.receivers;
  out.lenient = options.lenient;
  const auto video = options.video.value_or(traffic::v600);
  const auto narrow = repeated(broadcast_plan(1, video, false), x.narrow_rooms);
  const auto wide =
      repeated(broadcast_plan(options.receivers, video, false), options.rooms);
  const auto add = [&](const std::string& name, node_rounds& to,
                       const scenario_plan& plan, size_t nodes,
                       bool measure_receivers) {
    auto& side = nodes == 1 ? to.one : to.two;
    side.push_back(run_steady(options, plan, nodes, measure_receivers));
    progress(describe(name + ", " + std::to_string(nodes)
                          + (nodes == 1 ? " node" : " nodes"),
                      side.back()));
  };
  for (uint32_t round = 0; round < x.rounds; ++round)
    for (size_t turn = 0; turn < 2; ++turn) {
      const auto nodes = size_t{1} + (round + turn) % 2;
      add("to one receiver", out.narrow, narrow, nodes, false);
      add("to many receivers", out.wide, wide, nodes, true);
    }
  progress("what the link carries");
  out.link = link_watch{options}.measure();
  if (x.remote_members > 0) {
    progress("members on another node");
    out.memory = measure_memory(options, x.remote_members);
  }
  return out;
}

} // namespace troupe::load
