#pragma once

#include "bench/load/media/media_stats.hpp"
#include "bench/load/report/process_meter.hpp"
#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/load_client.hpp"

#include <span>

/// From what clients and meters have counted to the figures of a result. Pure.
namespace troupe::load {

/// Quantiles of a histogram, in milliseconds.
time_quantiles quantiles_of(const latency_histogram& x);

/// What became of the packets of one kind.
delivery delivery_of(const stream_quality& x);

/// Sets the flows and deliveries of `out`. Packets that the generator's own
/// sockets dropped are not the server's loss: those runs are void anyway.
void set_media(run_result& out, const media_stats& x);

/// Adds a reason for each way in which the generator did not keep pace, and
/// its figures as extras.
void judge_generator(run_result& out, const generator_health& x);

/// Sets the times of joining: `join` from the begin to the first media,
/// `join_server` the sum of the waits for answers, and as extras the times to
/// the welcome and to readiness.
void set_joins(run_result& out, std::span<const join_times> joins);

/// Growth of memory for each of `count`, in octets; nothing where it is none.
std::optional<double> octets_each(uint64_t before, uint64_t after,
                                  size_t count);

} // namespace troupe::load
