#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/run_options.hpp"

namespace troupe::load {

/// `factor` times `rooms` meetings join, muted. First `rooms` of them send,
/// which should fit; then more and more; then all, for `seconds`, which the
/// result measures; then as many as at first. No member joins meanwhile, so the
/// server cannot reduce the load by refusing members.
///
/// With `by_joining` only the first `rooms` join at first; the others follow at
/// the join rate, and retry when a busy server refuses them. Those that were
/// admitted stop sending at the end.
///
/// Extras: packets/s that receivers got at first, at most and under the full
/// load (`goodput_…`), the last divided by the maximum (`goodput_of_peak`), the
/// share of audio lost under the full load, and the seconds until receivers got
/// 95 % of the initial rate, without loss of audio (`recovery_seconds`; absent
/// if that took longer than 15 s).
run_result run_overload(const run_options& options);

} // namespace troupe::load
