#include "actors/replica/room_union.hpp"
#include "tests/actors/replica/part_samples.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// Node 1's view of a room that node 2 and node 3 have, too.
struct union_scene {
  union_scene() {
    for (auto* part : {&two, &three}) {
      here.attach(part->position().epoch.incarnation);
      sync(*part);
    }
  }

  /// Brings what is new in a part to node 1.
  void sync(const sample_part& part) {
    const auto node = part.position().epoch.incarnation;
    if (auto after = here.wanted_from(node); !after) {
      here.handle_delta(node, *part.poll_delta(sent[node]), clock, 1'000);
    } else if (auto delta = part.poll_delta(*after)) {
      here.handle_delta(node, *delta, clock, 1'000);
    } else {
      for (auto& x : part.snapshot())
        here.handle_snapshot(node, std::move(x), clock, 1'000);
    }
    sent[node] = part.position();
  }

  bool set(sample_part& part, sample_entry x) {
    const auto done = part.set(std::move(x));
    sync(part);
    return done;
  }

  void remove(sample_part& part, const entry_key& key) {
    part.remove(key);
    sync(part);
  }

  /// The events since the last call.
  std::string events() {
    static constexpr const char* names[] = {"joined", "changed", "left",
                                            "opened", "closed",  "replaced",
                                            "taken",  "host",    "lock"};
    std::string out;
    while (auto x = here.poll_event()) {
      if (!out.empty())
        out += ", ";
      out += names[static_cast<size_t>(x->kind)];
      if (x->kind == union_change::lock_changed)
        out += x->lock.locked ? " on" : " off";
      else if (x->what)
        out += " " + x->what->key.id;
      else
        out += " nobody";
    }
    return out;
  }

  static net::time_point at(net::duration x) {
    return net::time_point{x};
  }

  room_union<uint32_t> here{{1, 1}, {10s, {}}};
  sample_part two{{2, 1}};
  sample_part three{{3, 1}};
  hybrid_clock clock{1};
  std::map<uint64_t, part_position> sent;
};

} // namespace

TEST_CASE("a union tells of its own and of other nodes' members once") {
  union_scene x;
  CHECK(x.here.complete());
  x.here.set(member_at(10, "ann"));
  x.here.set(producer_at(11, "mic", "ann"));
  CHECK(x.events() == "joined ann, host ann, opened mic");
  x.here.set(member_at(10, "ann"));
  CHECK(x.events() == "");
  x.set(x.two, member_at(12, "bob", "", 2));
  x.set(x.two, producer_at(13, "cam", "bob", 2));
  CHECK(x.events() == "joined bob, opened cam");
  CHECK(x.here.roster().size() == 2);
  CHECK(x.here.roster().find_producer(key_of_producer("cam")).first == 2);
  x.here.attach(2);
  x.sync(x.two);
  CHECK(x.events() == "");
  auto bob = member_at(12, "bob", "", 2);
  bob.payload = 1;
  x.set(x.two, bob);
  CHECK(x.events() == "changed bob");
  x.remove(x.two, member_key("bob"));
  CHECK(x.events() == "closed cam, left bob");
  x.here.remove(member_key("ann"));
  CHECK(x.events() == "closed mic, left ann, host nobody");
  CHECK(x.here.roster().size() == 0);
}

TEST_CASE("a new union is complete once all attached parts are known") {
  union_scene x;
  x.here.attach(9);
  CHECK(!x.here.complete());
  CHECK((x.here.wanted_from(9) == part_position{{9, 0}, 0}));
  sample_part nine{{9, 1}};
  x.sync(nine);
  CHECK(x.here.complete());
  CHECK(!x.here.wanted_from(9));
  x.here.attach(1);
  CHECK(!x.here.is_attached(1));
}

TEST_CASE(
    "the newer of a user's members stays, and its node dismisses another") {
  union_scene x;
  x.here.set(member_at(10, "ann", "anna"));
  x.here.set(producer_at(11, "mic", "ann"));
  x.events();
  x.set(x.two, member_at(12, "ann2", "anna", 2));
  CHECK(x.events()
        == "closed mic, left ann, replaced ann, joined ann2, host ann2");
  // An older one does not become visible meanwhile.
  x.set(x.three, member_at(11, "ann3", "anna", 3));
  CHECK(x.events() == "");
  x.here.remove(member_key("ann"));
  CHECK(x.events() == "");
  x.remove(x.two, member_key("ann2"));
  CHECK(x.events() == "left ann2, joined ann3, host ann3");
}

TEST_CASE("twins may have one id") {
  union_scene x;
  x.set(x.two, member_at(10, "ann", "ann", 2));
  x.events();
  x.here.set(member_at(12, "ann", "ann"));
  CHECK(x.events() == "left ann, joined ann, host ann");
  x.remove(x.two, member_key("ann"));
  CHECK(x.events() == "");
  CHECK(x.here.roster().find_member("ann").first == 1);
}

TEST_CASE("an id that another user has had for longer is taken") {
  union_scene x;
  x.here.set(member_at(12, "ann", "eve"));
  x.events();
  x.set(x.two, member_at(10, "ann", "ann", 2));
  CHECK(x.events() == "left ann, taken ann, joined ann, host ann");
  CHECK(x.here.roster().find_member("ann").first == 2);
}

TEST_CASE("a user that becomes known later is a twin from then on") {
  union_scene x;
  x.set(x.two, member_at(10, "bob", "robert", 2));
  x.set(x.three, member_at(12, "guest", "", 3));
  x.events();
  x.set(x.three, member_at(12, "guest", "robert", 3));
  CHECK(x.events() == "changed guest, left bob, host guest");
  x.set(x.three, member_at(12, "guest", "", 3));
  CHECK(x.events() == "changed guest, joined bob, host bob");
}

TEST_CASE("nothing is reported of a suspect node") {
  union_scene x;
  x.set(x.two, member_at(10, "bob", "", 2));
  x.set(x.two, producer_at(11, "cam", "bob", 2));
  x.events();
  x.here.suspect(2);
  CHECK(x.here.complete());
  CHECK(!x.here.poll_timeout());
  x.two.set(producer_at(12, "mic", "bob", 2));
  CHECK(x.here.handle_delta(2, *x.two.poll_delta({{2, 1}, 2}), x.clock, 1'000)
        == part_outcome::stale);
  x.here.attach(2);
  x.sync(x.two);
  CHECK(x.events() == "opened mic");
}

TEST_CASE("a dead node's producers close at once, its members leave later") {
  union_scene x;
  x.set(x.two, member_at(10, "bob", "robert", 2));
  x.set(x.two, producer_at(11, "cam", "bob", 2));
  x.set(x.two, member_at(12, "cid", "", 2));
  x.events();
  x.here.suspect(2);
  x.here.handle_dead(2, x.at(5s));
  CHECK(x.events() == "closed cam");
  CHECK(x.here.roster().size() == 2);
  CHECK(x.here.poll_timeout() == x.at(15s));
  x.here.handle_dead(2, x.at(6s));
  CHECK(x.here.poll_timeout() == x.at(15s));
  // The user is back on another node.
  x.set(x.three, member_at(20, "bob3", "robert", 3));
  CHECK(x.events() == "left bob, joined bob3, host cid");
  x.here.handle_timeout(x.at(15s) - 1ns);
  CHECK(x.events() == "");
  x.here.handle_timeout(x.at(15s));
  CHECK(x.events() == "left cid, host bob3");
  CHECK(!x.here.poll_timeout());
}

TEST_CASE("a dead node without members is forgotten at once") {
  union_scene x;
  x.here.handle_dead(2, x.at(5s));
  CHECK(!x.here.poll_timeout());
  CHECK(x.here.complete());
}

TEST_CASE("a dead node's producers stay closed if its member prevails again") {
  union_scene x;
  x.set(x.two, member_at(10, "bob", "robert", 2));
  x.set(x.two, producer_at(11, "cam", "bob", 2));
  x.set(x.three, member_at(20, "bob3", "robert", 3));
  x.here.handle_dead(2, x.at(5s));
  x.events();
  x.remove(x.three, member_key("bob3"));
  CHECK(x.events() == "left bob3, joined bob, host bob");
}

TEST_CASE("a node that is back within the grace time finds its members") {
  union_scene x;
  x.set(x.two, member_at(10, "bob", "", 2));
  x.set(x.two, producer_at(11, "cam", "bob", 2));
  x.set(x.two, producer_at(12, "mic", "bob", 2));
  x.events();
  x.here.handle_dead(2, x.at(5s));
  CHECK(x.events() == "closed cam, closed mic");
  x.two.remove(key_of_producer("cam"));
  x.here.attach(2);
  CHECK(!x.here.complete());
  CHECK(x.events() == "");
  x.sync(x.two);
  CHECK(x.events() == "opened mic");
  CHECK(!x.here.poll_timeout());
}

TEST_CASE("members leave if their node is connected but silent at the end") {
  union_scene x;
  x.set(x.two, member_at(10, "bob", "", 2));
  x.events();
  x.here.handle_dead(2, x.at(5s));
  x.here.attach(2);
  x.here.handle_timeout(x.at(15s));
  CHECK(x.events() == "left bob, host nobody");
  CHECK(x.here.is_attached(2));
  x.sync(x.two);
  CHECK(x.events() == "joined bob, host bob");
}

TEST_CASE("members leave at once if their node closes the room") {
  union_scene x;
  x.set(x.two, member_at(10, "bob", "", 2));
  x.events();
  x.here.handle_closed(2);
  CHECK(x.events() == "left bob, host nobody");
  CHECK(!x.here.is_attached(2));
  CHECK(!x.here.poll_timeout());
}

TEST_CASE("the host is the oldest member whose token says nothing") {
  union_scene x;
  x.set(x.two, member_at(10, "bob", "", 2));
  x.here.set(member_at(5, "ann"));
  CHECK(x.events() == "joined bob, host bob, joined ann, host ann");
  auto ann = member_at(5, "ann");
  ann.host_candidate = false;
  x.here.set(ann);
  CHECK(x.events() == "changed ann, host bob");
  x.remove(x.two, member_key("bob"));
  CHECK(x.events() == "left bob, host nobody");
}

TEST_CASE("the newest lock holds, even after its node is gone") {
  union_scene x;
  x.here.set_lock({true, {10, 0, 1}});
  CHECK(x.events() == "lock on");
  x.two.set_lock({false, {9, 0, 2}});
  x.sync(x.two);
  CHECK(x.events() == "");
  x.three.set_lock({false, {11, 0, 3}});
  x.sync(x.three);
  CHECK(x.events() == "lock off");
  CHECK(x.here.own().lock().locked);
  x.set(x.three, member_at(20, "cid", "", 3));
  x.events();
  x.here.handle_dead(3, x.at(5s));
  CHECK(!x.here.own().lock().locked);
  CHECK((x.here.own().lock().at == stamp{11, 0, 3}));
  CHECK(x.events() == "");

  x.two.set_lock({true, {12, 0, 2}});
  x.sync(x.two);
  // The node opens the room anew, and knows nothing of the lock any more.
  x.two = sample_part{{2, 2}};
  x.here.attach(2);
  x.sync(x.two);
  CHECK(x.events() == "lock on");
  CHECK((x.here.own().lock().at == stamp{12, 0, 2}));
}

TEST_CASE("a node cannot have a producer with another node's id") {
  union_scene x;
  x.set(x.two, member_at(10, "bob", "", 2));
  x.set(x.two, producer_at(11, "cam", "bob", 2));
  x.set(x.three, member_at(12, "eve", "", 3));
  x.events();
  x.set(x.three, producer_at(13, "cam", "eve", 3));
  CHECK(x.events() == "");
  CHECK(x.here.violations(3) == 1);
  x.remove(x.three, key_of_producer("cam"));
  CHECK(x.events() == "");
  CHECK(x.here.roster().find_producer(key_of_producer("cam")).first == 2);
}
