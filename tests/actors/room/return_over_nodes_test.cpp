// A user whose node has died comes back on another one, in every dialect.

#include "tests/actors/support/dialect_member.hpp"
#include "tests/actors/support/two_nodes.hpp"

#include <algorithm>
#include <set>

using namespace troupe;
using namespace troupe::test;
using std::chrono::seconds;

namespace {

/// One member of each dialect on node a, and Bob on node b.
struct return_scene {
  explicit return_scene(const std::string& dialect) {
    for (const auto& x : dialect_member::dialects)
      others.push_back(
          std::make_unique<dialect_member>(nodes.node(0), x, "with-" + x));
    bob.emplace(nodes.node(1), dialect, "bob");
    quiet();
  }

  /// Bob joins on node a.
  void come_back() {
    back.emplace(nodes.node(0), bob->dialect(), "bob", bob->pid());
    nodes.settle();
  }

  void quiet() {
    nodes.world.pass(seconds{3});
    for (auto& x : others)
      x->forget();
  }

  /// All are told that one member has left, and that one has joined.
  void expect_exchange() {
    nodes.world.pass(seconds{3});
    for (auto& x : others) {
      CAPTURE(x->dialect());
      CHECK(x->told_left() == 1);
      if (x->dialect() == "events")
        expect_list(*x);
      else
        CHECK(x->told_joined() == 1);
      x->forget();
    }
  }

  void expect_silence() {
    for (auto& x : others) {
      CAPTURE(x->dialect());
      CHECK(x->told_left() == 0);
      CHECK(x->told_joined() == 0);
      x->forget();
    }
  }

  two_nodes nodes;
  std::vector<std::unique_ptr<dialect_member>> others;
  std::optional<dialect_member> bob;
  std::optional<dialect_member> back;

private:
  // The last list has each member once.
  void expect_list(dialect_member& x) {
    const auto last = std::ranges::find_if(
        x.frames.rbegin(), x.frames.rend(), [](const auto& frame) {
          return frame.find("participant-list-update") != frame.npos;
        });
    REQUIRE(last != x.frames.rend());
    const auto list = parse_json(last->substr(last->find('[')));
    REQUIRE(list[1].Size() == others.size() + 1);
    std::set<std::string> ids;
    for (const auto& who : list[1].GetArray())
      ids.insert(text_at(who, "/id"));
    CHECK(ids.size() == others.size() + 1);
  }
};

} // namespace

TEST_CASE(
    "a user of a dead node that comes back has left once and joined once") {
  for (const auto& dialect : dialect_member::dialects) {
    CAPTURE(dialect);
    return_scene x{dialect};
    x.nodes.split();
    x.nodes.world.pass(seconds{1});
    x.expect_silence();
    x.come_back();
    CHECK_FALSE(x.back->closed());
    x.expect_exchange();
    // Nothing more when the time of grace is over, or when the node returns
    // with the member that it had.
    x.nodes.world.pass(seconds{15});
    x.expect_silence();
    x.nodes.heal();
    x.nodes.world.pass(seconds{5});
    x.expect_silence();
    CHECK_FALSE(x.back->closed());
  }
}

TEST_CASE("a user that was dead for longer than the grace has left before") {
  return_scene x{"ws"};
  x.nodes.split();
  x.nodes.world.pass(seconds{12});
  for (auto& other : x.others)
    CHECK(other->told_left() == 1);
  x.quiet();
  x.come_back();
  x.nodes.world.pass(seconds{3});
  for (auto& other : x.others) {
    CAPTURE(other->dialect());
    CHECK(other->told_left() == 0);
    CHECK(other->told_joined() >= 1);
  }
}
