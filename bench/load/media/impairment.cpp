#include "bench/load/media/impairment.hpp"

#include <utility>

namespace troupe::load {

impairment::impairment(const impairment_config& cfg, uint64_t seed)
    : config_(cfg)
    , random_(seed)
    , threshold_(share_threshold(cfg.loss)) {}

bool impairment::lose() {
  return random_.next() < threshold_;
}

void impairment::queue(net::byte_span x, net::time_point now) {
  std::vector<uint8_t> octets;
  if (!spare_.empty()) {
    octets = std::move(spare_.back());
    spare_.pop_back();
  }
  octets.assign(x.begin(), x.end());
  queue_.push_back({now + config_.delay, std::move(octets)});
}

impairment::delayed_datagram* impairment::poll(net::time_point now) {
  if (queue_.empty() || queue_.front().due > now)
    return nullptr;
  if (current_.octets.capacity() > 0)
    spare_.push_back(std::move(current_.octets));
  current_ = std::move(queue_.front());
  queue_.pop_front();
  return &current_;
}

std::optional<net::time_point> impairment::poll_timeout() const {
  if (queue_.empty())
    return std::nullopt;
  return queue_.front().due;
}

} // namespace troupe::load
