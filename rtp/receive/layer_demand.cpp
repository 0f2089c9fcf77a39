#include "rtp/receive/layer_demand.hpp"

#include <algorithm>
#include <utility>

namespace troupe::rtp {

void layer_demand::handle_request(uint64_t group, request x, time_point now) {
  requests_.insert_or_assign(group, x);
  update(now);
}

void layer_demand::remove(uint64_t group, time_point now) {
  requests_.erase(group);
  update(now);
}

void layer_demand::handle_timeout(time_point now) {
  auto due = poll_timeout();
  if (!due || now < *due)
    return;
  due_.reset();
  none_due_.reset();
  changed_ = changed_ || highest() != current_;
  current_ = highest();
}

void layer_demand::update(time_point now) {
  auto wanted = highest();
  if (wanted < current_) {
    if (!due_)
      due_ = now + patience;
    if (wanted)
      none_due_.reset();
    else if (!none_due_)
      none_due_ = now + none_patience_;
    return;
  }
  due_.reset();
  none_due_.reset();
  changed_ = changed_ || wanted != current_;
  current_ = wanted;
}

std::optional<layer_demand::request> layer_demand::poll_changed() {
  if (!std::exchange(changed_, false))
    return std::nullopt;
  return current_;
}

layer_demand::request layer_demand::highest() const {
  // An empty optional is less than any value.
  request out;
  for (const auto& [group, x] : requests_)
    out = std::max(out, x);
  return out;
}

} // namespace troupe::rtp
