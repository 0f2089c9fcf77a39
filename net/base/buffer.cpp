#include "net/base/buffer.hpp"

#include <algorithm>
#include <new>

namespace troupe::net {

void buffer_ptr::release() noexcept {
  if (buffer_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    buffer_->pool_->give_back(buffer_);
}

buffer_pool::ptr buffer_pool::make(size_t max_idle, size_t capacity) {
  return ptr{new buffer_pool(max_idle, capacity)};
}

buffer* buffer_pool::make_buffer() {
  auto* memory = ::operator new(footprint(capacity_));
  live_.fetch_add(1, std::memory_order_relaxed);
  return new (memory) buffer{this, capacity_};
}

void buffer_pool::free_buffer(buffer* x) noexcept {
  x->~buffer();
  ::operator delete(x);
}

buffer_ptr buffer_pool::take() {
  if (!idle_)
    reclaim();
  buffer* x = idle_;
  if (x) {
    idle_ = x->next_;
    --idle_count_;
  } else {
    x = make_buffer();
  }
  least_idle_ = std::min(least_idle_, idle_count_);
  x->size_ = 0;
  references_.fetch_add(1, std::memory_order_relaxed);
  return buffer_ptr{x};
}

void buffer_pool::collect(time_point now) {
  reclaim();
  if (now < trim_due_)
    return;
  trim_due_ = now + trim_interval;
  trim();
}

void buffer_pool::reclaim() {
  auto* first = returned_.exchange(nullptr, std::memory_order_acquire);
  returned_count_.store(0, std::memory_order_relaxed);
  if (!first)
    return;
  auto* last = first;
  size_t count = 1;
  for (; last->next_; last = last->next_)
    ++count;
  // Beyond the limit, the buffers that were idle already are freed.
  if (idle_count_ + count > 2 * max_idle_)
    free_from(std::exchange(idle_, nullptr));
  last->next_ = idle_;
  idle_ = first;
  idle_count_ += count;
}

void buffer_pool::free_from(buffer* x) noexcept {
  while (x) {
    free_buffer(std::exchange(x, x->next_));
    live_.fetch_sub(1, std::memory_order_relaxed);
    --idle_count_;
  }
}

void buffer_pool::trim() {
  auto needed = idle_count_ - std::min(least_idle_, idle_count_);
  auto** end = &idle_;
  for (auto left = needed; left > 0; --left)
    end = &(*end)->next_;
  free_from(std::exchange(*end, nullptr));
  least_idle_ = idle_count_;
}

void buffer_pool::give_back(buffer* x) noexcept {
  if (returned_count_.load(std::memory_order_relaxed) >= max_idle_) {
    free_buffer(x);
    live_.fetch_sub(1, std::memory_order_relaxed);
  } else {
    returned_count_.fetch_add(1, std::memory_order_relaxed);
    auto head = returned_.load(std::memory_order_relaxed);
    do {
      x->next_ = head;
    } while (!returned_.compare_exchange_weak(
        head, x, std::memory_order_release, std::memory_order_relaxed));
  }
  unref();
}

void buffer_pool::unref() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    delete this;
}

buffer_pool::~buffer_pool() {
  for (auto list : {idle_, returned_.load(std::memory_order_acquire)})
    while (list)
      free_buffer(std::exchange(list, list->next_));
}

} // namespace troupe::net
