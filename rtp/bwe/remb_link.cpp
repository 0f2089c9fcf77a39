#include "rtp/bwe/remb_link.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

/// Estimates grow by about 8 % per second; growth below 2 % is noise.
constexpr double rise = 1.02;

uint64_t raised(uint64_t bps) {
  return static_cast<uint64_t>(rise * static_cast<double>(bps));
}

} // namespace

void remb_link::handle_remb(uint64_t bps, time_point now) {
  if (bps_ && bps > raised(reference_))
    rose_ = now;
  // Small steps add up to a rise; a fall counts at once.
  if (!bps_ || bps < reference_ || bps > raised(reference_))
    reference_ = bps;
  bps_ = bps;
}

bool remb_link::congested(uint64_t sent_bps, time_point now) const {
  return bps_ && sent_bps > *bps_
         && (rose_ == time_point{} || now - rose_ > patience);
}

bool remb_link::try_again(bool starved, time_point now) {
  if (!starved) {
    starved_since_.reset();
    if (tried_ && now - *tried_ > success) {
      tried_.reset();
      wait_ = first_wait;
    }
    return false;
  }
  if (!starved_since_)
    starved_since_ = now;
  if (now - *starved_since_ < wait_)
    return false;
  starved_since_.reset();
  tried_ = now;
  wait_ = std::min(2 * wait_, longest_wait);
  // The receiver has not yet seen what the link carries.
  rose_ = now;
  return true;
}

} // namespace troupe::rtp
