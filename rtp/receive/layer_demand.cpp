#include "rtp/receive/layer_demand.hpp"

#include <algorithm>
#include <utility>

namespace troupe::rtp {

void layer_demand::handle_wish(uint64_t who, wish x, time_point now) {
  wishes_.insert_or_assign(who, x);
  update(now);
}

void layer_demand::remove(uint64_t who, time_point now) {
  wishes_.erase(who);
  update(now);
}

void layer_demand::handle_timeout(time_point now) {
  if (!due_ || now < *due_)
    return;
  due_.reset();
  changed_ = changed_ || highest() != current_;
  current_ = highest();
}

void layer_demand::update(time_point now) {
  auto wanted = highest();
  if (wanted < current_) {
    if (!due_)
      due_ = now + patience;
    return;
  }
  due_.reset();
  changed_ = changed_ || wanted != current_;
  current_ = wanted;
}

std::optional<layer_demand::wish> layer_demand::poll_changed() {
  if (!std::exchange(changed_, false))
    return std::nullopt;
  return current_;
}

layer_demand::wish layer_demand::highest() const {
  // An empty optional is less than any value.
  wish out;
  for (const auto& [who, x] : wishes_)
    out = std::max(out, x);
  return out;
}

} // namespace troupe::rtp
