#pragma once

#include "actors/replica/part_entry.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe::actors {

/// The entries of one node's part of a room: found by key, and producers by
/// their member. Invariant: the member of each producer is in the table.
template <class Payload>
class part_table {
public:
  using pointer = entry_ptr<Payload>;

  /// Adds or replaces an entry. Returns false if it is a producer whose member
  /// is not in the table, or belonged to another member before.
  bool set(pointer x) {
    const auto& key = x->key;
    auto known = entries_.find(key);
    if (key.kind != entry_kind::member) {
      if (known != entries_.end() && known->second->owner != x->owner)
        return false;
      if (!entries_.contains({entry_kind::member, x->owner}))
        return false;
      if (known == entries_.end())
        owned_[x->owner].push_back(key);
    }
    if (known == entries_.end())
      entries_.emplace(key, std::move(x));
    else
      known->second = std::move(x);
    return true;
  }

  /// Removes a producer, or a member that has none. Returns what it was, or
  /// null if there is no such entry or the member has producers.
  pointer remove(const entry_key& key) {
    auto i = entries_.find(key);
    if (i == entries_.end())
      return nullptr;
    if (key.kind == entry_kind::member) {
      if (owned_.contains(key.id))
        return nullptr;
    } else {
      auto owned = owned_.find(i->second->owner);
      std::erase(owned->second, key);
      if (owned->second.empty())
        owned_.erase(owned);
    }
    auto gone = std::move(i->second);
    entries_.erase(i);
    return gone;
  }

  /// Returns null if there is none.
  pointer find(const entry_key& key) const {
    auto i = entries_.find(key);
    return i == entries_.end() ? nullptr : i->second;
  }

  /// The producers of a member, in the order in which they were opened.
  std::vector<entry_key> producers_of(const std::string& member) const {
    auto i = owned_.find(member);
    return i == owned_.end() ? std::vector<entry_key>{} : i->second;
  }

  /// All entries by key: members first.
  const std::map<entry_key, pointer>& all() const {
    return entries_;
  }

  size_t size() const {
    return entries_.size();
  }

private:
  std::map<entry_key, pointer> entries_;
  std::unordered_map<std::string, std::vector<entry_key>> owned_;
};

} // namespace troupe::actors
