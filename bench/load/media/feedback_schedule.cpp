#include "bench/load/media/feedback_schedule.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

// The size of one feedback packet as libwebrtc assumes it, with the headers of
// IPv4, UDP and SRTP.
constexpr uint64_t feedback_bits = (20 + 8 + 10 + 30) * 8;

// Feedback takes one part in this many of the bitrate: 5 %.
constexpr uint64_t parts = 20;

} // namespace

net::duration feedback_schedule::interval_for(uint64_t bits_per_second) {
  if (bits_per_second == 0)
    return max_interval;
  auto ns = feedback_bits * parts * 1'000'000'000 / bits_per_second;
  return std::clamp<net::duration>(
      std::chrono::nanoseconds{static_cast<int64_t>(ns)}, min_interval,
      max_interval);
}

void feedback_schedule::handle_packet(size_t octets, net::time_point arrival) {
  octets_ += octets;
  if (due_)
    return;
  if (!step_) {
    measured_since_ = arrival;
    step_ = arrival + interval_ * random_.below(1000) / int64_t{1000};
  }
  if (*step_ < arrival) {
    auto steps = (arrival - *step_) / interval_ + 1;
    *step_ += interval_ * steps;
  }
  due_ = step_;
}

bool feedback_schedule::handle_timeout(net::time_point now) {
  if (!due_ || now < *due_)
    return false;
  due_.reset();
  measure(now);
  *step_ += interval_;
  return true;
}

void feedback_schedule::measure(net::time_point now) {
  auto span = now - measured_since_;
  if (span < window)
    return;
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(span).count();
  interval_ = interval_for(octets_ * 8'000'000 / static_cast<uint64_t>(us));
  measured_since_ = now;
  octets_ = 0;
}

} // namespace troupe::load
