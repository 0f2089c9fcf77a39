#include "actors/room/roster.hpp"

#include <algorithm>

namespace troupe::actors {

using protocol::media_kind;
using protocol::participant;
using protocol::producer_info;

void roster::add(participant who) {
  remove(who.id);
  auto age = ++joined_;
  member_age_.emplace(who.id, age);
  members_.emplace(age, member{std::move(who.id), std::move(who.name),
                               std::move(who.device), 0, 0, who.host});
}

std::vector<producer_id> roster::remove(const peer_id& who) {
  auto i = member_age_.find(who);
  if (i == member_age_.end())
    return {};
  auto removed = members_.extract(i->second);
  auto gone = producers_.remove(who);
  member_age_.erase(i);
  running_audio_ -= removed.mapped().running_audio;
  return gone;
}

bool roster::rename(const peer_id& who, std::string name) {
  auto* x = find_member(who);
  if (!x || x->name == name)
    return false;
  x->name = std::move(name);
  return true;
}

bool roster::revise(const participant& who) {
  auto* x = find_member(who.id);
  if (!x)
    return false;
  auto changed = x->name != who.name || x->device != who.device;
  x->name = who.name;
  x->device = who.device;
  return changed;
}

bool roster::set_host(const peer_id& who, bool host) {
  auto* x = find_member(who);
  if (!x || x->host == host)
    return false;
  x->host = host;
  return true;
}

std::optional<producer_age> roster::publish(producer_facts what) {
  if (!contains(what.info.peer))
    return std::nullopt;
  auto id = what.info.id;
  auto age = producers_.publish(std::move(what));
  if (!age)
    return std::nullopt;
  const auto& info = find(id)->info;
  count(info, info.paused ? 0 : 1);
  return age;
}

std::optional<producer_info> roster::withdraw(const producer_id& id) {
  auto gone = producers_.withdraw(id);
  if (!gone)
    return std::nullopt;
  count(gone->info, gone->info.paused ? 0 : -1);
  return std::move(gone->info);
}

std::optional<producer_info> roster::set_paused(const producer_id& id,
                                                bool paused) {
  const auto* changed = producers_.set_paused(id, paused);
  if (!changed)
    return std::nullopt;
  count(changed->info, paused ? -1 : 1);
  return changed->info;
}

const producer_facts*
roster::next_for(const peer_id& asking, producer_age after,
                 const std::vector<producer_age>& except) const {
  auto next = std::ranges::upper_bound(except, after);
  return producers_.next_for(asking, after, [&](const producer_facts& x) {
    while (next != except.end() && *next < x.age)
      ++next;
    return next != except.end() && *next == x.age;
  });
}

const producer_facts*
roster::next_own(const peer_id& asking,
                 const std::vector<producer_age>& except) const {
  return producers_.next_of(asking, [&](const producer_facts& x) {
    return std::ranges::binary_search(except, x.age);
  });
}

bool roster::audible(const peer_id& who) const {
  const auto* x = find_member(who);
  return x && x->running_audio > 0;
}

bool roster::visible(const peer_id& who) const {
  const auto* x = find_member(who);
  return x && x->running_video > 0;
}

std::optional<participant> roster::describe(const peer_id& who) const {
  const auto* x = find_member(who);
  return x ? std::optional{describe(*x)} : std::nullopt;
}

std::vector<participant> roster::participants() const {
  std::vector<participant> result;
  result.reserve(members_.size());
  for (const auto& [age, x] : members_)
    result.push_back(describe(x));
  return result;
}

const roster::member* roster::find_member(const peer_id& who) const {
  auto i = member_age_.find(who);
  return i == member_age_.end() ? nullptr : &members_.at(i->second);
}

roster::member* roster::find_member(const peer_id& who) {
  auto i = member_age_.find(who);
  return i == member_age_.end() ? nullptr : &members_.at(i->second);
}

participant roster::describe(const member& x) {
  return {x.id,     x.name, x.running_audio == 0, x.running_video == 0,
          x.device, x.host};
}

void roster::count(const producer_info& info, int change) {
  auto* owner = find_member(info.peer);
  auto& running = info.kind == media_kind::audio ? owner->running_audio
                                                 : owner->running_video;
  running += change;
  if (info.kind == media_kind::audio)
    running_audio_ += change;
}

} // namespace troupe::actors
