#include "actors/room/roster.hpp"

#include <algorithm>

namespace troupe::actors {

using protocol::media_kind;
using protocol::participant;
using protocol::producer_info;

void roster::add(participant who) {
  remove(who.id);
  auto age = next_++;
  member_age_.emplace(who.id, age);
  members_.emplace(age, member{std::move(who.id),
                               std::move(who.name),
                               std::move(who.device),
                               0,
                               0,
                               {}});
}

std::vector<producer_id> roster::remove(const peer_id& who) {
  std::vector<producer_id> gone;
  auto i = member_age_.find(who);
  if (i == member_age_.end())
    return gone;
  auto removed = members_.extract(i->second);
  member_age_.erase(i);
  running_audio_ -= removed.mapped().running_audio;
  for (auto age : removed.mapped().producers) {
    gone.push_back(std::move(producers_.extract(age).mapped().id));
    producer_age_.erase(gone.back());
  }
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

std::optional<producer_age> roster::publish(const producer_info& info) {
  auto* owner = find_member(info.peer);
  if (!owner || producer_age_.contains(info.id))
    return std::nullopt;
  auto age = next_++;
  producer_age_.emplace(info.id, age);
  owner->producers.push_back(age);
  producers_.emplace(age, info);
  count(info, info.paused ? 0 : 1);
  return age;
}

std::optional<producer_info> roster::withdraw(const producer_id& id) {
  auto i = producer_age_.find(id);
  if (i == producer_age_.end())
    return std::nullopt;
  auto info = std::move(producers_.extract(i->second).mapped());
  std::erase(find_member(info.peer)->producers, i->second);
  producer_age_.erase(i);
  count(info, info.paused ? 0 : -1);
  return info;
}

std::optional<producer_info> roster::set_paused(const producer_id& id,
                                                bool paused) {
  auto i = producer_age_.find(id);
  if (i == producer_age_.end())
    return std::nullopt;
  auto& info = producers_.at(i->second);
  if (info.paused == paused)
    return std::nullopt;
  info.paused = paused;
  count(info, paused ? -1 : 1);
  return info;
}

const producer_info* roster::find(const producer_id& id) const {
  auto i = producer_age_.find(id);
  return i == producer_age_.end() ? nullptr : &producers_.at(i->second);
}

const producer_info*
roster::next_for(const peer_id& asking, producer_age after,
                 const std::vector<producer_age>& except) const {
  auto skip = std::ranges::upper_bound(except, after);
  for (auto i = producers_.upper_bound(after); i != producers_.end(); ++i) {
    while (skip != except.end() && *skip < i->first)
      ++skip;
    if (skip != except.end() && *skip == i->first)
      continue;
    if (i->second.peer != asking)
      return &i->second;
  }
  return nullptr;
}

const producer_info*
roster::next_own(const peer_id& asking,
                 const std::vector<producer_age>& except) const {
  const auto* x = find_member(asking);
  if (!x)
    return nullptr;
  for (auto age : x->producers)
    if (!std::ranges::binary_search(except, age))
      return &producers_.at(age);
  return nullptr;
}

std::vector<producer_info> roster::others(const peer_id& asking) const {
  std::vector<producer_info> result;
  for (const auto& [age, info] : producers_)
    if (info.peer != asking)
      result.push_back(info);
  return result;
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
  return {x.id, x.name, x.running_audio == 0, x.running_video == 0, x.device};
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
