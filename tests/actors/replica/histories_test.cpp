// Random histories of a room over two to five nodes, in virtual time: members
// come, move and go while messages are lost and repeated, connections reset and
// nodes split, die and restart. In the end all nodes must agree, and no client
// may have been told anything twice.

#include "tests/actors/replica/virtual_cluster.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// The number of histories: TROUPE_HISTORIES, for nightly runs.
uint64_t history_count() {
  const char* text = std::getenv("TROUPE_HISTORIES");
  return text ? std::strtoull(text, nullptr, 10) : 1'000;
}

/// The first seed: TROUPE_HISTORY_SEED, to repeat one that failed.
uint64_t first_history() {
  const char* text = std::getenv("TROUPE_HISTORY_SEED");
  return text ? std::strtoull(text, nullptr, 10) : 1;
}

/// Plays one history, and tells what was wrong at its end.
class history {
public:
  explicit history(uint64_t seed)
      : cluster_(2 + static_cast<size_t>(seed % 4), seed) {}

  std::string play() {
    if (cluster_.draw(2))
      cluster_.lost = cluster_.draw(15);
    if (cluster_.draw(2))
      cluster_.repeated = cluster_.draw(20);
    for (auto steps = 30 + cluster_.draw(60); steps > 0; --steps) {
      for (auto acts = 1 + cluster_.draw(4); acts > 0; --acts)
        act(cluster_.draw(cluster_.size()));
      if (cluster_.draw(3) == 0)
        disturb();
      cluster_.run_for(static_cast<int64_t>(cluster_.draw(15)) * 20);
    }
    settle();
    return cluster_.error.empty() ? compare() : cluster_.error;
  }

  const cluster_tally& tally() const {
    return cluster_.tally;
  }

private:
  using entry = virtual_cluster::room::entry;
  using client_entries = std::map<std::string, entry>;

  // What a client of one node does.
  void act(size_t which) {
    if (!cluster_.at(which).running)
      return;
    switch (cluster_.draw(8)) {
      case 0:
      case 1:
        return join(which);
      case 2:
        return leave(which);
      case 3:
      case 4:
        return open(which);
      case 5:
        return close(which);
      case 6:
        return change(which);
      default:
        if (cluster_.draw(3) == 0)
          cluster_.at(which).replica->set_lock(
              {cluster_.draw(2) == 0, cluster_.stamp_of(which)});
    }
  }

  // What happens to nodes and connections.
  void disturb() {
    const auto a = cluster_.draw(cluster_.size());
    const auto b = cluster_.draw(cluster_.size());
    const auto what = cluster_.draw(12);
    if (what < 3 && a != b)
      cluster_.set_cut(a, b, true);
    else if (what < 6 && a != b)
      cluster_.set_cut(a, b, false);
    else if (what < 8 && a != b)
      cluster_.reset(a, b);
    else if (what == 8 && cluster_.at(a).running)
      cluster_.reopen(a, cluster_.draw(2) == 0);
    else if (what == 9 && cluster_.at(a).running)
      cluster_.kill(a);
    else if (what >= 10 && !cluster_.at(a).running)
      cluster_.start(a);
  }

  void settle() {
    cluster_.lost = 0;
    cluster_.repeated = 0;
    for (size_t i = 0; i < cluster_.size(); ++i)
      for (size_t j = i + 1; j < cluster_.size(); ++j)
        cluster_.set_cut(i, j, false);
    cluster_.run_for(virtual_cluster::timeout_ms + virtual_cluster::grace_ms
                     + 3'000);
  }

  // -- clients ----------------------------------------------------------------

  const part_table<uint32_t>& own(size_t which) {
    return cluster_.at(which).replica->own().entries();
  }

  const entry* pick(size_t which, bool member) {
    std::vector<const entry*> fitting;
    for (const auto& [key, x] : own(which).all())
      if ((key.kind == entry_kind::member) == member)
        fitting.push_back(x.get());
    return fitting.empty() ? nullptr : fitting[cluster_.draw(fitting.size())];
  }

  void join(size_t which) {
    entry x;
    const auto user = std::to_string(cluster_.draw(4));
    switch (cluster_.draw(4)) {
      case 0: // Nobody knows the user.
        x.key.id = "m" + std::to_string(++made_);
        break;
      case 1: // The client gives the user's name as its id.
        x.key.id = x.owner = "u" + user;
        break;
      case 2: // Two users may give the same id.
        x.key.id = "x" + std::to_string(cluster_.draw(2));
        x.owner = "u" + user;
        break;
      default:
        x.key.id = "m" + std::to_string(++made_);
        x.owner = "u" + user;
    }
    auto& room = *cluster_.at(which).replica;
    if (const auto taken = room.roster().find_member(x.key.id).second;
        taken && taken->owner != x.owner)
      return;
    if (!x.owner.empty())
      leave_twins(which, x);
    if (own(which).find(x.key))
      return;
    x.since = cluster_.stamp_of(which);
    x.host_candidate = cluster_.draw(3) > 0;
    room.set(std::move(x));
  }

  // A node lets a user have one member.
  void leave_twins(size_t which, const entry& x) {
    std::vector<entry_key> gone;
    for (const auto& [key, y] : own(which).all())
      if (key.kind == entry_kind::member && y->owner == x.owner)
        gone.push_back(key);
    for (const auto& key : gone)
      cluster_.at(which).replica->remove(key);
  }

  void leave(size_t which) {
    if (const auto* x = pick(which, true))
      cluster_.at(which).replica->remove(entry_key{x->key});
  }

  void open(size_t which) {
    const auto* of = pick(which, true);
    if (!of)
      return;
    entry x;
    x.key = {cluster_.draw(2) ? entry_kind::producer
                              : entry_kind::data_producer,
             "p" + std::to_string(++made_)};
    x.owner = of->key.id;
    x.since = cluster_.stamp_of(which);
    cluster_.at(which).replica->set(std::move(x));
  }

  void close(size_t which) {
    if (const auto* x = pick(which, false))
      cluster_.at(which).replica->remove(entry_key{x->key});
  }

  void change(size_t which) {
    if (const auto* x = pick(which, cluster_.draw(2) == 0)) {
      auto next = *x;
      ++next.payload;
      if (next.key.kind == entry_kind::member)
        next.host_candidate = cluster_.draw(2) == 0;
      cluster_.at(which).replica->set(std::move(next));
    }
  }

  // -- the oracle -------------------------------------------------------------

  struct truth {
    client_entries members;
    client_entries producers;
    lock_register lock;
    std::string host;
  };

  // The union of the living nodes' parts, in the plainest way.
  std::string unite(truth& out) {
    for (size_t i = 0; i < cluster_.size(); ++i) {
      if (!cluster_.at(i).running)
        continue;
      for (const auto& [key, x] : own(i).all()) {
        auto& to = key.kind == entry_kind::member ? out.members : out.producers;
        if (!to.emplace(key.id, *x).second)
          return key.id + " is in two parts";
      }
      if (const auto& x = cluster_.at(i).replica->own().lock();
          x.at > out.lock.at)
        out.lock = x;
    }
    std::map<std::string, int> users;
    for (const auto& [id, x] : out.members)
      if (!x.owner.empty() && ++users[x.owner] > 1)
        return x.owner + " has two members";
    const entry* oldest = nullptr;
    for (const auto& [id, x] : out.members)
      if (x.host_candidate && (!oldest || x.since < oldest->since))
        oldest = &x;
    out.host = oldest ? oldest->key.id : "";
    return {};
  }

  static std::string difference(const client_entries& is,
                                const client_entries& should) {
    for (const auto& [id, x] : should) {
      auto i = is.find(id);
      if (i == is.end() || i->second != x)
        return id + (i == is.end() ? " not" : " in another state");
    }
    for (const auto& [id, x] : is)
      if (!should.contains(id))
        return id + " that nobody has";
    return {};
  }

  std::string compare() {
    truth all;
    if (auto wrong = unite(all); !wrong.empty())
      return wrong;
    for (size_t i = 0; i < cluster_.size(); ++i) {
      auto& x = cluster_.at(i);
      if (!x.running)
        continue;
      const auto wrong = [&]() -> std::string {
        if (auto y = difference(x.client.members, all.members); !y.empty())
          return y;
        if (auto y = difference(x.client.producers, all.producers); !y.empty())
          return y;
        if (x.replica->roster().size() != all.members.size())
          return "another count of members";
        if (x.client.host != all.host)
          return "another host";
        if (x.replica->lock() != all.lock || x.client.locked != all.lock.locked)
          return "another lock";
        if (!x.replica->complete() || x.replica->poll_timeout())
          return "more to do";
        return {};
      }();
      if (!wrong.empty())
        return "node " + std::to_string(i) + " has " + wrong;
    }
    return {};
  }

  virtual_cluster cluster_;
  uint64_t made_ = 0;
};

void add_up(cluster_tally& to, const cluster_tally& x) {
  for (size_t i = 0; i < to.outcomes.size(); ++i)
    to.outcomes[i] += x.outcomes[i];
  to.snapshots += x.snapshots;
  to.replaced += x.replaced;
  to.ids_taken += x.ids_taken;
  to.events += x.events;
  to.deaths += x.deaths;
  to.returns += x.returns;
  to.dropped += x.dropped;
  to.repeated += x.repeated;
}

} // namespace

TEST_CASE("after any history all nodes agree, and clients were told all once") {
  cluster_tally sum;
  const auto first = first_history();
  for (auto seed = first; seed < first + history_count(); ++seed) {
    history x{seed};
    const auto wrong = x.play();
    add_up(sum, x.tally());
    REQUIRE_MESSAGE(wrong.empty(),
                    "TROUPE_HISTORY_SEED=" << seed << ": " << wrong);
  }
  MESSAGE(sum.events << " events, " << sum.snapshots << " snapshots, "
                     << sum.dropped << " lost, " << sum.repeated
                     << " repeated, " << sum.deaths << " deaths, "
                     << sum.returns << " returns, " << sum.replaced
                     << " replaced, " << sum.ids_taken << " ids taken");
  if (history_count() < 100)
    return;
  for (auto x : {part_outcome::applied, part_outcome::duplicate,
                 part_outcome::stale, part_outcome::gap})
    CHECK(sum.outcomes[static_cast<size_t>(x)] > 0);
  CHECK(sum.outcomes[static_cast<size_t>(part_outcome::refused)] == 0);
  CHECK(sum.snapshots > 0);
  CHECK(sum.deaths > 0);
  CHECK(sum.returns > 0);
  CHECK(sum.replaced > 0);
  CHECK(sum.ids_taken > 0);
}
