#include "bench/load/scenario/bench_run.hpp"

#include "bench/load/report/machine.hpp"
#include "bench/load/scenario/figures.hpp"
#include "bench/load/scenario/plan_traffic.hpp"
#include "bench/load/scenario/server_end.hpp"

#include <algorithm>
#include <thread>

#include <sys/resource.h>

namespace troupe::load {

namespace {

using clock = std::chrono::steady_clock;

/// Members that join at a time, except in a join storm.
constexpr size_t joining_at_once = 20;

client_pool_config client_pool_of(const run_options& x,
                                  const server_address& server) {
  client_pool_config out;
  out.server = server;
  for (const auto& url : x.server.other_urls)
    out.other_servers.push_back(parse_server(url));
  out.dialect = x.dialect;
  out.threads = std::max(1u, x.generator_threads);
  out.media.decrypt_share = x.decrypt_share;
  out.media.seed = x.seed;
  out.media.arrivals = x.arrivals;
  out.media.sockets.gro = x.gro;
  if (x.profile == srtp_choice::cm)
    out.media.profiles = {net::srtp_profile::aes128_cm_sha1_80};
  else
    out.media.profiles = {net::srtp_profile::aead_aes_128_gcm};
  out.begin_muted = x.scenario == "overload" && !x.by_joining;
  out.impairment.loss = x.loss;
  out.impairment.delay = net::duration{x.delay} / 2;
  return out;
}

std::string describe(const client_pool_status& x) {
  auto text =
      std::to_string(x.ready) + " of "
      + std::to_string(x.ready + x.joining + x.waiting + x.refused + x.failed)
      + " members joined, " + std::to_string(x.connected) + " connected, "
      + std::to_string(x.flowing) + " of " + std::to_string(x.wanted)
      + " consumers receive";
  if (x.refusals > 0)
    text +=
        ", " + std::to_string(x.refusals) + " refused by an overloaded server";
  if (!x.problem.empty())
    text += "; first problem: " + x.problem;
  return text;
}

} // namespace

std::vector<std::string> server_flags(const run_options& all) {
  const auto& x = all.server;
  std::vector<std::string> out{
      "--threads.scheduler=" + std::to_string(x.scheduler_threads),
      "--threads.io=" + std::to_string(x.io_threads),
      "--rtc.sockets=" + std::to_string(x.io_threads),
      "--room.max-members=10000",
      "--whep.max-viewers=10000",
      // Forwards all that is consumed, unless the selection is tested.
      "--room.audio-top=" + std::to_string(all.by_server ? all.heard : 0),
      "--room.last-n=" + std::to_string(all.by_server ? all.seen + 1 : 0),
      "--log.level=info",
  };
  if (x.unprotected)
    for (auto mark : {"cpu", "delay", "shed-delay"})
      out.push_back("--overload." + std::string{mark} + "=0");
  out.insert(out.end(), x.arguments.begin(), x.arguments.end());
  return out;
}

void raise_file_limit() {
  rlimit x{};
  if (::getrlimit(RLIMIT_NOFILE, &x) != 0)
    return;
  x.rlim_cur = x.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &x);
}

bench_run::bench_run(const run_options& options, scenario_plan plan)
    : options_(options)
    , plan_(std::move(plan)) {
  raise_file_limit();
  describe();
  if (auto ns = measure_batched())
    result_.batched_floor.emplace().before_ns = *ns;
  launch();
  client_pool_ = std::make_unique<load::client_pool>(
      plan_, client_pool_of(options_, address_));
}

bench_run::~bench_run() = default;

void bench_run::launch() {
  if (!options_.server.url.empty()) {
    address_ = parse_server(options_.server.url);
    pid_ = options_.server.pid;
    result_.server = options_.server.url;
    return;
  }
  auto command = troupe_command(options_.server.binary, server_flags(options_));
  result_.server = options_.server.binary;
  result_.command = command.line();
  result_.commit = commit_at(options_.server.binary);
  command.stop_within = std::chrono::seconds{20};
  if (options_.server.cores > 0) {
    cpu_set_t all;
    ::sched_getaffinity(0, sizeof all, &all);
    auto parts = divide_cores(all, options_.server.cores);
    if (!parts)
      throw run_error{"--server-cores leaves no core for the generator"};
    command.cores = parts->server;
    cores_.emplace(parts->generator);
    result_.parameters["server_cores"] = options_.server.cores;
  }
  auto started = server_process::start(command);
  if (!started)
    throw run_error{started.error().text};
  server_.emplace(std::move(*started));
  address_ = parse_server(server_->url());
  pid_ = server_->pid();
}

void bench_run::describe() {
  result_.scenario = options_.scenario;
  result_.machine = this_machine();
  result_.date = utc_now();
  result_.labels["dialect"] = to_string(options_.dialect);
  result_.labels["srtp"] = to_string(options_.profile);
  result_.labels["gro"] = options_.gro ? "on" : "off";
  const auto& how = options_.arrivals;
  result_.labels["arrivals"] = to_string(how.arrivals);
  if (how.arrivals == arrivals::spaced)
    result_.parameters["uplink_mbit"] = how.uplink / 1e6;
  auto threads = options_.server.scheduler_threads;
  result_.parameters["cores"] = threads ? threads : result_.machine.cores;
  result_.parameters["io_threads"] = options_.server.io_threads;
  result_.parameters["generator_threads"] = options_.generator_threads;
  result_.parameters["members"] = static_cast<double>(plan_.members.size());
  result_.parameters["rooms"] = plan_.rooms();
  result_.parameters["consumers"] = static_cast<double>(plan_.consumers());
}

std::optional<double> bench_run::measure_batched() {
  if (!options_.floor)
    return std::nullopt;
  auto forwarded = traffic_of(plan_, options_.seed);
  if (forwarded.rtcp_per_packet <= 0)
    return std::nullopt;
  batched_floor_options how;
  if (options_.server.cores > 0 && options_.server.url.empty()) {
    cpu_set_t all;
    ::sched_getaffinity(0, sizeof all, &all);
    how.cores = divide_cores(all, options_.server.cores);
  }
  auto out = measure_batched_floor(forwarded, how);
  if (out)
    return *out;
  result_.labels["batched_floor"] = out.error().text;
  return std::nullopt;
}

void bench_run::join(member_index first, member_index last) {
  client_pool_->start_joining(first, last,
                              {options_.joins_per_second, joining_at_once});
}

void bench_run::join_all(bool media) {
  auto before = resident();
  join(0, static_cast<member_index>(plan_.members.size()));
  auto wanted = everyone();
  wanted.media = media;
  settle(wanted);
  if (auto each = octets_each(before, resident(), plan_.members.size()))
    result_.extra["resident_per_member"] = *each;
}

void bench_run::settle(const expectation& wanted) {
  auto deadline = clock::now()
                  + std::chrono::duration_cast<clock::duration>(
                      std::chrono::duration<double>(options_.join_timeout));
  for (;;) {
    auto x = client_pool_->status();
    if (x.waiting + x.joining + x.refused + x.failed == 0
        && x.connected == wanted.members && x.consumers == wanted.consumers
        && (!wanted.media || x.flowing == x.wanted))
      return;
    if (server_ && !server_->running())
      throw server_died{"the server ended: " + server_->log(2'000)};
    if (x.failed)
      throw run_error{"members failed: " + load::describe(x)};
    if (clock::now() > deadline)
      throw run_error{"not settled in time: " + load::describe(x)};
    sleep(0.05);
  }
}

void bench_run::sleep(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

std::optional<process_sample> bench_run::sample(with_memory memory) {
  return pid_ ? sample_process(pid_, memory) : std::nullopt;
}

uint64_t bench_run::resident() {
  auto x = sample(with_memory::yes);
  return x ? x->resident : 0;
}

void bench_run::measure() {
  measure([&] { sleep(options_.seconds); });
}

void bench_run::measure(const std::function<void()>& body) {
  auto ticks = machine_ticks();
  auto own_cpu = client_pool_->cpu_time();
  client_pool_->reset_figures();
  auto begin = clock::now();
  auto first = sample();
  auto sent_before = read_send_counters(address_.host, address_.port);
  body();
  auto last = sample();
  auto sent_after = read_send_counters(address_.host, address_.port);
  auto figures = client_pool_->figures();
  auto end = clock::now();
  auto elapsed = std::chrono::duration<double>(end - begin).count();
  result_.seconds = elapsed;
  set_media(result_, figures.media);
  note_sends(sent_before, sent_after);
  judge_generator(result_, figures.health);
  check_flow(end);
  result_.extra["generator_cpu_share"] =
      std::chrono::duration<double>(client_pool_->cpu_time() - own_cpu).count()
      / elapsed;
  result_.extra["stolen_share"] = stolen_share(ticks, machine_ticks());
  if (first && last) {
    result_.costs = costs_of(usage_between(*first, *last), resident());
    result_.extra["server_cpu_share"] =
        static_cast<double>(result_.costs.cpu_ns) * 1e-9 / elapsed;
  }
  if (server_ && !server_->running())
    result_.void_reasons.emplace_back(server_ended);
}

void bench_run::note_sends(const std::optional<send_counters>& before,
                           const std::optional<send_counters>& after) {
  if (!before || !after)
    return;
  auto mean = [](uint64_t all, uint64_t parts) {
    return parts > 0 ? std::optional{static_cast<double>(all)
                                     / static_cast<double>(parts)}
                     : std::nullopt;
  };
  result_.mean_batch =
      mean(after->datagrams - before->datagrams, after->calls - before->calls);
  result_.mean_gso_run =
      mean(after->in_runs - before->in_runs, after->runs - before->runs);
  if (!before->kernel || !after->kernel || result_.out.packets == 0)
    return;
  auto per_packet = [&](const char* name, uint64_t kernel_counters::*which) {
    result_.extra[name] =
        static_cast<double>((*after->kernel).*which - (*before->kernel).*which)
        / static_cast<double>(result_.out.packets);
  };
  per_packet("messages_per_packet", &kernel_counters::messages);
  per_packet("receive_calls_per_packet", &kernel_counters::receive_calls);
  per_packet("wakeups_per_packet", &kernel_counters::wakeups);
  per_packet("rtcp_received_per_packet", &kernel_counters::rtcp_received);
}

// Sequence numbers reveal gaps, but not a stream that has stopped.
void bench_run::check_flow(net::time_point end) {
  auto x = client_pool_->status(end - std::chrono::seconds{1});
  if (x.flowing < x.wanted)
    result_.extra["silent_consumers"] =
        static_cast<double>(x.wanted - x.flowing);
  if (x.refusals)
    result_.extra["refusals"] = static_cast<double>(x.refusals);
  if (x.failed)
    result_.extra["failed_members"] = static_cast<double>(x.failed);
  if (!x.problem.empty())
    result_.labels["problem"] = x.problem;
  auto share = [&](const char* name, protocol::media_kind kind,
                   const delivery& came) {
    auto planned = plan_.planned_packets_per_second(kind) * result_.seconds;
    if (planned > 0)
      result_.extra[name] = static_cast<double>(came.received) / planned;
  };
  share("audio_of_plan", protocol::media_kind::audio, result_.audio);
  share("video_of_plan", protocol::media_kind::video, result_.video);
}

void bench_run::take_joins(member_index first, member_index last) {
  set_joins(result_, client_pool_->joins(first, last));
}

run_result bench_run::finish() {
  if (result_.join_server.samples == 0)
    take_joins(0, static_cast<member_index>(plan_.members.size()));
  client_pool_.reset();
  if (server_ && !server_->stop())
    result_.void_reasons.emplace_back(server_ended_badly);
  cores_.reset();
  if (result_.batched_floor)
    result_.batched_floor->after_ns = measure_batched().value_or(0);
  if (options_.floor) {
    floor_options how;
    how.repetitions = options_.floor_repetitions;
    if (auto floor = measure_floor(how))
      result_.floor = std::move(*floor);
    else
      result_.labels["floor"] = floor.error().text;
  }
  return std::move(result_);
}

} // namespace troupe::load
