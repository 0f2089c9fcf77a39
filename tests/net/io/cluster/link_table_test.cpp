#include "net/io/cluster/link_table.hpp"

#include "tests/net/io/cluster/cluster_node.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using testing::preface_of;
using namespace std::chrono_literals;

namespace {

using verdict = std::optional<link_refusal>;

constexpr verdict no_refusal = std::nullopt;

// The table of node "m" in a cluster of three.
struct table_of_m {
  verdict check(const std::string& node, bool dialled = false,
                uint64_t incarnation = 1) {
    std::vector<std::string> names{node};
    return table.check(preface_of(node, incarnation), names, dialled, now);
  }

  verdict decide(const std::string& node, bool dialled,
                 uint64_t incarnation = 1) {
    return table.decide(preface_of(node, incarnation), dialled, now);
  }

  link_table table{preface_of("m"), 3};
  time_point now{};
};

} // namespace

TEST_CASE("exactly one of two nodes decides") {
  table_of_m x;
  CHECK(x.table.decides(preface_of("z")));
  CHECK(!x.table.decides(preface_of("a")));
}

TEST_CASE("levels of two nodes must overlap") {
  auto self = preface_of("m");
  self.level = 5;
  self.oldest_level = 4;
  link_table table{self, 3};
  std::vector<std::string> names{"a"};
  auto check = [&](uint16_t oldest, uint16_t newest) {
    auto remote = preface_of("a");
    remote.oldest_level = oldest;
    remote.level = newest;
    return table.check(remote, names, false, {});
  };
  CHECK((check(3, 4) == no_refusal));
  CHECK((check(5, 9) == no_refusal));
  CHECK((check(2, 3) == verdict{link_refusal::level}));
  CHECK((check(6, 6) == verdict{link_refusal::level}));
}

TEST_CASE("a link that both dialled at once stays, and one that is lost goes") {
  for (bool dialled : {false, true}) {
    table_of_m x;
    x.table.insert("z", {1, 1, dialled});
    // The other node would not dial again if it still had what it dialled.
    CHECK((x.decide("z", false)
           == (dialled ? verdict{link_refusal::duplicate} : no_refusal)));
    CHECK((x.decide("z", true) == verdict{link_refusal::duplicate}));
    for (bool fresh : {false, true})
      CHECK((x.decide("z", fresh, 2) == no_refusal));
  }
}

TEST_CASE("the second address of a node with a link is a duplicate") {
  table_of_m x;
  x.table.insert("a", {1, 1, false});
  CHECK((x.check("a", true) == verdict{link_refusal::duplicate}));
  CHECK((x.check("a", false) == no_refusal));
  CHECK((x.check("a", true, 2) == no_refusal));
}

TEST_CASE("a full cluster takes no other node, but one that it has") {
  table_of_m x;
  x.table.insert("a", {1, 1, false});
  CHECK((x.check("b") == no_refusal));
  x.table.insert("b", {2, 1, false});
  CHECK((x.check("c") == verdict{link_refusal::too_many}));
  CHECK((x.decide("z", false) == verdict{link_refusal::too_many}));
  CHECK((x.check("b", false, 2) == no_refusal));
  CHECK(x.table.erase(1) == "a");
  CHECK(x.table.erase(1).empty());
  CHECK((x.check("c") == no_refusal));
}

TEST_CASE("a quarantine ends") {
  table_of_m x;
  x.table.quarantine("a", 10s, x.now);
  x.table.quarantine("z", 10s, x.now);
  CHECK((x.check("a") == verdict{link_refusal::quarantine}));
  CHECK((x.decide("z", false) == verdict{link_refusal::quarantine}));
  CHECK((x.check("b") == no_refusal));
  x.now += 10s;
  CHECK((x.check("a") == no_refusal));
  CHECK((x.decide("z", false) == no_refusal));
}
