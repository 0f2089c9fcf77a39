#include "actors/data/relay_intake.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

size_t relayed_weight(const relayed_message& x) {
  return x.content.size() + relayed_message_overhead;
}

data_message to_data_message(const relayed_message& x) {
  return {static_cast<net::sctp_ppid>(x.ppid),
          std::make_shared<const std::vector<uint8_t>>(x.content.begin(),
                                                       x.content.end())};
}

} // namespace

bool relay_intake::valid(const std::vector<relayed_message>& messages) {
  return !messages.empty() && messages.size() <= max_relayed_messages
         && std::ranges::all_of(messages, [](const auto& x) {
              return x.content.size() <= net::sctp_max_message_octets
                     && static_cast<net::sctp_ppid>(x.ppid)
                            != net::sctp_ppid::dcep;
            });
}

std::variant<std::vector<data_message>, relay_intake::fault>
relay_intake::handle(uint64_t first,
                     const std::vector<relayed_message>& messages) {
  if (!valid(messages))
    return fault::violation;
  if (first > next_) {
    for (const auto& x : messages)
      missed_ += relayed_weight(x);
    // What was under way before the feed knew of the gap, and no more.
    return missed_ > 2 * relay_credit ? fault::violation : fault::gap;
  }
  missed_ = 0;
  std::vector<data_message> out;
  for (auto i = next_ - first; i < messages.size(); ++i) {
    const auto& x = messages[i];
    if (outstanding_ > 0 && outstanding_ + relayed_weight(x) > relay_credit)
      return fault::violation;
    outstanding_ += relayed_weight(x);
    octets_.push_back(relayed_weight(x));
    ++next_;
    out.push_back(to_data_message(x));
  }
  return out;
}

void relay_intake::handle_taken(uint64_t count, net::time_point now) {
  for (; count > 0 && taken_ < next_; --count)
    ungranted_ += octets_[taken_++ - granted_];
  if (taken_ > granted_ && !due_)
    due_ = now + credit_delay;
}

std::optional<uint64_t> relay_intake::poll_credit(net::time_point now) {
  if (!due_ || (now < *due_ && ungranted_ < relay_credit / 4))
    return std::nullopt;
  due_.reset();
  for (; granted_ < taken_; ++granted_) {
    outstanding_ -= octets_.front();
    octets_.pop_front();
  }
  ungranted_ = 0;
  return granted_;
}

} // namespace troupe::actors
