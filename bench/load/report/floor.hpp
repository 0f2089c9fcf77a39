#pragma once

#include "bench/load/report/failure.hpp"
#include "net/srtp/srtp_session.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::load {

/// Sizes on the wire (SRTP packets with their tags) for which the floor is
/// measured: those of the scenarios' audio and video.
inline constexpr size_t audio_octets = 130;
inline constexpr size_t video_octets = 1'200;

/// The cost of forwarding one packet in a plain loop on this machine, with one
/// system call per packet and without batching.
struct floor_figure {
  /// Size on the wire, and the number of packets sent for each received: 1 for
  /// the floor that divides the results, more for `fanout_floor`.
  size_t octets = 0;
  size_t fan_out = 1;

  /// CPU time per packet sent, in nanoseconds: median, first and third
  /// quartile of the repetitions.
  double median_ns = 0;
  double low_ns = 0;
  double high_ns = 0;

  /// The share of sent packets that reached their receivers. The others met a
  /// full queue, which is cheaper than a delivery.
  double delivered = 0;

  /// The number of datagrams received, and of packets sent for them.
  uint64_t received = 0;
  uint64_t sent = 0;

  bool operator==(const floor_figure&) const = default;
};

/// The median and quartiles of the repetitions' costs in nanoseconds; the other
/// members keep their defaults.
floor_figure quartiles_of(std::vector<double> costs);

/// The floors of one machine at one time.
struct floor_report {
  /// The crypto backend.
  std::string backend;
  std::vector<floor_figure> figures;

  /// The figure of that size and fan-out.
  const floor_figure* find(size_t octets, size_t fan_out = 1) const;

  bool operator==(const floor_report&) const = default;
};

/// How the floor is measured.
struct floor_options {
  std::vector<size_t> octets{audio_octets, video_octets};

  /// 1 is always measured, even if not listed.
  std::vector<size_t> fan_outs{1, 100};

  /// The number of receiving sockets, each with a key of its own: packets go to
  /// them in turn. At least as many as the largest fan-out are used.
  size_t receivers = 100;

  size_t repetitions = 15;

  /// The metered CPU time of one repetition.
  std::chrono::milliseconds slice{200};

  net::srtp_backend backend = net::fastest_srtp_backend();
};

/// Measures the floor: one thread which, per packet, receives one datagram from
/// a loopback UDP socket (recvfrom), protects a packet of that size by
/// AEAD_AES_128_GCM, and sends it with one sendto from the same socket to a
/// receiver's. With a fan-out of N it receives once, then protects and sends N
/// times.
///
/// Only that thread's CPU time counts (CLOCK_THREAD_CPUTIME_ID), system time
/// included: on loopback that includes the receiver's part of the kernel's
/// path, as it does for a server under test. A second thread, not counted,
/// feeds the socket and drains the receivers' once a millisecond, as the
/// generator does, so that sending wakes no thread. Waiting for input is not
/// counted, so the floor excludes idle time. Takes repetitions x slice for each
/// size and fan-out, and slightly more in wall-clock time.
outcome<floor_report> measure_floor(const floor_options& options = {});

/// `report` as a table for a terminal.
std::string to_table(const floor_report& report);

/// `report` as a JSON object, the "floor" of results.
std::string to_json(const floor_report& report);

} // namespace troupe::load
