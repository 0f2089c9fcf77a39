#pragma once

#include "bench/load/report/floor.hpp"
#include "bench/load/report/machine.hpp"
#include "bench/load/report/process_meter.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::load {

/// Packets and octets of one direction, as the network counts them: whole
/// UDP payloads of RTP, repeats and RTX included, RTCP not.
struct flow_totals {
  uint64_t packets = 0;
  uint64_t octets = 0;

  bool operator==(const flow_totals&) const = default;
};

/// Quantiles of a set of times, in milliseconds.
struct time_quantiles {
  uint64_t samples = 0;
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
  double max = 0;

  bool operator==(const time_quantiles&) const = default;
};

/// The quantiles of `milliseconds`, by the nearest rank: p99 of 100 samples is
/// the 99th smallest. Zeros where there are none.
time_quantiles quantiles_of(std::vector<double> milliseconds);

/// What became of the packets of one kind that receivers should have seen.
struct delivery {
  /// Packets that the server should have delivered, over all receivers.
  uint64_t expected = 0;
  uint64_t received = 0;

  /// Never came, although the server had got them: loss that it caused.
  uint64_t lost = 0;
  uint64_t duplicates = 0;
  uint64_t reordered = 0;

  /// From the publisher's stamp, just before its send call, until the kernel
  /// took the packet in for the receiver.
  time_quantiles latency;

  bool operator==(const delivery&) const = default;
};

/// What the server process used during the measured time.
struct server_costs {
  uint64_t cpu_ns = 0;
  uint64_t user_ns = 0;
  uint64_t system_ns = 0;
  uint64_t voluntary_switches = 0;
  uint64_t involuntary_switches = 0;

  /// CPU time of the threads of each name, in nanoseconds.
  std::map<std::string, uint64_t> threads;

  /// Resident memory at the end, in octets; 0 where not taken.
  uint64_t resident = 0;

  bool operator==(const server_costs&) const = default;
};

/// The costs that lie between two samples.
server_costs costs_of(const process_usage& usage, uint64_t resident = 0);

/// Everything that one run of one scenario against one server tells. Totals
/// are those of the measured time, which begins when all have joined and the
/// warm-up is over; rates and ratios are derived from them, never stored.
struct run_result {
  std::string scenario;

  /// Numbers that make the scenario what it was. `plot` reads "receivers" and
  /// "cores" (threads the server may forward with).
  std::map<std::string, double> parameters;

  /// The same in words: "traffic", "dialect", "srtp".
  std::map<std::string, std::string> labels;

  /// What was measured: a name, its command line, the commit it came from.
  std::string server;
  std::string command;
  std::string commit;

  machine_info machine;

  /// When it began (UTC, ISO 8601), and how long was measured.
  std::string date;
  double seconds = 0;

  /// From publishers to the server, and from the server to receivers.
  flow_totals in;
  flow_totals out;

  server_costs costs;
  delivery audio;
  delivery video;

  /// From a client's first request until its first media, per client.
  time_quantiles join;

  /// The part of it that the server took: from each request's arrival until
  /// its answer, summed over the requests and handshake flights of a join.
  time_quantiles join_server;

  std::optional<double> octets_per_peer;
  std::optional<double> octets_per_consumer;

  /// Datagrams to a send call and segments to a GSO run, where the server
  /// tells (or a trace of its system calls did).
  std::optional<double> mean_batch;
  std::optional<double> mean_gso_run;

  /// The floor of the same minute; none where it was not measured.
  std::optional<floor_report> floor;

  /// Further figures by name, such as requests per second of `signal`.
  std::map<std::string, double> extra;

  /// Why the run says nothing about the server: the generator fell behind,
  /// the server died, the machine was taken away. Empty for a good run.
  std::vector<std::string> void_reasons;

  bool is_void() const {
    return !void_reasons.empty();
  }

  bool operator==(const run_result&) const = default;
};

/// Packets a second, and Gbit/s, of a direction of `run`. 0 where no time was
/// measured.
double packets_per_second(const run_result& run, const flow_totals& flow);
double gigabits_per_second(const run_result& run, const flow_totals& flow);

/// The server's CPU time for each packet that it forwarded, in nanoseconds:
/// all it used in the measured time, by the packets that left it.
std::optional<double> cpu_ns_per_packet(const run_result& run);

/// What the floor says that mix of audio and video costs: the floors of 130
/// and 1,200 octets, weighed by the packets received of each kind. That of a
/// `fan_out` above 1 shares one receive among as many sends.
std::optional<double> floor_ns_per_packet(const run_result& run,
                                          size_t fan_out = 1);

/// The first by the second: below 1 is cheaper than a plain socket loop.
std::optional<double> floor_ratio(const run_result& run);

/// The same by the floor of the largest fan-out that was measured: the harder
/// one to reach for a scenario with many receivers. None where only 1 was.
std::optional<double> fanout_floor_ratio(const run_result& run);

/// `run` as one JSON object with every member, derived figures included for
/// those who read it with other tools.
std::string to_json(const run_result& run);

/// Reads what to_json wrote. Unknown members are skipped and missing ones keep
/// their defaults; nothing where it is no JSON object or a member has a wrong
/// type.
std::optional<run_result> from_json(std::string_view text);

/// Reads any number of runs: one object, a list of them, or a comparison (see
/// compare.hpp), which has them as "runs". Each is read as by from_json().
std::optional<std::vector<run_result>> runs_from_json(std::string_view text);

/// `run` for a person at a terminal: two columns, void reasons first.
std::string to_table(const run_result& run);

} // namespace troupe::load
