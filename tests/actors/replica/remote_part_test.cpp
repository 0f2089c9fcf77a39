#include "actors/replica/remote_part.hpp"
#include "tests/actors/replica/part_samples.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// A part and its image on another node.
struct image_scene {
  part_outcome snapshot(sample_snapshot x) {
    return image.handle_snapshot(std::move(x), clock, 1'000);
  }

  part_outcome snapshot() {
    auto out = part_outcome::refused;
    for (auto& x : origin.snapshot())
      out = snapshot(std::move(x));
    return out;
  }

  part_outcome delta(sample_delta x) {
    return image.handle_delta(std::move(x), clock, 1'000);
  }

  part_outcome delta(uint64_t after) {
    return delta(*origin.poll_delta({origin.position().epoch, after}));
  }

  /// The changes since the last call: "+id", "-id" or "~id".
  std::string changes() {
    std::string out;
    while (auto x = image.poll_change()) {
      if (!out.empty())
        out += ' ';
      const auto& id = (x->now ? x->now : x->before)->key.id;
      out += (!x->before ? "+" : x->now ? "~" : "-") + id;
    }
    return out;
  }

  sample_part origin{{1, 1}};
  remote_part<uint32_t> image{1, {200, 16}};
  hybrid_clock clock{2};
};

/// One with ann and her microphone, whose snapshot has arrived.
struct known_image_scene : image_scene {
  known_image_scene() {
    origin.set(member_at(10, "ann"));
    origin.set(producer_at(11, "mic", "ann"));
    snapshot();
    changes();
  }
};

} // namespace

TEST_CASE("a part is known by its snapshot, and followed by deltas") {
  image_scene x;
  x.origin.set(member_at(10, "ann"));
  CHECK(x.image.wants_resync());
  CHECK(x.delta(0) == part_outcome::gap);
  CHECK(x.snapshot() == part_outcome::applied);
  CHECK(!x.image.wants_resync());
  CHECK(x.changes() == "+ann");
  x.origin.set(producer_at(11, "mic", "ann"));
  x.origin.set_lock({true, {12, 0, 1}});
  CHECK(x.delta(1) == part_outcome::applied);
  CHECK(x.changes() == "+mic");
  CHECK(x.image.lock().locked);
  auto mic = producer_at(11, "mic", "ann");
  mic.payload = 5;
  x.origin.set(mic);
  x.origin.remove(member_key("ann"));
  CHECK(x.delta(3) == part_outcome::applied);
  CHECK(x.changes() == "~mic -mic -ann");
  CHECK(x.image.position() == x.origin.position());
}

TEST_CASE("a repeated delta changes nothing, an overlapping one what is new") {
  known_image_scene x;
  x.origin.set(member_at(12, "bob"));
  CHECK(x.delta(2) == part_outcome::applied);
  CHECK(x.changes() == "+bob");
  CHECK(x.delta(2) == part_outcome::duplicate);
  CHECK(x.delta(0) == part_outcome::duplicate);
  x.origin.set(member_at(13, "cid"));
  CHECK(x.delta(1) == part_outcome::applied);
  CHECK(x.changes() == "+cid");
  x.origin.remove(member_key("cid"));
  x.delta(4);
  x.changes();
  x.origin.set(member_at(14, "dan"));
  CHECK(x.delta(3) == part_outcome::applied);
  CHECK(x.changes() == "+dan");
  CHECK(x.image.violations() == 0);
}

TEST_CASE("after a gap the image asks for what comes after its position") {
  known_image_scene x;
  x.origin.set(member_at(12, "bob"));
  x.origin.set(member_at(13, "cid"));
  CHECK(x.delta(3) == part_outcome::gap);
  CHECK(x.image.wants_resync());
  CHECK(x.changes() == "");
  CHECK(x.delta(*x.origin.poll_delta(x.image.position()))
        == part_outcome::applied);
  CHECK(x.changes() == "+bob +cid");
  CHECK(!x.image.wants_resync());
}

TEST_CASE("an empty delta finds a lost last change, or confirms the position") {
  known_image_scene x;
  CHECK(x.delta(2) == part_outcome::applied);
  x.origin.set(member_at(12, "bob"));
  CHECK(x.delta(3) == part_outcome::gap);
  CHECK(x.image.wants_resync());
  known_image_scene y;
  y.image.handle_link_reset();
  CHECK(y.image.wants_resync());
  CHECK(y.delta(1) == part_outcome::duplicate);
  CHECK(y.image.wants_resync());
  CHECK(y.delta(2) == part_outcome::applied);
  CHECK(!y.image.wants_resync());
  CHECK(y.changes() == "");
}

TEST_CASE("a second snapshot yields the difference, first what is gone") {
  known_image_scene x;
  x.origin.remove(key_of_producer("mic"));
  x.origin.set(member_at(12, "bob"));
  x.origin.set(producer_at(13, "cam", "bob"));
  auto ann = member_at(10, "ann");
  ann.payload = 3;
  x.origin.set(ann);
  x.image.handle_link_reset();
  CHECK(x.snapshot() == part_outcome::applied);
  CHECK(x.changes() == "-mic ~ann +bob +cam");
  CHECK(x.snapshot() == part_outcome::duplicate);
}

TEST_CASE("a snapshot yields members before producers, and older ones first") {
  image_scene x;
  x.origin.set(member_at(10, "zoe"));
  x.origin.set(member_at(30, "ann"));
  x.origin.set(member_at(20, "max"));
  x.origin.set(producer_at(5, "cam", "zoe"));
  auto all = x.origin.snapshot();
  std::ranges::reverse(all[0].entries);
  CHECK(x.snapshot(all[0]) == part_outcome::applied);
  CHECK(x.changes() == "+zoe +max +ann +cam");
  CHECK(x.image.violations() == 0);
}

TEST_CASE("the clock observes the stamps of entries") {
  image_scene x;
  x.origin.set(member_at(9'000, "ann"));
  x.snapshot();
  CHECK(x.clock.next(1'000).wall_ms == 9'000);
  x.origin.set(member_at(9'500, "bob"));
  x.delta(1);
  CHECK(x.clock.next(1'000).wall_ms == 9'500);
}

TEST_CASE("an entry with another stamp is another one") {
  known_image_scene x;
  x.origin.set(member_at(20, "ann"));
  x.image.handle_link_reset();
  x.snapshot();
  CHECK(x.changes() == "-mic -ann +ann");
  // A delta of a node that does not say so itself.
  CHECK(x.delta({{1, 1}, 5, {member_at(30, "ann")}}) == part_outcome::applied);
  CHECK(x.changes() == "-ann +ann");
}

TEST_CASE("an interrupted snapshot changes nothing") {
  known_image_scene x;
  for (int i = 0; i < 100; ++i)
    x.origin.set(member_at(20 + i, "m" + std::to_string(i)));
  const auto pieces = x.origin.snapshot();
  REQUIRE(pieces.size() == 2);
  x.image.handle_link_reset();
  CHECK(x.snapshot(pieces[1]) == part_outcome::gap);
  CHECK(x.snapshot(pieces[0]) == part_outcome::applied);
  x.image.handle_link_reset();
  CHECK(x.snapshot(pieces[1]) == part_outcome::gap);
  CHECK(x.changes() == "");
  CHECK(x.snapshot(pieces[0]) == part_outcome::applied);
  CHECK(x.image.wants_resync());
  CHECK(x.snapshot(pieces[1]) == part_outcome::applied);
  CHECK(!x.image.wants_resync());
  CHECK(x.image.entries().size() == 102);
}

TEST_CASE("pieces of two snapshots, or not all of one, make no snapshot") {
  known_image_scene x;
  x.image.handle_link_reset();
  const auto former = x.origin.snapshot(1);
  x.origin.set(member_at(12, "bob"));
  const auto pieces = x.origin.snapshot(1);
  REQUIRE(pieces.size() == 3);
  CHECK(x.snapshot(pieces[0]) == part_outcome::applied);
  CHECK(x.snapshot(pieces[2]) == part_outcome::gap);
  CHECK(x.snapshot(former[0]) == part_outcome::applied);
  CHECK(x.snapshot(pieces[1]) == part_outcome::gap);
  CHECK(x.image.wants_resync());
  CHECK(x.changes() == "");
  for (const auto& piece : pieces)
    CHECK(x.snapshot(piece) == part_outcome::applied);
  CHECK(x.changes() == "+bob");
}

TEST_CASE("what is older than the image is stale") {
  known_image_scene x;
  const auto old_pieces = x.origin.snapshot();
  x.origin.set(member_at(12, "bob"));
  x.delta(2);
  x.changes();
  x.image.handle_link_reset();
  CHECK(x.snapshot(old_pieces[0]) == part_outcome::stale);
  sample_part other{{9, 1}};
  CHECK(x.snapshot(other.snapshot()[0]) == part_outcome::stale);
  CHECK(x.delta({{9, 1}, 3, {}}) == part_outcome::stale);
  CHECK(x.changes() == "");
  CHECK(x.image.wants_resync());

  sample_part reopened{{1, 2}};
  CHECK(x.delta({{1, 2}, 0, {}}) == part_outcome::gap);
  CHECK(x.snapshot(reopened.snapshot()[0]) == part_outcome::applied);
  CHECK(x.changes() == "-mic -bob -ann");
  CHECK(x.delta({{1, 1}, 3, {member_at(50, "eve")}}) == part_outcome::stale);
  CHECK(x.snapshot(x.origin.snapshot()[0]) == part_outcome::stale);
}

TEST_CASE("what breaks a rule is left out and counted") {
  known_image_scene x;
  auto bad_kind = member_at(12, "odd", "ann");
  bad_kind.key.kind = static_cast<entry_kind>(7);
  CHECK(
      x.delta({{1, 1},
               2,
               {member_at(12, ""), member_at(12, "an-id-that-is-too-long"),
                member_at(12, "bob", "a-user-that-is-too-long"),
                producer_at(12, "cam", "bob"), member_key("bob"),
                producer_at(11, "mic", "cid"), bad_kind, member_at(13, "cid")}})
      == part_outcome::applied);
  CHECK(x.image.violations() == 7);
  CHECK(x.changes() == "+cid");
  CHECK(x.image.position().seq == 10);

  sample_delta too_long{{1, 1}, 10, {}};
  too_long.changes.resize(65);
  CHECK(x.delta(too_long) == part_outcome::refused);
  sample_snapshot too_large{{1, 1}, 11, 0, true, {}, {}};
  too_large.entries.resize(65);
  CHECK(x.snapshot(too_large) == part_outcome::refused);
  CHECK(x.image.violations() == 9);
  CHECK(x.image.position().seq == 10);
}

TEST_CASE("a node has no more entries than it may") {
  known_image_scene x;
  for (int i = 0; i < 250; ++i)
    x.origin.set(member_at(20 + i, "m" + std::to_string(i)));
  for (uint64_t after = 2; after < 252; after = x.image.position().seq)
    x.delta(after);
  CHECK(x.image.entries().size() == 200);
  CHECK(x.image.violations() == 52);

  image_scene y;
  for (int i = 0; i < 250; ++i)
    y.origin.set(member_at(20 + i, "m" + std::to_string(i)));
  y.snapshot();
  CHECK(y.image.entries().size() == 200);
  CHECK(y.image.violations() == 1);
}

TEST_CASE("a lock from the far future holds for a minute at most") {
  known_image_scene x;
  x.delta({{1, 1}, 2, {lock_register{true, {999'999'999, 0, 1}}}});
  CHECK(x.image.lock().at.wall_ms == 61'000);
  CHECK(x.clock.clamped() == 1);
  CHECK(x.clock.next(1'000) > x.image.lock().at);
}
