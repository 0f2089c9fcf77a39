#include "actors/data/relay_feed.hpp"

#include <utility>

namespace troupe::actors {

relay_feed::~relay_feed() {
  if (!link_)
    return;
  for (auto i = first_; i < admitted_; ++i)
    link_->leave(weight(messages_[i - first_]));
}

bool relay_feed::push(data_message x, net::time_point now) {
  const auto octets = weight(x);
  if (!reliable_ && kept_ > 0 && kept_ + octets > relay_credit)
    return false;
  kept_ += octets;
  messages_.push_back(std::move(x));
  if (waiting() > limits_.buffer_octets && !over_since_)
    over_since_ = now;
  return true;
}

bool relay_feed::admit(const data_message& x) {
  if (under_way_ > 0 && under_way_ + weight(x) > relay_credit)
    return false;
  if (next_ < admitted_)
    return true;
  waits_for_link_ = link_ && !link_->admit(weight(x));
  return !waits_for_link_;
}

std::optional<relay_feed::batch> relay_feed::poll_batch(net::time_point now) {
  waits_for_link_ = false;
  batch out{next_, {}};
  size_t octets = 0;
  while (next_ < end() && out.messages.size() < max_relayed_messages
         && octets < relayed_batch_octets) {
    const auto& x = messages_[next_ - first_];
    if (!admit(x))
      break;
    ++next_;
    admitted_ = std::max(admitted_, next_);
    under_way_ += weight(x);
    octets += weight(x);
    out.messages.push_back(x);
  }
  if (waiting() <= limits_.buffer_octets)
    over_since_.reset();
  else if (!over_since_)
    over_since_ = now;
  if (out.messages.empty())
    return std::nullopt;
  return out;
}

bool relay_feed::handle_credit(uint64_t next) {
  if (next > admitted_)
    return false;
  while (first_ < next) {
    const auto octets = weight(messages_.front());
    messages_.pop_front();
    kept_ -= octets;
    if (first_ < next_)
      under_way_ -= octets;
    ++first_;
    next_ = std::max(next_, first_);
    if (link_)
      link_->leave(octets);
  }
  return true;
}

bool relay_feed::handle_resume(uint64_t next) {
  if (next < first_ || next > admitted_)
    return false;
  // What the other node has, and has not passed on, still counts.
  next_ = next;
  under_way_ = 0;
  for (auto i = first_; i < next_; ++i)
    under_way_ += weight(messages_[i - first_]);
  return true;
}

bool relay_feed::too_slow(net::time_point now) const {
  return reliable_
         && (waiting() > 2 * limits_.buffer_octets
             || (over_since_ && now - *over_since_ >= limits_.buffer_time));
}

std::optional<net::time_point> relay_feed::poll_timeout() const {
  if (!reliable_ || !over_since_)
    return std::nullopt;
  return *over_since_ + limits_.buffer_time;
}

} // namespace troupe::actors
