#include "actors/cluster/admin_asks.hpp"

#include "protocol/verbs/limits.hpp"

#include <utility>

namespace troupe::actors {

namespace {

constexpr size_t max_method = 16;

// For how long an answer may be late. The link is closed before.
constexpr net::duration max_late = std::chrono::seconds{10};

bool is_answer_piece(const admin_answer& x) {
  return x.status >= 200 && x.status < 600
         && x.elsewhere.size() <= protocol::limits::id
         && x.body.size() <= max_answer_piece && (x.last || !x.body.empty());
}

} // namespace

std::string_view to_string(ask_fault x) {
  switch (x) {
    case ask_fault::none:
      return "none";
    case ask_fault::unreachable:
      return "unreachable";
    case ask_fault::busy:
      return "busy";
    case ask_fault::timeout:
      return "timeout";
    case ask_fault::broken:
      return "broken";
  }
  return "unknown";
}

bool admin_asks::handle_ask(admin_ask x, net::time_point now) {
  if (waiting_.size() >= max_waiting)
    return false;
  waiting_.emplace_back(now + timeout, std::move(x));
  return true;
}

bool admin_asks::handle_answer(admin_answer x, net::time_point now) {
  const auto i = pending_.find(x.id);
  if (i == pending_.end())
    return handle_late(x);
  auto& out = i->second.answer;
  if (!is_answer_piece(x) || (out.status != 0 && out.status != x.status)
      || out.body.size() + x.body.size() > max_answer) {
    if (!x.last)
      overdue_[x.id] = {now, max_answer};
    finish(i, ask_fault::broken);
    return false;
  }
  out.status = x.status;
  out.elsewhere = std::move(x.elsewhere);
  out.body += x.body;
  if (x.last)
    finish(i, ask_fault::none);
  return true;
}

bool admin_asks::handle_late(const admin_answer& x) {
  const auto i = overdue_.find(x.id);
  if (i == overdue_.end() || !is_answer_piece(x))
    return false;
  i->second.octets += x.body.size();
  const auto good = i->second.octets <= max_answer;
  if (x.last || !good)
    overdue_.erase(i);
  return good;
}

void admin_asks::handle_timeout(net::time_point now) {
  while (!waiting_.empty() && waiting_.front().first <= now) {
    finished_.push_back(
        {waiting_.front().second.id, {ask_fault::timeout, 0, {}, {}}});
    waiting_.pop_front();
  }
  for (auto i = pending_.begin(); i != pending_.end();) {
    const auto late = i++;
    if (late->second.until > now)
      continue;
    overdue_[late->first] = {now, late->second.answer.body.size()};
    finish(late, ask_fault::timeout);
  }
  std::erase_if(overdue_,
                [&](const auto& x) { return now - x.second.since > max_late; });
}

void admin_asks::handle_down() {
  while (!pending_.empty())
    finish(pending_.begin(), ask_fault::unreachable);
  for (const auto& [until, x] : std::exchange(waiting_, {}))
    finished_.push_back({x.id, {ask_fault::unreachable, 0, {}, {}}});
}

std::optional<admin_ask> admin_asks::poll_ask() {
  if (waiting_.empty() || pending_.size() >= max_in_flight)
    return std::nullopt;
  auto [until, out] = std::move(waiting_.front());
  waiting_.pop_front();
  pending_[out.id] = {until, {}};
  return std::move(out);
}

std::optional<admin_asks::finished> admin_asks::poll_finished() {
  if (finished_.empty())
    return std::nullopt;
  auto out = std::move(finished_.front());
  finished_.pop_front();
  return out;
}

std::optional<net::time_point> admin_asks::poll_timeout() const {
  std::optional<net::time_point> out;
  if (!waiting_.empty())
    out = waiting_.front().first;
  for (const auto& [id, x] : pending_)
    if (!out || x.until < *out)
      out = x.until;
  return out;
}

void admin_asks::finish(std::map<uint64_t, pending>::iterator i,
                        ask_fault why) {
  finished out{i->first, {}};
  if (why == ask_fault::none)
    out.answer = std::move(i->second.answer);
  out.answer.fault = why;
  finished_.push_back(std::move(out));
  pending_.erase(i);
}

bool served_asks::handle_ask(const admin_ask& x) {
  return x.method.size() <= max_method && x.target.size() <= max_ask_target
         && x.body.size() <= max_ask_body && running_.size() < max_running
         && running_.insert(x.id).second;
}

} // namespace troupe::actors
