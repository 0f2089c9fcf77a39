#pragma once

#include "actors/base/messages.hpp"

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// The producers of a room, of media or of data: found by id and by owner, and
/// listed by age, the oldest first. It knows facts only; the room's actor has
/// the handles, and knows whom to notify.
///
/// `Facts` has a member `info` with the producer's `id`, its owner's id `peer`
/// and whether it is `paused`, and a member `age`, which the directory sets.
template <class Facts>
class producer_directory {
public:
  using info_type = decltype(Facts::info);
  using id_type = decltype(info_type::id);

  /// Lists a producer, and returns its age, which is greater than those of the
  /// producers before it; nothing if it is listed already.
  std::optional<producer_age> publish(Facts x) {
    const auto age = newest_ + 1;
    if (!ages_.emplace(x.info.id, age).second)
      return std::nullopt;
    newest_ = age;
    x.age = age;
    owned_[x.info.peer].push_back(age);
    listed_.emplace(age, std::move(x));
    return age;
  }

  /// Removes a producer; returns what it was.
  std::optional<Facts> withdraw(const id_type& id) {
    auto i = ages_.find(id);
    if (i == ages_.end())
      return std::nullopt;
    auto gone = std::move(listed_.extract(i->second).mapped());
    ages_.erase(i);
    auto owned = owned_.find(gone.info.peer);
    std::erase(owned->second, gone.age);
    if (owned->second.empty())
      owned_.erase(owned);
    return gone;
  }

  /// Removes all producers of an owner; returns their ids, the oldest first.
  std::vector<id_type> remove(const peer_id& owner) {
    std::vector<id_type> gone;
    auto owned = owned_.extract(owner);
    if (owned.empty())
      return gone;
    for (auto age : owned.mapped()) {
      gone.push_back(std::move(listed_.extract(age).mapped().info.id));
      ages_.erase(gone.back());
    }
    return gone;
  }

  /// Returns the producer if that changed its state, and null otherwise.
  const Facts* set_paused(const id_type& id, bool paused) {
    auto i = ages_.find(id);
    if (i == ages_.end())
      return nullptr;
    auto& x = listed_.at(i->second);
    if (x.info.paused == paused)
      return nullptr;
    x.info.paused = paused;
    return &x;
  }

  /// Returns null if there is none.
  const Facts* find(const id_type& id) const {
    auto i = ages_.find(id);
    return i == ages_.end() ? nullptr : &listed_.at(i->second);
  }

  /// The oldest producer that is younger than `after`, does not belong to
  /// `asking`, and that `skip` does not reject; null if there is none. Calls
  /// `skip` with rising ages, and takes time only for what it passes.
  template <class Skip>
  const Facts* next_for(const peer_id& asking, producer_age after,
                        Skip skip) const {
    for (auto i = listed_.upper_bound(after); i != listed_.end(); ++i)
      if (i->second.info.peer != asking && !skip(i->second))
        return &i->second;
    return nullptr;
  }

  /// The oldest producer of `owner` that `skip` does not reject; null if there
  /// is none.
  template <class Skip>
  const Facts* next_of(const peer_id& owner, Skip skip) const {
    auto owned = owned_.find(owner);
    if (owned == owned_.end())
      return nullptr;
    for (auto age : owned->second)
      if (const auto& x = listed_.at(age); !skip(x))
        return &x;
    return nullptr;
  }

  /// Whether any producer belongs to `owner`.
  bool has_any_of(const peer_id& owner) const {
    return owned_.contains(owner);
  }

  /// All producers but those of `asking`.
  std::vector<info_type> others(const peer_id& asking) const {
    std::vector<info_type> out;
    for (const auto& [age, x] : listed_)
      if (x.info.peer != asking)
        out.push_back(x.info);
    return out;
  }

private:
  producer_age newest_ = 0;
  std::map<producer_age, Facts> listed_;
  std::unordered_map<id_type, producer_age> ages_;
  std::unordered_map<peer_id, std::vector<producer_age>> owned_;
};

} // namespace troupe::actors
