#include "tests/actors/support/media_scene.hpp"

#include "tests/support/speech.hpp"

#include <deque>
#include <thread>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr uint8_t level_id = 10;

rtp::receiver::config opus_with_level(uint32_t ssrc) {
  auto out = opus();
  out.encodings = {{rtp::ssrc{ssrc}, {}, {}}};
  out.extensions.set(rtp::extension::audio_level, level_id);
  return out;
}

/// The producers of a room, each with a consumer on a transport of its own.
struct test_room : scene_notes, shard_scene {
  explicit test_room(size_t people, loudest_speakers_limits limits = {3, 4})
      : shard_scene(notes)
      , loudest(std::make_shared<loudest_speakers>(limits)) {
    loudest->set_members(people);
    for (size_t i = 0; i < people; ++i) {
      auto ssrc = static_cast<uint32_t>(1000 + i);
      producer_config x;
      x.id = producer_id{"p" + std::to_string(i)};
      x.engine = opus_with_level(ssrc);
      x.transport = spawn_rtcp_sender(*world.system, from_producer);
      x.loudest = loudest;
      producers.push_back(spawn_producer(*world.system, x));
      levels.push_back(70);
      next.push_back(static_cast<uint16_t>(65500 + i)); // wraps soon
      add(port(i), opus_to(ssrc), producers.back());
    }
  }

  ~test_room() {
    for (auto& x : producers)
      caf::anon_send(x, close_producer{});
    producers.clear();
    world.run();
  }

  static uint16_t port(size_t who) {
    return static_cast<uint16_t>(who + 1);
  }

  void send(size_t who) {
    rtp_builder x;
    x.payload_type = 111;
    x.sequence_number = next[who]++;
    x.timestamp = clock * 960;
    x.ssrc = static_cast<uint32_t>(1000 + who);
    x.payload = {1, 2, 3};
    if (levels[who] < 128)
      x.extensions = {{level_id, {levels[who]}}};
    caf::anon_send(producers[who],
                   std::make_shared<const std::vector<rtp::packet>>(
                       std::vector{x.make(world.scheduler().clock().now())}));
  }

  // All producers send, 50 packets a second.
  void pass(net::duration time) {
    for (net::duration t{}; t < time; t += 20ms) {
      ++clock;
      for (size_t i = 0; i < producers.size(); ++i)
        send(i);
      world.run();
      world.pass(20ms);
    }
  }

  // The producers whose packets arrived since the last call.
  std::vector<size_t> forwarded_producers() {
    std::vector<size_t> out;
    for (size_t i = 0; i < producers.size(); ++i)
      if (auto got = packets(port(i)); got > std::exchange(seen[i], got))
        out.push_back(i);
    return out;
  }

  std::shared_ptr<loudest_speakers> loudest;
  std::vector<producer_actor> producers;
  std::vector<uint8_t> levels; // 128: no level
  std::vector<uint16_t> next;
  std::map<size_t, size_t> seen;
  uint32_t clock = 0;
};

} // namespace

TEST_CASE("in a large room only the three loudest streams are forwarded") {
  test_room at{10};
  at.pass(1s);
  at.forwarded_producers();
  at.levels[7] = at.levels[8] = at.levels[9] = 30;
  at.pass(100ms);
  at.forwarded_producers();
  at.pass(2s);
  CHECK(at.forwarded_producers() == std::vector<size_t>{7, 8, 9});
  SUBCASE("all are forwarded after the room has become small") {
    at.loudest->set_members(4);
    at.pass(20ms);
    CHECK(at.forwarded_producers().size() == 10);
  }
  SUBCASE("another stream replaces a paused one") {
    caf::anon_send(at.producers[9], actors::pause_producer{});
    at.levels[0] = 60;
    at.pass(100ms);
    at.forwarded_producers();
    at.pass(100ms);
    CHECK(at.forwarded_producers() == std::vector<size_t>{0, 7, 8});
    caf::anon_send(at.producers[9], actors::resume_producer{});
    at.pass(100ms);
    at.forwarded_producers();
    at.pass(100ms);
    CHECK(at.forwarded_producers() == std::vector<size_t>{7, 8, 9});
  }
  SUBCASE("another stream replaces a closed one") {
    caf::anon_send(at.producers[9], close_producer{});
    at.pass(100ms);
    at.forwarded_producers();
    at.pass(100ms);
    CHECK(at.forwarded_producers().size() == 3);
  }
}

TEST_CASE("a stream forwarded again has no gap in its sequence or timestamps") {
  test_room at{10};
  at.pass(1s);
  for (int turn = 0; turn < 12; ++turn) {
    // Three are loud for a while, then three others.
    for (size_t i = 0; i < 10; ++i)
      at.levels[i] = static_cast<int>(i) % 3 == turn % 3 ? 25 : 75;
    at.pass(2s);
  }
  int away = 0; // streams with a pause in between
  for (size_t i = 0; i < 10; ++i) {
    CAPTURE(i);
    const auto& sent = at.sent.by_port[test_room::port(i)].rtp;
    REQUIRE(sent.size() > 100);
    CHECK(sent.size() < at.clock);
    CHECK(gapless(at.sequence_numbers(test_room::port(i))));
    // The timestamps show how long it was not forwarded.
    auto first = rtp::packet::parse(to_buffer(sent.front()), {});
    auto last = rtp::packet::parse(to_buffer(sent.back()), {});
    REQUIRE(first);
    REQUIRE(last);
    CHECK((last->timestamp() - first->timestamp()) % 960 == 0);
    auto played = last->timestamp() - first->timestamp();
    CHECK(played >= 960 * (sent.size() - 1));
    away += played > 960 * (sent.size() - 1) ? 1 : 0;
    CHECK(at.notes.consumer_pauses.empty());
  }
  CHECK(away >= 6);
}

TEST_CASE("a stream without audio levels is always forwarded") {
  test_room at{10};
  at.levels[4] = 128;
  at.levels[5] = at.levels[6] = at.levels[7] = 20;
  at.pass(3s);
  at.forwarded_producers();
  at.pass(1s);
  CHECK(at.forwarded_producers() == std::vector<size_t>{4, 5, 6, 7});
}

TEST_CASE("all streams are forwarded in a small room and without a limit") {
  for (auto limits :
       {loudest_speakers_limits{3, 10}, loudest_speakers_limits{0, 0}}) {
    test_room at{10, limits};
    at.pass(1s);
    CHECK(at.forwarded_producers().size() == 10);
    CHECK(at.packets(1) == 50);
  }
}

TEST_CASE(
    "a stream that is not forwarded because others are louder is reported") {
  auto loudest =
      std::make_shared<loudest_speakers>(loudest_speakers_limits{1, 0});
  loudest->set_members(100);
  producer_id loud{"loud"}, quiet{"quiet"};
  loudest_speakers::slot first{loudest, loud};
  net::time_point now{1s};
  auto speak = [&](loudest_speakers::slot& x, uint8_t level) {
    for (int packet = 0; packet < 10; ++packet)
      x.handle_level(level, now += 20ms);
    return x.open(now);
  };
  CHECK(speak(first, 20));
  loudest_speakers::slot second{loudest, quiet};
  CHECK_FALSE(loudest->leaves_out(loud));
  CHECK_FALSE(loudest->leaves_out(quiet)); // has no level yet
  CHECK_FALSE(speak(second, 60));
  CHECK(loudest->leaves_out(quiet));
  CHECK_FALSE(loudest->leaves_out(loud));
  // A paused stream is not reported, nor is any stream of a small room.
  second.set_running(false);
  CHECK_FALSE(loudest->leaves_out(quiet));
  second.set_running(true);
  CHECK(loudest->leaves_out(quiet));
  loudest->set_members(0);
  CHECK_FALSE(loudest->leaves_out(quiet));
}

TEST_CASE("streams are added, measured and removed from any thread") {
  auto loudest =
      std::make_shared<loudest_speakers>(loudest_speakers_limits{3, 0});
  loudest->set_members(100);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int round = 0; round < 50; ++round) {
        loudest_speakers::slot slot{loudest, producer_id{"p"}};
        synthetic_speech speech{static_cast<uint64_t>(i), -30};
        speech.speak(true);
        net::time_point now{std::chrono::seconds{round}};
        for (int packet = 0; packet < 100; ++packet) {
          slot.handle_level(speech.next(), now += 20ms);
          slot.open(now);
        }
      }
    });
  for (auto& x : threads)
    x.join();
  // All were removed: of four new streams only the quietest is left out.
  std::deque<loudest_speakers::slot> slots;
  for (int i = 0; i < 4; ++i)
    slots.emplace_back(loudest, producer_id{"p" + std::to_string(i)});
  net::time_point now{std::chrono::hours{1}};
  std::vector<bool> open(slots.size());
  for (int packet = 0; packet < 100; ++packet) {
    now += 20ms;
    for (size_t i = 0; i < slots.size(); ++i) {
      slots[i].handle_level(static_cast<uint8_t>(i == 1 ? 60 : 20), now);
      open[i] = slots[i].open(now);
    }
  }
  CHECK(open == std::vector<bool>{true, false, true, true});
}
