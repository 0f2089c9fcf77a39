#include "rtp/retransmission_buffer.hpp"

#include "net/base/assert.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

constexpr size_t first_capacity = 64;

} // namespace

retransmission_buffer::retransmission_buffer(limits x) : limits_(x) {
  TROUPE_ASSERT(x.max_packets >= 1
                && (x.max_packets & (x.max_packets - 1)) == 0);
}

void retransmission_buffer::insert(const media_packet& x) {
  if (size_ == 0) {
    if (ring_.empty())
      ring_.resize(std::min(first_capacity, limits_.max_packets));
    oldest_ = x.sequence;
    newest_ = x.sequence;
  } else if (x.sequence > newest_) {
    expire(x.packet.arrival());
    if (size_ == 0)
      oldest_ = x.sequence;
    grow(x.sequence - oldest_ + 1);
    evict_until(x.sequence - static_cast<int64_t>(ring_.size()) + 1);
    newest_ = x.sequence;
  } else if (x.sequence < oldest_) {
    grow(newest_ - x.sequence + 1);
    if (newest_ - x.sequence >= static_cast<int64_t>(ring_.size()))
      return;
    oldest_ = x.sequence;
  }
  auto& place = slot(x.sequence);
  if (!place)
    ++size_;
  place = x;
}

const media_packet* retransmission_buffer::find(int64_t sequence) const {
  if (size_ == 0 || sequence < oldest_ || sequence > newest_)
    return nullptr;
  auto& place = ring_[static_cast<size_t>(sequence) & (ring_.size() - 1)];
  return place ? &*place : nullptr;
}

void retransmission_buffer::clear() {
  ring_ = {};
  size_ = 0;
}

std::optional<media_packet>& retransmission_buffer::slot(int64_t sequence) {
  return ring_[static_cast<size_t>(sequence) & (ring_.size() - 1)];
}

void retransmission_buffer::evict_until(int64_t sequence) {
  for (; size_ > 0 && oldest_ < sequence; ++oldest_) {
    if (auto& place = slot(oldest_)) {
      place.reset();
      --size_;
    }
  }
  // Nothing is left before it; what comes next may be far off.
  oldest_ = std::max(oldest_, sequence);
}

void retransmission_buffer::expire(time_point now) {
  for (; size_ > 0; ++oldest_) {
    auto& place = slot(oldest_);
    if (!place)
      continue;
    if (now - place->packet.arrival() <= limits_.max_age)
      return;
    place.reset();
    --size_;
  }
}

void retransmission_buffer::grow(int64_t needed) {
  auto capacity = ring_.size();
  while (static_cast<int64_t>(capacity) < needed
         && capacity < limits_.max_packets)
    capacity *= 2;
  if (capacity == ring_.size())
    return;
  auto old = std::exchange(ring_, {});
  ring_.resize(capacity);
  for (auto& x : old)
    if (x)
      slot(x->sequence) = std::move(x);
}

} // namespace troupe::rtp
