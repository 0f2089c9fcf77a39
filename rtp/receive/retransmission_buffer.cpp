#include "rtp/receive/retransmission_buffer.hpp"

#include "net/base/assert.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

constexpr size_t first_capacity = 64;

} // namespace

retransmission_buffer::retransmission_buffer(
    limits x, std::shared_ptr<packet_keeper> keeper)
    : limits_(x)
    , keeper_(keeper ? std::move(keeper) : std::make_shared<packet_keeper>()) {
  TROUPE_ASSERT(x.max_packets >= 1 && (x.max_packets & (x.max_packets - 1)) == 0
                && (x.max_group_packets & (x.max_group_packets - 1)) == 0);
}

void retransmission_buffer::insert(const media_packet& x) {
  auto cost = packet_keeper::cost_of(x.packet.size());
  if (x.sequence > newest_)
    expire(x.packet.arrival());
  // Register before taking memory, so that other holders release theirs.
  if (!std::exchange(is_holder_, true))
    keeper_->budget().add_holder();
  if (ring_.empty())
    grow(1);
  if (ring_.empty() || !reserve(cost, x.sequence))
    return;
  if (!extend_to(x.sequence)) {
    give_back(cost);
    return;
  }
  auto& to = slot(x.sequence);
  if (to)
    release(to);
  ++size_;
  to = x;
  to->packet = keeper_->keep(x.packet);
}

const media_packet* retransmission_buffer::find(int64_t sequence) const {
  if (size_ == 0 || sequence < oldest_ || sequence > newest_)
    return nullptr;
  auto& found = ring_[static_cast<size_t>(sequence) & (ring_.size() - 1)];
  return found ? &*found : nullptr;
}

void retransmission_buffer::keep_group(int64_t first) {
  group_ = first;
  keeps_groups_ = true;
  extends_ = extends_ || keeper_->budget().extend();
}

void retransmission_buffer::end_groups() {
  group_.reset();
  if (!std::exchange(keeps_groups_, false))
    return;
  if (ring_.size() > limits_.max_packets) {
    auto fewer = static_cast<int64_t>(limits_.max_packets);
    evict_until(newest_ - fewer + 1);
    auto before = ring_.size();
    resize(limits_.max_packets);
    give_back((before - ring_.size()) * sizeof(slot_type));
  }
  end_extension();
}

void retransmission_buffer::expire(time_point now) {
  for (; size_ > 0; ++oldest_) {
    auto& x = slot(oldest_);
    if (!x)
      continue;
    auto longest =
        group_ && oldest_ >= *group_ ? limits_.max_group_age : limits_.max_age;
    if (now - x->packet.arrival() <= longest)
      return;
    evict(x);
  }
}

void retransmission_buffer::clear() {
  ring_ = {};
  size_ = 0;
  give_back(budget_used_);
  group_.reset();
  keeps_groups_ = false;
  end_extension();
  if (std::exchange(is_holder_, false))
    keeper_->budget().remove_holder();
}

retransmission_buffer::slot_type&
retransmission_buffer::slot(int64_t sequence) {
  return ring_[static_cast<size_t>(sequence) & (ring_.size() - 1)];
}

// Makes the ring reach `sequence`; false if that is too old.
bool retransmission_buffer::extend_to(int64_t sequence) {
  if (size_ == 0) {
    oldest_ = sequence;
    newest_ = sequence;
  } else if (sequence > newest_) {
    grow(sequence - oldest_ + 1);
    evict_until(sequence - static_cast<int64_t>(ring_.size()) + 1);
    newest_ = sequence;
  } else if (sequence < oldest_) {
    grow(newest_ - sequence + 1);
    if (newest_ - sequence >= static_cast<int64_t>(ring_.size()))
      return false;
    oldest_ = sequence;
  }
  return true;
}

// Takes memory for a packet, if necessary by evicting older ones; false if it
// is older than all others itself.
bool retransmission_buffer::reserve(size_t octets, int64_t sequence) {
  auto& budget = keeper_->budget();
  // Evict two packets for one, so that holders with less get memory.
  if (budget.tight() && budget_used_ > budget.share() && evict_oldest())
    evict_oldest();
  while (!take(octets))
    if (size_ == 0 || sequence < oldest_ || !evict_oldest())
      return false;
  return true;
}

bool retransmission_buffer::evict_oldest() {
  for (; size_ > 0; ++oldest_)
    if (auto& x = slot(oldest_)) {
      evict(x);
      ++oldest_;
      return true;
    }
  return false;
}

void retransmission_buffer::evict_until(int64_t sequence) {
  for (; size_ > 0 && oldest_ < sequence; ++oldest_)
    if (auto& x = slot(oldest_))
      evict(x);
  // The ring is empty before it; the next packet may be far ahead.
  oldest_ = std::max(oldest_, sequence);
}

// Without its first packet, a group is worth no more than other packets.
void retransmission_buffer::evict(slot_type& x) {
  if (group_ && x->sequence >= *group_)
    group_.reset();
  release(x);
}

void retransmission_buffer::release(slot_type& x) {
  give_back(packet_keeper::cost_of(x->packet.size()));
  x.reset();
  --size_;
}

// The ring keeps its size if there is no memory for more.
void retransmission_buffer::grow(int64_t needed) {
  auto most = most_packets();
  auto capacity = std::max(ring_.size(), std::min(first_capacity, most));
  while (static_cast<int64_t>(capacity) < needed && capacity < most)
    capacity *= 2;
  if (capacity == ring_.size()
      || !take((capacity - ring_.size()) * sizeof(slot_type)))
    return;
  resize(capacity);
}

// Its packets must fit.
void retransmission_buffer::resize(size_t capacity) {
  auto old = std::exchange(ring_, {});
  ring_.resize(capacity);
  for (auto& x : old)
    if (x)
      slot(x->sequence) = std::move(x);
}

void retransmission_buffer::end_extension() {
  if (std::exchange(extends_, false))
    keeper_->budget().end_extension();
}

bool retransmission_buffer::take(size_t octets) {
  if (!keeper_->budget().take(octets))
    return false;
  budget_used_ += octets;
  return true;
}

void retransmission_buffer::give_back(size_t octets) {
  budget_used_ -= octets;
  keeper_->budget().give_back(octets);
}

} // namespace troupe::rtp
