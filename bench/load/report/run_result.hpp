#pragma once

#include "bench/load/report/batched_floor.hpp"
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

/// Packets and octets of one direction as seen on the network: UDP payloads of
/// RTP, duplicates and RTX included, without RTCP.
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
/// the 99th smallest. Zeros if there are none.
time_quantiles quantiles_of(std::vector<double> milliseconds);

/// The delivery of the packets of one kind to receivers.
struct delivery {
  /// Packets that the server should have delivered, over all receivers.
  uint64_t expected = 0;
  uint64_t received = 0;

  /// Packets that reached the server but not the receiver: lost by the server.
  uint64_t lost = 0;
  uint64_t duplicates = 0;
  uint64_t reordered = 0;

  /// From the publisher's stamp, just before its send call, to the receiver's
  /// kernel timestamp.
  time_quantiles latency;

  bool operator==(const delivery&) const = default;
};

/// The server's resource usage during the measurement.
struct server_costs {
  uint64_t cpu_ns = 0;
  uint64_t user_ns = 0;
  uint64_t system_ns = 0;
  uint64_t voluntary_switches = 0;
  uint64_t involuntary_switches = 0;

  /// CPU time per thread name, in nanoseconds.
  std::map<std::string, uint64_t> threads;

  /// Resident memory at the end, in octets; 0 if not measured.
  uint64_t resident = 0;

  bool operator==(const server_costs&) const = default;
};

/// The usage between two samples.
server_costs costs_of(const process_usage& usage, uint64_t resident = 0);

/// All results of one run of one scenario against one server. Totals are those
/// of the measurement, which begins after all members have joined and after the
/// warm-up; rates and ratios are derived from them, never stored.
struct run_result {
  std::string scenario;

  /// Numeric parameters of the scenario. `plot` reads "receivers" and "cores"
  /// (threads that the server may forward with).
  std::map<std::string, double> parameters;

  /// Text parameters: "traffic", "dialect", "srtp", "arrivals" ("spaced" or
  /// "burst") and "gro" ("on" or "off").
  std::map<std::string, std::string> labels;

  /// The server: its name, its command line, the commit of its source.
  std::string server;
  std::string command;
  std::string commit;

  machine_info machine;

  /// The start time (UTC, ISO 8601), and the duration of the measurement.
  std::string date;
  double seconds = 0;

  /// From publishers to the server, and from the server to receivers.
  flow_totals in;
  flow_totals out;

  server_costs costs;
  delivery audio;
  delivery video;

  /// Of whole frames of video, from the planned instant at which the last
  /// packet was sent to the arrival of the packet that completed the frame: key
  /// frames, and all others.
  time_quantiles frame_latency;
  time_quantiles keyframe_latency;

  /// From a client's first request to its first media, per client.
  time_quantiles join;

  /// The part of `join` spent waiting for the server: from each request to its
  /// answer, summed over the requests and handshake flights of a join.
  time_quantiles join_server;

  std::optional<double> octets_per_peer;
  std::optional<double> octets_per_consumer;

  /// Datagrams per send call and segments per GSO run, if the server (or a
  /// trace of its system calls) reports them.
  std::optional<double> mean_batch;
  std::optional<double> mean_gso_run;

  /// The floor measured at the same time; absent if not measured.
  std::optional<floor_report> floor;

  /// The batched floor of this scenario, before and after; absent if not
  /// measured.
  std::optional<load::batched_floor> batched_floor;

  /// Further figures by name, such as requests per second of `signal`.
  std::map<std::string, double> extra;

  /// Why the run is invalid: the generator fell behind, the server ended, or
  /// the hypervisor withheld the CPU. Empty for a valid run.
  std::vector<std::string> void_reasons;

  bool is_void() const {
    return !void_reasons.empty();
  }

  bool operator==(const run_result&) const = default;
};

/// Packets per second, and Gbit/s, of a direction of `run`. 0 if the
/// measurement took no time.
double packets_per_second(const run_result& run, const flow_totals& flow);
double gigabits_per_second(const run_result& run, const flow_totals& flow);

/// The server's CPU time for each forwarded packet, in nanoseconds: its total
/// in the measurement divided by the packets that it sent.
std::optional<double> cpu_ns_per_packet(const run_result& run);

/// The floor for the run's mix of audio and video: the floors of 130 and 1,200
/// octets, weighted by the packets received of each kind. A `fan_out` above 1
/// shares one receive among as many sends.
std::optional<double> floor_ns_per_packet(const run_result& run,
                                          size_t fan_out = 1);

/// CPU per packet divided by the floor: below 1 beats a plain socket loop.
std::optional<double> floor_ratio(const run_result& run);

/// The same with the floor of the largest measured fan-out, which is harder to
/// reach for a scenario with many receivers. Absent if only 1 was measured.
std::optional<double> fanout_floor_ratio(const run_result& run);

/// The batched floor of the run's scenario, in nanoseconds per packet. Nothing
/// if it was not measured, or changed during the run.
std::optional<double> batched_floor_ns_per_packet(const run_result& run);

/// CPU per packet divided by the batched floor, which no server can reach.
std::optional<double> batched_floor_ratio(const run_result& run);

/// `run` as one JSON object with every member, and derived figures for readers
/// with other tools.
std::string to_json(const run_result& run);

/// Parses the JSON of to_json(). Unknown members are skipped and missing ones
/// keep their defaults; nothing if it is not a JSON object or a member has a
/// wrong type.
std::optional<run_result> from_json(std::string_view text);

/// Parses any number of runs: one object, a list of them, or a comparison (see
/// compare.hpp), which has them as "runs". Each is parsed by from_json().
std::optional<std::vector<run_result>> runs_from_json(std::string_view text);

/// `run` as a table for a terminal: two columns, void reasons first.
std::string to_table(const run_result& run);

} // namespace troupe::load
