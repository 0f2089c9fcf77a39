#pragma once

#include "actors/replica/union_event.hpp"

#include <map>
#include <string>

namespace troupe::test {

/// What a client believes of a room from the events that it was told. Notes the
/// first event that contradicts what it was told before.
class client_model {
public:
  using entry = actors::part_entry<uint32_t>;
  using event = actors::union_event<uint32_t>;

  void handle(const event& x) {
    using enum actors::union_change;
    switch (x.kind) {
      case joined:
        add(members, *x.what, "joined twice");
        break;
      case opened:
        expect(members.contains(x.what->owner), *x.what,
               "opened without its member");
        add(producers, *x.what, "opened twice");
        break;
      case changed:
        replace(x.what->key.kind == actors::entry_kind::member ? members
                                                               : producers,
                *x.what);
        break;
      case closed:
        expect(producers.erase(x.what->key.id) == 1, *x.what,
               "closed but not open");
        break;
      case left:
        for (const auto& [id, y] : producers)
          expect(y.owner != x.what->key.id, y, "its member left before it");
        expect(members.erase(x.what->key.id) == 1, *x.what,
               "left but not there");
        break;
      case host_changed:
        take_host(x);
        break;
      case lock_changed:
        if (locked == x.lock.locked)
          note("locked or unlocked twice");
        locked = x.lock.locked;
        break;
      case replaced:
      case id_taken:
        break;
    }
  }

  std::map<std::string, entry> members;
  std::map<std::string, entry> producers;
  std::string host;
  bool locked = false;
  std::string error;

private:
  using entries = std::map<std::string, entry>;

  void note(const std::string& what) {
    if (error.empty())
      error = what;
  }

  void expect(bool fine, const entry& about, const char* what) {
    if (!fine)
      note(about.key.id + ": " + what);
  }

  void add(entries& to, const entry& x, const char* what) {
    expect(to.emplace(x.key.id, x).second, x, what);
  }

  void replace(entries& in, const entry& x) {
    auto i = in.find(x.key.id);
    if (i == in.end() || i->second.since != x.since)
      return expect(false, x, "changed but not there");
    expect(i->second.payload < x.payload, x, "went back or did not change");
    i->second = x;
  }

  void take_host(const event& x) {
    const auto id = x.what ? x.what->key.id : "";
    if (id == host && (id.empty() || host_since_ == x.what->since))
      note("the same host twice");
    if (x.what)
      expect(members.contains(id), *x.what, "a host that is not there");
    host = id;
    host_since_ = x.what ? x.what->since : actors::stamp{};
  }

  actors::stamp host_since_;
};

} // namespace troupe::test
