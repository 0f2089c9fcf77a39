#include "actors/room/knock_list.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

bool knock_list::add(knock x, net::time_point now, size_t limit) {
  auto former = find(x.session_id);
  if (former == waiting_.end() && waiting_.size() >= limit)
    return false;
  x.serial = former == waiting_.end() ? ++last_serial_ : former->first;
  x.since = former == waiting_.end() ? now : former->second.since;
  const auto serial = x.serial;
  waiting_.insert_or_assign(serial, std::move(x));
  changed_ = true;
  return true;
}

bool knock_list::waits(uint64_t session) const {
  return find(session) != waiting_.end();
}

std::vector<knock> knock_list::take(const std::optional<knock_id>& which) {
  std::vector<knock> out;
  for (auto i = waiting_.begin(); i != waiting_.end();) {
    if (which && *which != id_of(i->first)) {
      ++i;
      continue;
    }
    out.push_back(std::move(i->second));
    i = waiting_.erase(i);
  }
  changed_ = changed_ || !out.empty();
  return out;
}

void knock_list::remember(const std::string& secret) {
  if (!enabled_ || secret.empty())
    return;
  if (remembered_.size() == most_remembered)
    remembered_.pop_front();
  remembered_.emplace_back(secret);
}

bool knock_list::remembers(std::string_view secret) const {
  return !secret.empty()
         && std::ranges::any_of(remembered_, [&](const net::secret& x) {
              return x.matches(secret);
            });
}

bool knock_list::forget(uint64_t session) {
  if (let_in_.erase(session) > 0)
    return true;
  auto i = find(session);
  if (i == waiting_.end())
    return false;
  waiting_.erase(i);
  changed_ = true;
  return true;
}

std::optional<knock> knock_list::poll_expired(net::time_point now) {
  auto i = std::ranges::find_if(
      waiting_, [&](const auto& x) { return x.second.until <= now; });
  if (i == waiting_.end())
    return std::nullopt;
  auto out = std::move(i->second);
  waiting_.erase(i);
  changed_ = true;
  return out;
}

bool knock_list::poll_change(net::time_point now) {
  if (!changed_ || (last_report_ && now < *last_report_ + report_interval))
    return false;
  changed_ = false;
  last_report_ = now;
  return true;
}

std::optional<net::time_point> knock_list::poll_timeout() const {
  std::optional<net::time_point> out;
  if (changed_ && last_report_)
    out = *last_report_ + report_interval;
  for (const auto& [serial, x] : waiting_)
    if (!out || x.until < *out)
      out = x.until;
  return out;
}

bool knock_list::admit_message(net::time_point now) {
  if (last_message_ && now < *last_message_ + message_interval)
    return false;
  last_message_ = now;
  return true;
}

std::vector<protocol::waiting_client>
knock_list::list(net::time_point now) const {
  std::vector<protocol::waiting_client> out;
  out.reserve(waiting_.size());
  for (const auto& [serial, x] : waiting_) {
    const auto waited =
        std::chrono::duration_cast<std::chrono::seconds>(now - x.since);
    out.push_back({id_of(serial), x.name, static_cast<int>(waited.count())});
  }
  return out;
}

knock_list::knock_map::const_iterator knock_list::find(uint64_t session) const {
  return std::ranges::find_if(
      waiting_, [&](const auto& x) { return x.second.session_id == session; });
}

} // namespace troupe::actors
