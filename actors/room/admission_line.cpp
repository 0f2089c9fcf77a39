#include "actors/room/admission_line.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::actors {

std::optional<size_t> admission_line::add(uint64_t session,
                                          net::duration patience,
                                          net::time_point now) {
  auto i = find(session);
  if (i != waiting_.end())
    return static_cast<size_t>(std::distance(waiting_.begin(), i)) + 1;
  if (waiting_.size() >= limit_)
    return std::nullopt;
  if (waiting_.empty())
    reported_ = now; // a newcomer is told its place at once
  waiting_.emplace(++last_serial_, entry{session, now, now + patience});
  changed_ = true;
  return waiting_.size();
}

std::optional<admission_line::ended>
admission_line::forget(uint64_t session, net::time_point now) {
  let_in_.erase(session);
  auto i = find(session);
  if (i == waiting_.end())
    return std::nullopt;
  return remove(i, now);
}

std::optional<admission_line::ended>
admission_line::poll_turn(net::time_point now, bool busy) {
  if (busy || waiting_.empty())
    return std::nullopt;
  if (now - stride_began_ >= interval) {
    stride_began_ = now;
    turns_ = 0;
  }
  if (turns_ == stride)
    return std::nullopt;
  ++turns_;
  auto out = remove(waiting_.begin(), now);
  let_in_.insert(out.session);
  return out;
}

std::optional<admission_line::ended>
admission_line::poll_expired(net::time_point now) {
  auto i = std::ranges::find_if(
      waiting_, [&](const auto& x) { return x.second.until <= now; });
  if (i == waiting_.end())
    return std::nullopt;
  return remove(i, now);
}

bool admission_line::poll_report(net::time_point now) {
  if (!changed_ || waiting_.empty() || now - reported_ < report_interval)
    return false;
  changed_ = false;
  reported_ = now;
  return true;
}

admission_line::entry_map::iterator admission_line::find(uint64_t session) {
  return std::ranges::find_if(
      waiting_, [&](const auto& x) { return x.second.session == session; });
}

admission_line::ended admission_line::remove(entry_map::iterator i,
                                             net::time_point now) {
  ended out{i->second.session, now - i->second.since};
  waiting_.erase(i);
  changed_ = true;
  return out;
}

} // namespace troupe::actors
