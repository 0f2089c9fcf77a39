#pragma once

#include "actors/replica/part_entry.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// A member in one node's part, and what was reported of it.
template <class Payload>
struct union_member {
  struct producer {
    entry_ptr<Payload> what;
    bool reported = false;
  };

  /// The incarnation of its node.
  uint64_t node = 0;
  entry_ptr<Payload> what;
  bool reported = false;
  /// It was told to end its session, since another member prevails.
  bool dismissed = false;
  /// Its producers, in the order in which they were opened.
  std::vector<producer> producers = {};

  /// Returns null if there is none.
  producer* find(const entry_key& key) {
    auto i = std::ranges::find_if(
        producers, [&](const producer& x) { return x.what->key == key; });
    return i == producers.end() ? nullptr : &*i;
  }
};

/// The members of all parts by id and by user, and which of them prevail where
/// two cannot both be in the room. The answer depends only on the entries, so
/// it is the same on all nodes that know the same entries.
template <class Payload>
class union_members {
public:
  using member = union_member<Payload>;
  using pointer = std::shared_ptr<member>;

  void add(const pointer& x) {
    by_id_[x->what->key.id].push_back(x);
    if (!x->what->owner.empty())
      by_user_[x->what->owner].push_back(x);
  }

  void remove(const pointer& x) {
    drop(by_id_, x->what->key.id, x);
    drop(by_user_, x->what->owner, x);
  }

  /// The members that have the id or the user of `x`, itself included if it was
  /// added. Some may be listed twice.
  std::vector<pointer> rivals(const member& x) const {
    std::vector<pointer> out;
    for (const auto* list :
         {find(by_id_, x.what->key.id), find(by_user_, x.what->owner)})
      if (list)
        out.insert(out.end(), list->begin(), list->end());
    return out;
  }

  /// A member that keeps `x` out of the room, or null. Of one user's members
  /// the newer prevails; of two users' members with one id the older does, as a
  /// node refuses an id that is taken.
  pointer find_winner(const member& x) const {
    for (const auto* list :
         {find(by_id_, x.what->key.id), find(by_user_, x.what->owner)})
      if (list)
        for (const auto& other : *list)
          if (other.get() != &x && prevails(*other, x))
            return other;
    return nullptr;
  }

  /// Whether two members belong to one user.
  static bool are_twins(const member& a, const member& b) {
    return !a.what->owner.empty() && a.what->owner == b.what->owner;
  }

private:
  using lists = std::unordered_map<std::string, std::vector<pointer>>;

  static const std::vector<pointer>* find(const lists& in,
                                          const std::string& key) {
    auto i = in.find(key);
    return i == in.end() ? nullptr : &i->second;
  }

  static void drop(lists& from, const std::string& key, const pointer& x) {
    auto i = from.find(key);
    if (i == from.end())
      return;
    std::erase(i->second, x);
    if (i->second.empty())
      from.erase(i);
  }

  static bool prevails(const member& x, const member& over) {
    const auto age = [](const member& y) {
      return std::tie(y.what->since, y.node, y.what->key.id);
    };
    return are_twins(x, over) ? age(x) > age(over) : age(x) < age(over);
  }

  lists by_id_;
  lists by_user_;
};

} // namespace troupe::actors
