#include "actors/http/admin_listing.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace troupe;
using namespace troupe::actors;

namespace {

using rooms = std::map<std::string, std::string>;
using names = std::set<std::string>;

remote_room_page page_of(const std::vector<std::string>& list,
                         bool more = false) {
  remote_room_page out;
  for (const auto& x : list)
    out.rooms.push_back({room_id{x}, {"b"}});
  out.more = more;
  return out;
}

names ids_of(const rooms& mine, const remote_plan& plan) {
  names out;
  for (const auto& [room, json] : mine)
    out.insert(room);
  for (const auto& [node, wanted] : plan.wanted)
    out.insert(wanted.begin(), wanted.end());
  return out;
}

} // namespace

TEST_CASE("a page has this node's rooms, and asks for the others") {
  rooms mine{{"a", "{}"}, {"c", "{}"}};
  const auto plan = plan_page(mine, "", page_of({"b", "c", "d"}), 10);
  CHECK(plan.next.empty());
  CHECK(mine.size() == 2);
  REQUIRE(plan.wanted.contains("b"));
  CHECK(plan.wanted.at("b") == names{"b", "d"});
}

TEST_CASE("a page ends where one of the lists is not known any further") {
  rooms mine{{"a", "{}"}, {"z", "{}"}};
  auto plan = plan_page(mine, "", page_of({"b", "c"}, true), 10);
  CHECK(plan.next == "c");
  CHECK(ids_of(mine, plan) == names{"a", "b", "c"});
  mine = {{"a", "{}"}};
  plan = plan_page(mine, "a", page_of({"b"}), 1);
  CHECK(plan.next == "a");
  CHECK(ids_of(mine, plan) == names{"a"});
}

TEST_CASE("the pages of two nodes' rooms have each room once") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::minstd_rand random{seed + 1};
    names here;
    names there;
    names all;
    for (char c = 'a'; c <= 'z'; ++c) {
      const auto where = random() % 4;
      if (where & 1)
        here.insert({c});
      if (where & 2)
        there.insert({c});
      if (where)
        all.insert({c});
    }
    const auto limit = 1 + random() % 7;
    // The first `limit` after `after`, and whether there are more.
    const auto take = [&](const names& from, const std::string& after) {
      std::vector<std::string> out{from.upper_bound(after), from.end()};
      const auto more = out.size() > limit;
      out.resize(std::min<size_t>(out.size(), limit));
      return std::pair{out, more};
    };
    names seen;
    std::string after;
    do {
      rooms mine;
      const auto [own, more] = take(here, after);
      for (const auto& x : own)
        mine[x] = "{}";
      const auto [far, more_far] = take(there, after);
      const auto plan = plan_page(mine, more ? own.back() : "",
                                  page_of(far, more_far), limit);
      const auto ids = ids_of(mine, plan);
      CHECK(ids.size() <= limit);
      for (const auto& x : ids)
        CHECK(seen.insert(x).second);
      CHECK((plan.next.empty() || plan.next > after));
      after = plan.next;
    } while (!after.empty());
    CHECK(seen == all);
  }
}
