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

/// Sizes on the wire (SRTP packets with their tags) that the floor is taken
/// at: those of the scenarios' audio and video.
inline constexpr size_t audio_octets = 130;
inline constexpr size_t video_octets = 1'200;

/// What forwarding one packet costs a plain loop on this machine, with one
/// system call for each packet and no batching at all.
struct floor_figure {
  /// Size on the wire, and how many packets leave for each that comes in: 1 is
  /// the floor that results are divided by, more is `fanout_floor`.
  size_t octets = 0;
  size_t fan_out = 1;

  /// CPU time per packet sent, in nanoseconds: median, first and third
  /// quartile of the repetitions.
  double median_ns = 0;
  double low_ns = 0;
  double high_ns = 0;

  /// Share of the packets sent that reached their receivers. What is missing
  /// met a full queue, which is cheaper than a delivery.
  double delivered = 0;

  /// How many datagrams that rests on, and packets sent for them.
  uint64_t taken = 0;
  uint64_t sent = 0;

  bool operator==(const floor_figure&) const = default;
};

/// Median and quartiles of the repetitions' costs in nanoseconds; the rest of
/// the figure is left as it is by default.
floor_figure spread_of(std::vector<double> costs);

/// The floors of one machine in one minute.
struct floor_report {
  /// Who encrypted.
  std::string backend;
  std::vector<floor_figure> figures;

  /// The figure of that size and fan-out.
  const floor_figure* find(size_t octets, size_t fan_out = 1) const;

  bool operator==(const floor_report&) const = default;
};

/// How the floor is measured.
struct floor_options {
  std::vector<size_t> octets{audio_octets, video_octets};

  /// 1 is always measured, whether named or not.
  std::vector<size_t> fan_outs{1, 100};

  /// Sockets that receive, each with a key of its own: the packets go to them
  /// in turn. At least the largest fan-out is taken.
  size_t receivers = 100;

  size_t repetitions = 15;

  /// Metered CPU time of one repetition.
  std::chrono::milliseconds slice{200};

  net::srtp_backend backend = net::fastest_srtp_backend();
};

/// Measures the floor: one thread which, per packet, takes one datagram from a
/// loopback UDP socket (recvfrom), protects a packet of that size by
/// AEAD_AES_128_GCM, and sends it with one sendto from the same socket to a
/// receiver's. With a fan-out of N it receives once, then protects and sends
/// N times.
///
/// Only that thread's CPU time counts (CLOCK_THREAD_CPUTIME_ID), system time
/// included: on loopback that has the receiver's part of the kernel's path in
/// it, as it has for a server under test. A second thread, not counted, feeds
/// the socket and drains the receivers' once a millisecond, as the generator
/// does, so that sending wakes nobody. Waiting for input is not counted, so the
/// floor never pays for being idle. It takes repetitions x slice for each size
/// and fan-out, and somewhat more by the clock.
outcome<floor_report> measure_floor(const floor_options& options = {});

/// `report` for a person at a terminal.
std::string to_table(const floor_report& report);

/// `report` as a JSON object, as results hold it under "floor".
std::string to_json(const floor_report& report);

} // namespace troupe::load
