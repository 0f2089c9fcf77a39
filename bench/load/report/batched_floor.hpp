#pragma once

#include "bench/load/report/affinity.hpp"
#include "bench/load/report/failure.hpp"
#include "bench/load/report/floor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace troupe::load {

/// One stream of a scenario, as the batched floor forwards it.
struct floor_stream {
  /// The packets of each frame, as octets on the wire: a group that repeats.
  std::vector<std::vector<uint16_t>> frames;
  /// Frames a second.
  uint32_t rate = 0;
  /// The numbers of its receivers, below `floor_traffic::receivers`.
  std::vector<uint32_t> receivers;

  bool operator==(const floor_stream&) const = default;
};

/// A scenario, as the batched floor forwards it.
struct floor_traffic {
  std::vector<floor_stream> streams;
  /// The number of receivers: each has a socket and keys of its own.
  uint32_t receivers = 0;
  /// RTCP datagrams received for each packet sent.
  double rtcp_per_packet = 0;

  bool operator==(const floor_traffic&) const = default;
};

/// The batched floor before and after a run: CPU time per packet sent, in
/// nanoseconds.
struct batched_floor {
  double before_ns = 0;
  double after_ns = 0;

  /// How much of the smaller one the two may differ; beyond it the machine has
  /// changed during the run, and ratios to the floor say nothing.
  static constexpr double tolerance = 0.1;

  /// The mean of both, or nothing if they differ by more or are not measured.
  std::optional<double> ns() const;

  bool operator==(const batched_floor&) const = default;
};

/// How the batched floor is measured.
struct batched_floor_options {
  size_t repetitions = 5;

  /// The metered CPU time of one repetition.
  std::chrono::milliseconds slice{200};

  net::srtp_backend backend = net::fastest_srtp_backend();

  /// Where the measuring thread runs (the server's cores), and where its peers
  /// do; nothing leaves both where they are.
  std::optional<core_division> cores;
};

/// Measures what forwarding a scenario costs with all batching that the system
/// offers and nothing else: one thread that receives by recvmmsg, decrypts
/// RTP and RTCP, encrypts each frame for each of its receivers with a key of
/// its own (AEAD_AES_128_GCM), and sends by sendmmsg with UDP_SEGMENT: a frame
/// to one receiver is one message.
///
/// It waits for nothing, decides nothing and keeps no state but keys, so no
/// server can be expected to reach it. Only that thread's CPU time counts,
/// without the making of its input. Returns the median of the repetitions per
/// packet sent; an error if the traffic sends nothing, a socket cannot be
/// opened, or the backend is not available.
outcome<double>
measure_batched_floor(const floor_traffic& traffic,
                      const batched_floor_options& options = {});

} // namespace troupe::load
