#include "bench/load/media/timer_wheel.hpp"

#include <algorithm>
#include <utility>

namespace troupe::load {

void wheel_timer::cancel() {
  if (!previous_)
    return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

void wheel_timer::link_before(wheel_timer& x) {
  next_ = &x;
  previous_ = x.previous_;
  previous_->next_ = this;
  x.previous_ = this;
}

timer_wheel::timer_wheel(net::time_point start, net::duration tick,
                         size_t slots)
    : start_(start)
    , tick_(tick)
    , slot_count_(slots)
    , slots_(new wheel_timer[slots]) {
  for (size_t i = 0; i < slots; ++i)
    slots_[i].previous_ = slots_[i].next_ = &slots_[i];
}

uint64_t timer_wheel::tick_after(net::time_point x) const {
  auto span = std::max(x - start_, net::duration::zero());
  return static_cast<uint64_t>((span + tick_ - net::duration{1}) / tick_);
}

void timer_wheel::schedule(wheel_timer& x, net::time_point due) {
  x.cancel();
  x.due_ = due;
  x.tick_ = std::max(tick_after(due), current_ + 1);
  x.link_before(slots_[x.tick_ % slot_count_]);
  if (due < alarm_until_) {
    clear_alarm();
    alarm_();
  }
}

net::time_point timer_wheel::next(net::time_point limit) const {
  for (auto i = current_ + 1; i <= current_ + slot_count_; ++i) {
    auto at = start_ + tick_ * static_cast<int64_t>(i);
    if (at >= limit)
      break;
    const auto& head = slots_[i % slot_count_];
    if (head.next_ != &head)
      return at;
  }
  return limit;
}

void timer_wheel::advance(net::time_point now) {
  if (now < start_)
    return;
  auto target = static_cast<uint64_t>((now - start_) / tick_);
  // After a long pause one round visits all slots.
  if (target > current_ + slot_count_)
    current_ = target - slot_count_;
  while (current_ < target) {
    auto& head = slots_[++current_ % slot_count_];
    // Moved to a list of their own, since actions change those of the wheel.
    wheel_timer due;
    due.previous_ = due.next_ = &due;
    for (auto x = head.next_; x != &head;) {
      auto next = x->next_;
      if (x->tick_ <= current_) {
        x->cancel();
        x->link_before(due);
      }
      x = next;
    }
    while (due.next_ != &due) {
      auto x = due.next_;
      x->cancel();
      x->action_(x->due_);
    }
  }
}

} // namespace troupe::load
