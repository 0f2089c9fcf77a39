// Senders that answer no requests for key frames: their last group of pictures
// is kept whole.

#include "receiver_fixture.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr auto picture = 40ms;

auto without_requests() {
  auto x = video();
  x.feedback.pli = false;
  x.feedback.fir = false;
  return x;
}

// A budget as a member of a room has it.
std::shared_ptr<rtp::memory_budget> member_budget() {
  return std::make_shared<rtp::memory_budget>(
      rtp::memory_budget::default_limit,
      rtp::memory_budget::make_room_reserve());
}

// A sender of 25 pictures a second, of `packets` packets each, with a key frame
// every four seconds whatever it is asked for.
struct deaf_source : receiver_fixture {
  explicit deaf_source(rtp::receiver::config x, int packets_ = 2,
                       size_t octets_ = 20)
      : receiver_fixture(std::move(x))
      , packets(packets_)
      , octets(octets_) {}

  void send_for(net::duration time) {
    for (auto end = now + time; now < end; now += picture) {
      auto key = pictures++ % every == 0;
      for (auto i = 0; i < packets; ++i) {
        packet_spec spec;
        spec.sequence = next++;
        spec.timestamp = static_cast<uint32_t>(now / 1ms) * 90;
        spec.marker = i == packets - 1;
        spec.payload = i > 0 ? vp8_rest : key ? vp8_key : vp8_delta;
        spec.payload.resize(std::max(spec.payload.size(), octets));
        feed(spec, now);
      }
      most = std::max(most, engine.kept_memory());
      tick(now);
    }
  }

  // The packets of a replay now; none if there is a gap in it, or if it does
  // not begin with a key frame.
  size_t replay() const {
    auto found = engine.find_replay(0, at(now));
    if (!found || !found->front().keyframe || !found->front().start_of_frame)
      return 0;
    for (size_t i = 1; i < found->size(); ++i)
      if ((*found)[i].sequence != (*found)[i - 1].sequence + 1)
        return 0;
    return found->size();
  }

  void ask() {
    engine.handle_keyframe_request(0, at(now));
    drain();
  }

  // Two requests are repeated in vain.
  void show_deafness() {
    send_for(picture); // the key frame
    ask();
    send_for(4s - picture);
  }

  int packets;
  size_t octets;
  int every = 100; // pictures, to the next key frame
  int pictures = 0;
  uint16_t next = 65'400;
  net::duration now{};
  size_t most = 0; // octets kept
};

} // namespace

TEST_CASE(
    "a sender that takes no requests is replayed from its last key frame") {
  deaf_source x{without_requests()};
  x.send_for(3960ms);
  CHECK(x.replay() == 198);
  x.send_for(picture);
  CHECK(x.replay() == 200);
  x.send_for(picture); // the next key frame
  CHECK(x.replay() == 2);
  x.send_for(2s);
  CHECK(x.replay() == 102);
}

TEST_CASE("a sender that ignores two requests is replayed from its next key "
          "frame on") {
  for (bool asked : {true, false}) {
    deaf_source x{video()};
    x.send_for(picture);
    if (asked)
      x.ask();
    x.send_for(3960ms);
    CHECK(x.plis == (asked ? 4 : 0));
    x.send_for(1s);
    CHECK(x.replay() == 50);
    x.send_for(2960ms);
    CHECK(x.replay() == (asked ? 198 : 0));
  }
}

TEST_CASE("a sender that answers has replays of a second, as before") {
  deaf_source x{video()};
  for (auto i = 0; i < 10; ++i) {
    x.ask();
    x.pictures = 0; // a key frame
    x.send_for(900ms);
    CHECK(x.replay() == 46);
    x.send_for(1100ms);
    CHECK(x.replay() == 0);
  }
  CHECK(x.plis == 9);
  // No more is kept than what two seconds bring.
  CHECK(x.most < 128 * (sizeof(rtp::media_packet) + 8) + 110 * 200);
}

TEST_CASE("requests that are answered again end the long replays") {
  auto config = video();
  config.budget = member_budget();
  deaf_source x{config};
  x.show_deafness();
  x.send_for(3s);
  CHECK(x.replay() == 150);
  CHECK(config.budget->limit() == 2 * rtp::memory_budget::default_limit);
  for (auto i = 0; i < 2; ++i) {
    CHECK(x.replay() > 0);
    x.ask();
    x.send_for(2 * picture);
    x.pictures = 0;
    x.send_for(3s);
  }
  CHECK(x.replay() == 0);
  CHECK(config.budget->limit() == rtp::memory_budget::default_limit);
  CHECK(config.budget->used() == x.engine.kept_memory());
}

TEST_CASE("a long replay also asks whether the sender answers now") {
  deaf_source x{video()};
  x.show_deafness();
  x.send_for(800ms);
  auto found = x.engine.find_replay(0, at(x.now));
  REQUIRE(found);
  CHECK_FALSE(x.engine.replays_end_soon(found, at(x.now)));
  x.send_for(400ms);
  found = x.engine.find_replay(0, at(x.now));
  REQUIRE(found);
  CHECK(x.engine.replays_end_soon(found, at(x.now)));
}

TEST_CASE("a group is kept for ten seconds at most") {
  deaf_source x{without_requests()};
  x.every = 1 << 30;
  x.send_for(10s);
  CHECK(x.replay() == 500);
  x.send_for(2 * picture);
  CHECK(x.replay() == 0);
  // Two seconds remain, for repair.
  auto kept = x.engine.kept_memory();
  CHECK(kept < x.most);
  auto older = rtp::packet_key{0, 65'536 + 65'400 + 300};
  CHECK_FALSE(x.engine.find_packets({&older, 1}));
  x.send_for(5s);
  CHECK(x.engine.kept_memory() == kept);
}

TEST_CASE("a client's groups take 8 MB at most, and less without a reserve") {
  constexpr auto limit = rtp::memory_budget::default_limit;
  for (bool reserve : {true, false}) {
    auto config = without_requests();
    config.budget =
        reserve ? member_budget() : std::make_shared<rtp::memory_budget>(limit);
    // Four seconds of 7 Mbit/s fit into 8 MB, those of 12 into neither.
    deaf_source x{config, 30, 1200};
    x.send_for(3960ms);
    CHECK((x.replay() > 0) == reserve);
    deaf_source y{config, 50, 1200};
    y.send_for(3960ms);
    CHECK(y.replay() == 0);
    CHECK(config.budget->used() <= config.budget->limit());
    CHECK(x.most <= (reserve ? 2 * limit : limit));
    CHECK(y.most <= (reserve ? 2 * limit : limit));
  }
}

TEST_CASE("a room's members share a reserve for long replays") {
  auto reserve = rtp::memory_budget::make_room_reserve();
  std::vector<std::unique_ptr<deaf_source>> all;
  for (auto i = 0; i < 10; ++i) {
    auto config = without_requests();
    config.budget = std::make_shared<rtp::memory_budget>(
        rtp::memory_budget::default_limit, reserve);
    all.push_back(std::make_unique<deaf_source>(config));
    all.back()->send_for(1s);
  }
  CHECK(reserve->used() == rtp::memory_budget::room_reserve);
  // Small groups need no more than the others have.
  for (auto& x : all)
    CHECK(x->replay() == 50);
  all.clear();
  CHECK(reserve->used() == 0);
}

TEST_CASE("two producers of a client extend its budget once") {
  auto config = without_requests();
  config.budget = member_budget();
  auto camera = std::make_unique<deaf_source>(config);
  auto screen = std::make_unique<deaf_source>(config);
  camera->send_for(1s);
  screen->send_for(1s);
  CHECK(config.budget->limit() == 2 * rtp::memory_budget::default_limit);
  camera.reset();
  CHECK(config.budget->limit() == rtp::memory_budget::default_limit);
  screen->send_for(4s); // with a key frame
  CHECK(config.budget->limit() == 2 * rtp::memory_budget::default_limit);
  screen.reset();
  CHECK(config.budget->limit() == rtp::memory_budget::default_limit);
  CHECK(config.budget->used() == 0);
}

TEST_CASE("a deaf sender is attended without consumers") {
  deaf_source x{without_requests()};
  x.send_for(1s);
  x.engine.set_attended(0, at(x.now));
  CHECK_FALSE(x.engine.poll_unattended());
  CHECK(x.engine.unattended().empty());
  x.send_for(2s);
  CHECK(x.replay() == 150);
  x.engine.set_attended(1, at(x.now));
  CHECK(x.replay() == 150);
}

TEST_CASE("a relay's sender is not, deaf or not") {
  auto config = without_requests();
  config.attends_deaf = false;
  deaf_source x{config};
  x.send_for(1s);
  x.engine.set_attended(0, at(x.now));
  CHECK(x.engine.unattended().size() == 2);
  x.send_for(1s);
  CHECK(x.replay() == 0);
}

TEST_CASE("a sender that answers again, to nobody, is attended no more") {
  deaf_source x{video()};
  x.show_deafness();
  x.send_for(1s);
  x.ask(); // by one that leaves
  x.engine.set_attended(0, at(x.now));
  x.pictures = 0;
  x.send_for(2s);
  CHECK(x.engine.unattended().empty());
  x.engine.set_attended(1, at(x.now));
  x.ask();
  x.engine.set_attended(0, at(x.now));
  CHECK_FALSE(x.engine.poll_unattended());
  x.pictures = 0;
  x.send_for(1s);
  CHECK(x.engine.poll_unattended() == x.engine.unattended());
  CHECK(x.engine.unattended().size() == 2);
  CHECK(x.engine.kept_memory() == 0);
}

TEST_CASE("a pause releases a deaf sender's group") {
  auto config = without_requests();
  config.budget = member_budget();
  deaf_source x{config};
  x.send_for(3s);
  x.engine.pause(at(x.now));
  CHECK(x.engine.kept_memory() == 0);
  CHECK(config.budget->limit() == rtp::memory_budget::default_limit);
  x.engine.resume(at(x.now));
  x.send_for(3s); // with a key frame
  CHECK(x.replay() > 0);
}
