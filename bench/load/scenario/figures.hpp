#pragma once

#include "bench/load/media/media_stats.hpp"
#include "bench/load/report/process_meter.hpp"
#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/load_client.hpp"

#include <span>

/// Converts the counts of clients and meters to the figures of a result. Pure.
namespace troupe::load {

/// The quantiles of a histogram, in milliseconds.
time_quantiles quantiles_of(const latency_histogram& x);

/// The delivery of the packets of one kind.
delivery delivery_of(const stream_quality& x);

/// Sets the flows and deliveries of `out`. Packets that the generator's own
/// sockets dropped do not count as lost by the server: those runs are void.
void set_media(run_result& out, const media_stats& x);

/// Adds a void reason for each way in which the generator did not keep pace,
/// and its figures as extras.
void judge_generator(run_result& out, const generator_health& x);

/// Sets the join times: `join` from the start to the first media, `join_server`
/// the sum of the waits for answers, and as extras the times to `welcomed` and
/// `ready`.
void set_joins(run_result& out, std::span<const join_times> joins);

/// The server's CPU time for each of `clients` in a second, in milliseconds;
/// nothing if it was not measured.
std::optional<double> cpu_ms_per_second(const run_result& run, size_t clients);

/// The growth of memory per item of `count`, in octets; nothing without growth.
std::optional<double> octets_each(uint64_t before, uint64_t after,
                                  size_t count);

} // namespace troupe::load
