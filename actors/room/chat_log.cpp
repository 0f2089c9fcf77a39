#include "actors/room/chat_log.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace troupe::actors {

namespace {

uint32_t age_in_ms(net::time_point at, net::time_point now) {
  const auto age =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - at).count();
  return static_cast<uint32_t>(
      std::clamp<int64_t>(age, 0, std::numeric_limits<uint32_t>::max()));
}

} // namespace

std::vector<told_chat_message>
chat_log::add(chat_heard x, const std::string& name, net::time_point now,
              const std::function<stamp()>& next_stamp) {
  std::vector<told_chat_message> out;
  if (x.author.chat != number_)
    return out;
  for (auto& said : x.messages) {
    entry next{{x.author.peer, name.empty() ? x.author.name : name,
                x.author.label, std::move(said.text), std::move(said.id)},
               now,
               {}};
    if (next_stamp) {
      next.id = next_stamp();
      out.push_back(tell(next, now));
    }
    add(std::move(next));
  }
  return out;
}

void chat_log::add(told_chat_message x, net::time_point now) {
  const auto known = std::ranges::lower_bound(entries_, x.at, {}, &entry::id);
  if (known != entries_.end() && known->id == x.at)
    return;
  add(entry{{peer_id{std::move(x.peer)}, std::move(x.name), std::move(x.label),
             std::move(x.text), std::move(x.id)},
            now - std::chrono::milliseconds{x.age_ms},
            x.at});
}

told_chat_message chat_log::tell(const entry& x, net::time_point now) {
  const auto& of = x.message;
  return {x.id,  of.peer.str(),       of.name, of.label, of.text,
          of.id, age_in_ms(x.at, now)};
}

std::vector<stamp> chat_log::known() const {
  std::map<uint64_t, stamp> newest;
  for (const auto& x : entries_)
    newest[x.id.node] = x.id;
  std::vector<stamp> out;
  for (const auto& [node, x] : newest)
    out.push_back(x);
  return out;
}

std::vector<told_chat_message>
chat_log::newer_than(const std::vector<stamp>& known,
                     net::time_point now) const {
  std::map<uint64_t, stamp> newest;
  for (const auto& x : known)
    newest[x.node] = x;
  std::vector<told_chat_message> out;
  for (const auto& x : entries_)
    if (const auto i = newest.find(x.id.node);
        i == newest.end() || x.id > i->second)
      out.push_back(tell(x, now));
  return out;
}

void chat_log::add(entry x) {
  octets_ += octets_of(x);
  // Mostly at the end. Without a cluster all stamps are equal.
  const auto before = std::ranges::upper_bound(entries_, x.id, {}, &entry::id);
  entries_.insert(before, std::move(x));
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
