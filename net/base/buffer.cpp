#include "net/base/buffer.hpp"

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
  if (!idle_) {
    idle_ = returned_.exchange(nullptr, std::memory_order_acquire);
    returned_count_.store(0, std::memory_order_relaxed);
  }
  buffer* x = idle_;
  if (x)
    idle_ = x->next_;
  else
    x = make_buffer();
  x->size_ = 0;
  references_.fetch_add(1, std::memory_order_relaxed);
  return buffer_ptr{x};
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
