#pragma once

#include "bench/load/media/media_sink.hpp"

namespace troupe::load {

/// A stream that a sink receives. For the sink's own files.
struct media_sink::consumer {
  consumer_config config;
  sequence_checker sequence;
  std::unique_ptr<frame_arrivals> frames; // of video
  std::optional<rtp::nack_generator> nack;
  std::optional<net::time_point> first_packet;
  net::time_point last_packet{};
  net::duration longest_gap{};
  std::optional<net::time_point> first_keyframe;
  std::optional<net::time_point> pli_due;
  std::optional<net::time_point> report_due;
  // For receiver reports.
  uint64_t reported_lost = 0;
  uint64_t reported_received = 0;
  uint32_t last_report = 0; // the middle 32 bits of the sender report's NTP
                            // time
  net::time_point last_report_at{};
  int64_t transit = 0; // in units of the media clock
  int64_t jitter = 0;  // in the same unit, times 16

  explicit consumer(const consumer_config& x) : config(x) {
    if (x.nack)
      nack.emplace();
    if (x.kind == rtp::media_kind::video)
      frames = std::make_unique<frame_arrivals>();
  }

  // The mean time between two receiver reports.
  net::duration report_interval() const;

  void measure_jitter(uint32_t timestamp, net::time_point arrival);
  rtp::rtcp::report_block report(net::time_point now);
};

} // namespace troupe::load
