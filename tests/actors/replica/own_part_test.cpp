#include "tests/actors/replica/part_samples.hpp"

#include <doctest/doctest.h>

using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// The changes of a delta as text: "+id", "-id", "lock" or "unlock".
std::string own_part_changes(const std::optional<sample_delta>& x) {
  if (!x)
    return "snapshot";
  std::string out;
  for (const auto& change : x->changes) {
    if (!out.empty())
      out += ' ';
    if (const auto* set = std::get_if<sample_entry>(&change))
      out += "+" + set->key.id;
    else if (const auto* removed = std::get_if<entry_key>(&change))
      out += "-" + removed->id;
    else
      out += std::get<lock_register>(change).locked ? "lock" : "unlock";
  }
  return out;
}

} // namespace

TEST_CASE("a part numbers its changes and tells those after a position") {
  sample_part part{{1, 1}};
  const auto start = part.position();
  CHECK(part.set(member_at(10, "ann")));
  CHECK(part.set(producer_at(11, "mic", "ann")));
  CHECK(part.set_lock({true, {12, 0, 1}}));
  CHECK(own_part_changes(part.poll_delta(start)) == "+ann +mic lock");
  const auto middle = part_position{{1, 1}, 2};
  CHECK(own_part_changes(part.poll_delta(middle)) == "lock");
  CHECK(part.poll_delta(middle)->from == 2);
  CHECK(own_part_changes(part.poll_delta(part.position())) == "");
  CHECK(part.position().seq == 3);
}

TEST_CASE("a member's producers go before it") {
  sample_part part{{1, 1}};
  part.set(member_at(10, "ann"));
  part.set(producer_at(11, "mic", "ann"));
  part.set(producer_at(12, "cam", "ann"));
  const auto before = part.position();
  CHECK(part.remove(member_key("ann")));
  CHECK(own_part_changes(part.poll_delta(before)) == "-mic -cam -ann");
  CHECK(part.entries().size() == 0);
  CHECK(!part.remove(member_key("ann")));
  CHECK(!part.remove(key_of_producer("mic")));
}

TEST_CASE("a producer needs its member, and keeps it") {
  sample_part part{{1, 1}};
  CHECK(!part.set(producer_at(11, "mic", "ann")));
  part.set(member_at(10, "ann"));
  part.set(member_at(10, "bob"));
  CHECK(part.set(producer_at(11, "mic", "ann")));
  CHECK(!part.set(producer_at(11, "mic", "bob")));
  CHECK(part.position().seq == 3);
}

TEST_CASE("an entry that comes back with its id begins anew") {
  sample_part part{{1, 1}};
  part.set(member_at(10, "ann"));
  part.set(producer_at(11, "mic", "ann"));
  const auto before = part.position();
  part.set(member_at(20, "ann"));
  CHECK(own_part_changes(part.poll_delta(before)) == "-mic -ann +ann");
}

TEST_CASE("an older lock register does not replace a newer one") {
  sample_part part{{1, 1}};
  CHECK(part.set_lock({true, {12, 0, 1}}));
  CHECK(!part.set_lock({false, {12, 0, 1}}));
  CHECK(!part.set_lock({false, {11, 9, 9}}));
  CHECK(part.lock().locked);
  CHECK(part.position().seq == 1);
}

TEST_CASE("only a snapshot helps after another epoch or too many changes") {
  sample_part part{{1, 2}, 3};
  for (int i = 0; i < 5; ++i)
    part.set(member_at(i, "m" + std::to_string(i)));
  CHECK(own_part_changes(part.poll_delta({{1, 2}, 2})) == "+m2 +m3 +m4");
  CHECK(own_part_changes(part.poll_delta({{1, 2}, 1})) == "snapshot");
  CHECK(own_part_changes(part.poll_delta({{1, 1}, 4})) == "snapshot");
  CHECK(own_part_changes(part.poll_delta({{2, 2}, 4})) == "snapshot");
  CHECK(own_part_changes(part.poll_delta({{1, 2}, 6})) == "snapshot");
  CHECK(own_part_changes(part.poll_delta({{1, 0}, 0})) == "snapshot");
}

TEST_CASE("deltas and pieces of snapshots are bounded") {
  sample_part part{{1, 1}};
  CHECK(part.snapshot().size() == 1);
  CHECK(part.snapshot()[0].last);
  for (int i = 0; i < 130; ++i)
    part.set(member_at(i, "m" + std::to_string(i)));
  part.set_lock({true, {500, 0, 1}});
  CHECK(part.poll_delta({{1, 1}, 0})->changes.size() == 64);
  CHECK(part.poll_delta({{1, 1}, 128})->changes.size() == 3);
  const auto pieces = part.snapshot();
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[1].entries.size() == 64);
  CHECK(pieces[2].entries.size() == 2);
  for (uint32_t i = 0; i < 3; ++i) {
    CHECK(pieces[i].piece == i);
    CHECK(pieces[i].last == (i == 2));
    CHECK(pieces[i].seq == 131);
    CHECK(pieces[i].lock.locked);
  }
}
