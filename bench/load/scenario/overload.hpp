#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/run_options.hpp"

namespace troupe::load {

/// `factor` times `rooms` meetings are there, muted. Of them `rooms` send,
/// which should fit; then more and more; then all, for `seconds`, which is
/// what the result tells of; then as many as at first. Nobody joins meanwhile,
/// so a server cannot help itself by turning newcomers away.
///
/// With `by_joining` only the first `rooms` are there at first; the others
/// come all at once, at the rate of joins, and come again when a busy server
/// turns them away. Those who got in fall silent at the end.
///
/// Extras: packets/s that receivers got at first, at most and at the full load
/// (`goodput_…`), the last by the most (`goodput_of_peak`), the share of audio
/// lost under the full load, and the seconds until receivers got 95 % of what
/// they got at first, without loss of audio (`recovery_seconds`; absent where
/// that took longer than 15 s).
run_result run_overload(const run_options& options);

} // namespace troupe::load
