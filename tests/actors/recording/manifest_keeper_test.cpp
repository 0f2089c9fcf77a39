#include "actors/recording/manifest_keeper.hpp"

#include <doctest/doctest.h>

using namespace troupe::actors;
using troupe::protocol::peer_id;

namespace {

manifest_keeper make_keeper() {
  manifest x;
  x.id = recording_id{"r1"};
  x.room = troupe::protocol::room_id{"lobby"};
  return manifest_keeper{x};
}

recorded_part part(const std::string& file, int64_t duration) {
  recorded_part out;
  out.file = file;
  out.peer = peer_id{"alice"};
  out.size = 100;
  out.duration = duration;
  return out;
}

} // namespace

TEST_CASE("a member that comes back is in the manifest twice") {
  auto keeper = make_keeper();
  keeper.handle_join(peer_id{"alice"}, "Alice", 0);
  keeper.handle_join(peer_id{"alice"}, "Alice B.", 10); // another name
  keeper.handle_leave(peer_id{"alice"}, 20);
  keeper.handle_leave(peer_id{"alice"}, 25);
  keeper.handle_join(peer_id{"alice"}, "Alice", 30);
  const auto is = keeper.at(40);
  REQUIRE(is.members.size() == 2);
  CHECK(is.members[0] == recorded_member{peer_id{"alice"}, "Alice B.", 0, 20});
  CHECK(is.members[1].joined == 30);
  CHECK_FALSE(is.members[1].left);
}

TEST_CASE("a part that grows replaces what was known of it") {
  auto keeper = make_keeper();
  CHECK(keeper.handle_part(part("a-1.webm", 1000)));
  CHECK(keeper.handle_part(part("b-1.webm", 500)));
  CHECK_FALSE(keeper.handle_part(part("a-1.webm", 2000)));
  CHECK(keeper.at(0).parts.size() == 2);
  CHECK(keeper.at(0).parts[0].duration == 2000);
  CHECK(keeper.octets() == 200);
}

TEST_CASE("a recording that failed with nothing to play has failed") {
  auto keeper = make_keeper();
  keeper.handle_part(part("a-1.webm", 0));
  keeper.finish("disk-failed", true, 10);
  CHECK(keeper.at(99).state == recording_state::failed);
  CHECK(keeper.at(99).duration == 10);
  auto other = make_keeper();
  other.handle_part(part("a-1.webm", 100));
  other.finish("disk-full", true, 10);
  CHECK(other.at(99).state == recording_state::finished);
}

TEST_CASE("whatever happens in a room, its manifest can be read") {
  auto keeper = make_keeper();
  for (int64_t i = 0; i < 20'000; ++i) {
    const auto who = peer_id{std::string(60, 'p') + std::to_string(i)};
    keeper.handle_join(who, std::string(60, 'n'), i);
    keeper.handle_speaker(who, i);
    keeper.handle_degraded(who, i);
    if (i % 500 == 0)
      keeper.save(i);
  }
  const auto text = keeper.save(20'000);
  CHECK(parse_manifest(text).has_value());
}
