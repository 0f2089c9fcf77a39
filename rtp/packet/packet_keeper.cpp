#include "rtp/packet/packet_keeper.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

// The most idle buffers: as many as the packets of a socket burst, during which
// as many are released as taken.
constexpr size_t max_idle_buffers = 64;

} // namespace

packet_keeper::packet_keeper(std::shared_ptr<memory_budget> budget)
    : budget_(budget ? std::move(budget) : std::make_shared<memory_budget>()) {}

size_t packet_keeper::cost_of(size_t size) {
  auto i = std::ranges::lower_bound(sizes, size);
  return net::buffer_pool::footprint(i != sizes.end() ? *i
                                                      : net::buffer::capacity);
}

packet packet_keeper::keep(const packet& x) {
  auto i = std::ranges::lower_bound(sizes, x.size());
  if (i == sizes.end())
    return x;
  auto& pool = pools_[static_cast<size_t>(i - sizes.begin())];
  if (!pool)
    pool = net::buffer_pool::make(max_idle_buffers, *i);
  auto copy = pool->take();
  copy->resize(x.size());
  std::ranges::copy(x.octets(), copy->bytes().begin());
  return x.moved_to(std::move(copy));
}

void packet_keeper::release_idle() {
  for (auto& x : pools_)
    x.reset();
}

size_t packet_keeper::buffers() const {
  size_t result = 0;
  for (auto& x : pools_)
    if (x)
      result += x->size();
  return result;
}

} // namespace troupe::rtp
