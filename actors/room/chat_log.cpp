#include "actors/room/chat_log.hpp"

#include <algorithm>
#include <limits>

namespace troupe::actors {

namespace {

uint32_t age_in_ms(net::time_point at, net::time_point now) {
  const auto age =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - at).count();
  return static_cast<uint32_t>(
      std::clamp<int64_t>(age, 0, std::numeric_limits<uint32_t>::max()));
}

} // namespace

void chat_log::add(chat_heard x, const std::string& name, net::time_point now) {
  if (x.author.chat != number_)
    return;
  for (auto& said : x.messages)
    add(entry{{x.author.peer, name.empty() ? x.author.name : name,
               x.author.label, std::move(said.text), std::move(said.id)},
              now});
}

void chat_log::add(entry x) {
  octets_ += octets_of(x);
  entries_.push_back(std::move(x));
  while (entries_.size() > limit_ || octets_ > max_octets) {
    octets_ -= octets_of(entries_.front());
    entries_.pop_front();
  }
}

void chat_log::clear() {
  ++number_;
  entries_.clear();
  octets_ = 0;
}

protocol::reply::chat_history chat_log::history(net::time_point now) const {
  protocol::reply::chat_history out{static_cast<uint32_t>(limit_), {}};
  out.messages.reserve(entries_.size());
  for (const auto& x : entries_) {
    out.messages.push_back(x.message);
    out.messages.back().age_ms = age_in_ms(x.at, now);
  }
  return out;
}

size_t chat_log::octets_of(const entry& x) {
  const auto& of = x.message;
  return message_overhead + of.peer.str().size() + of.name.size()
         + of.label.size() + of.text.size() + of.id.size();
}

} // namespace troupe::actors
