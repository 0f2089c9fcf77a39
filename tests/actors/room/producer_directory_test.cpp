#include "actors/room/producer_directory.hpp"

#include "actors/media/producer_facts.hpp"
#include "net/base/rng.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::actors;

namespace {

template <class Facts>
using id_of = typename producer_directory<Facts>::id_type;

template <class Facts>
Facts offer(const std::string& id, const std::string& owner) {
  Facts out{};
  out.info.id = id_of<Facts>{id};
  out.info.peer = peer_id{owner};
  return out;
}

template <class Info>
std::string ids(const std::vector<Info>& list) {
  std::string out;
  for (const auto& x : list)
    out += x.id.str() + " ";
  return out;
}

template <class Facts>
std::string name(const Facts* x) {
  return x ? x->info.id.str() : "none";
}

const auto none = [](const auto&) {
  return false;
};

} // namespace

TEST_CASE_TEMPLATE("a producer is listed once, by its first owner", Facts,
                   producer_facts, data_producer_facts) {
  producer_directory<Facts> list;
  CHECK_FALSE(list.find(id_of<Facts>{"1"}));
  CHECK(list.publish(offer<Facts>("1", "a")));
  CHECK_FALSE(list.publish(offer<Facts>("1", "b")));
  REQUIRE(list.find(id_of<Facts>{"1"}));
  CHECK(list.find(id_of<Facts>{"1"})->info.peer == peer_id{"a"});
  CHECK(list.has_any_of(peer_id{"a"}));
  CHECK_FALSE(list.has_any_of(peer_id{"b"}));
}

TEST_CASE_TEMPLATE("ages rise from one producer to the next", Facts,
                   producer_facts, data_producer_facts) {
  producer_directory<Facts> list;
  auto first = list.publish(offer<Facts>("1", "a"));
  CHECK_FALSE(list.publish(offer<Facts>("1", "a")));
  auto second = list.publish(offer<Facts>("2", "a"));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first > 0);
  CHECK(*second > *first);
  CHECK(list.find(id_of<Facts>{"2"})->age == *second);
  list.withdraw(id_of<Facts>{"2"});
  CHECK(list.publish(offer<Facts>("2", "a")) > *second);
}

TEST_CASE_TEMPLATE("producers are withdrawn alone or with their owner", Facts,
                   producer_facts, data_producer_facts) {
  producer_directory<Facts> list;
  for (auto id : {"9", "1", "5"})
    CHECK(list.publish(offer<Facts>(id, "a")));
  CHECK(list.publish(offer<Facts>("3", "b")));
  auto gone = list.withdraw(id_of<Facts>{"1"});
  REQUIRE(gone);
  CHECK(gone->info.peer == peer_id{"a"});
  CHECK_FALSE(list.withdraw(id_of<Facts>{"1"}));
  CHECK(list.remove(peer_id{"a"})
        == std::vector{id_of<Facts>{"9"}, id_of<Facts>{"5"}});
  CHECK(list.remove(peer_id{"a"}).empty());
  CHECK_FALSE(list.has_any_of(peer_id{"a"}));
  CHECK_FALSE(list.find(id_of<Facts>{"9"}));
  CHECK(ids(list.others({})) == "3 ");
  CHECK(list.withdraw(id_of<Facts>{"3"}));
  CHECK_FALSE(list.has_any_of(peer_id{"b"}));
}

TEST_CASE_TEMPLATE("only a change of the state is reported", Facts,
                   producer_facts, data_producer_facts) {
  producer_directory<Facts> list;
  CHECK(list.publish(offer<Facts>("1", "a")));
  const auto id = id_of<Facts>{"1"};
  CHECK_FALSE(list.set_paused(id, false));
  const auto* changed = list.set_paused(id, true);
  REQUIRE(changed);
  CHECK(changed->info.paused);
  CHECK(changed == list.find(id));
  CHECK_FALSE(list.set_paused(id, true));
  CHECK_FALSE(list.set_paused(id_of<Facts>{"2"}, true));
}

TEST_CASE_TEMPLATE("a search leaves out the own, the older and the rejected",
                   Facts, producer_facts, data_producer_facts) {
  producer_directory<Facts> list;
  CHECK(list.publish(offer<Facts>("own", "a")));
  auto first = list.publish(offer<Facts>("1", "b"));
  CHECK(list.publish(offer<Facts>("2", "c")));
  REQUIRE(first);
  auto but = [](const char* id) {
    return [id](const Facts& x) {
      return x.info.id == id_of<Facts>{id};
    };
  };
  const peer_id a{"a"};
  CHECK(name(list.next_for(a, 0, none)) == "1");
  CHECK(name(list.next_for(a, 0, but("1"))) == "2");
  CHECK(name(list.next_for(a, *first, none)) == "2");
  CHECK(name(list.next_for(a, *first, but("2"))) == "none");
  CHECK(name(list.next_of(a, none)) == "own");
  CHECK(name(list.next_of(a, but("own"))) == "none");
  CHECK(name(list.next_of(peer_id{"stranger"}, none)) == "none");
  CHECK(ids(list.others(peer_id{"b"})) == "own 2 ");
}

TEST_CASE("a directory agrees with a plain list after any changes") {
  auto random = troupe::net::make_seeded_rng(11);
  producer_directory<producer_facts> list;
  std::vector<producer_facts> plain; // oldest first
  auto owned_by = [](const std::string& owner) {
    return [owner](const producer_facts& x) {
      return x.info.peer == peer_id{owner};
    };
  };
  for (int step = 0; step < 5000; ++step) {
    CAPTURE(step);
    auto id = std::to_string(random->below(30));
    auto owner = std::to_string(random->below(4));
    auto same_id = [&](const producer_facts& x) {
      return x.info.id == producer_id{id};
    };
    switch (random->below(8)) {
      case 0:
        std::erase_if(plain, owned_by(owner));
        list.remove(peer_id{owner});
        break;
      case 1:
      case 2:
        CHECK(list.withdraw(producer_id{id}).has_value()
              == (std::erase_if(plain, same_id) > 0));
        break;
      default:
        if (auto age = list.publish(offer<producer_facts>(id, owner))) {
          CHECK(std::ranges::none_of(plain, same_id));
          plain.push_back(offer<producer_facts>(id, owner));
          plain.back().age = *age;
        } else {
          CHECK(std::ranges::any_of(plain, same_id));
        }
    }
    auto mine = std::ranges::find_if(plain, owned_by(owner));
    CHECK(list.has_any_of(peer_id{owner}) == (mine != plain.end()));
    auto other = std::ranges::find_if_not(plain, owned_by(owner));
    const auto* found = list.next_for(peer_id{owner}, 0, none);
    CHECK((found ? found->age : 0) == (other == plain.end() ? 0 : other->age));
  }
}
