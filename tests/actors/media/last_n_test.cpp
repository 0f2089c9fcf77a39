#include "tests/actors/support/media_scene.hpp"

#include <caf/scoped_actor.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// Members that all send video, and a client that receives each at the port of
/// the sender's number plus one. The room forwards the last two speakers.
struct gallery : scene_notes, shard_scene {
  explicit gallery(size_t people = 4) : shard_scene(notes, {9, 3, 2}) {
    for (size_t i = 0; i < people; ++i) {
      members.push_back(ranking->add(now()));
      world.pass(20ms);
      cameras.push_back(spawn_fake_producer(*world.system, from_producer));
      auto config = opus_to(static_cast<uint32_t>(100 + i));
      config.kind = rtp::media_kind::video;
      config.clock_rate = 90000;
      config.feedback.pli = true;
      config.layout = {rtp::layering::simulcast, 2, 1, false};
      add(port(i), config, cameras.back(), nullptr, members.back());
    }
    // One audio stream for all members, which keeps the shard's time going.
    microphone = spawn_fake_producer(*world.system, from_producer);
    add(99, opus_to(99), microphone);
  }

  ~gallery() {
    for (const auto& x : cameras)
      caf::anon_send(x, close_producer{});
    caf::anon_send(microphone, close_producer{});
    world.run();
  }

  static uint16_t port(size_t who) {
    return static_cast<uint16_t>(who + 1);
  }

  net::time_point now() {
    return world.scheduler().clock().now();
  }

  void send(const producer_actor& from, uint8_t encoding, bool key) {
    caf::anon_send(
        shard, one_packet(from_producer, from, sequence, encoding, key, now()));
  }

  // Sends media for a while, with a key frame first; `speaks` is loud.
  void pass(net::duration time, std::optional<size_t> speaks = {},
            bool key = true) {
    for (net::duration t{}; t < time; t += 20ms) {
      ++sequence;
      for (const auto& x : cameras)
        for (uint8_t encoding = 0; encoding < 2; ++encoding)
          send(x, encoding, key);
      send(microphone, 0, true);
      if (speaks)
        members[*speaks]->note_level(30, now());
      world.run();
      world.pass(20ms);
      key = false;
    }
  }

  // The members whose video arrives when all send key frames.
  std::vector<size_t> seen() {
    std::vector<size_t> before, out;
    for (size_t i = 0; i < cameras.size(); ++i)
      before.push_back(packets(port(i)));
    pass(20ms);
    for (size_t i = 0; i < cameras.size(); ++i)
      if (packets(port(i)) > before[i])
        out.push_back(i);
    return out;
  }

  std::string stats(size_t who) {
    caf::scoped_actor self{*world.system};
    auto answer =
        self->request(consumers[who], caf::infinite, get_actor_stats{});
    world.run();
    std::string out;
    answer.receive([&](protocol::reply::stats& x) { out = x.report.text; },
                   [](const caf::error&) { FAIL("no statistics"); });
    return out;
  }

  std::vector<std::shared_ptr<speech_activity>> members;
  std::vector<producer_actor> cameras;
  producer_actor microphone;
  int64_t sequence = 65500; // wraps soon
};

using people = std::vector<size_t>;

} // namespace

TEST_CASE("the video of the last two speakers is forwarded, audio always") {
  gallery at;
  at.pass(600ms);
  CHECK(at.seen() == people{2, 3}); // the last to join
  at.pass(1s, 0);
  CHECK(at.seen() == people{0, 3});
  at.pass(1s, 1);
  CHECK(at.seen() == people{0, 1});
  at.pass(5s); // in silence nothing changes
  CHECK(at.seen() == people{0, 1});
  CHECK(at.packets(99) == static_cast<size_t>(at.sequence - 65500));
  for (size_t i = 0; i < 4; ++i)
    CHECK(gapless(at.sequence_numbers(gallery::port(i))));
}

TEST_CASE("a member that speaks again is asked for a key frame at once") {
  gallery at;
  at.pass(600ms);
  at.pass(3s, 3);
  at.from_producer.keyframes.clear();
  auto before = at.packets(gallery::port(0));
  at.pass(800ms, 0, false);
  REQUIRE_FALSE(at.from_producer.keyframes.empty());
  CHECK(at.from_producer.keyframes[0].start);
  CHECK(at.from_producer.keyframes[0].encoding == 1);
  CHECK(at.packets(gallery::port(0)) == before); // not decodable yet
  at.pass(100ms);
  CHECK(at.packets(gallery::port(0)) > before);
}

TEST_CASE("a consumer's decisions name last-N as the reason of its pause") {
  gallery at;
  at.pass(600ms);
  CHECK(at.stats(0).find("\"last-n\"") != std::string::npos);
  CHECK(at.stats(3).find("\"last-n\"") == std::string::npos);
  CHECK(at.notes.consumer_pauses.empty());
}

TEST_CASE("a consumer with a priority is forwarded whoever spoke") {
  gallery at;
  at.pass(600ms);
  caf::anon_send(at.consumers[0],
                 control_stream{protocol::verb::set_priority{{}, 2}});
  at.world.run();
  CHECK(at.seen() == people{0, 2, 3});
  SUBCASE("resetting the priority ends that") {
    caf::anon_send(at.consumers[0],
                   control_stream{protocol::verb::set_priority{{}, 1}});
    at.world.run();
    CHECK(at.seen() == people{2, 3});
  }
  SUBCASE("overload ends that") {
    at.world.load->publish({overload_level::audio_only, overload_state::whole});
    at.pass(100ms);
    CHECK(at.seen().empty());
    CHECK(at.stats(0).find("\"overload\"") != std::string::npos);
    at.world.load->publish({});
    at.pass(100ms);
    CHECK(at.seen() == people{0, 2, 3});
  }
}

TEST_CASE("no layers are requested of members that are not forwarded") {
  gallery at;
  at.from_producer.wanted.clear();
  at.pass(600ms);
  // Two members are not forwarded.
  using wanted = std::vector<std::optional<uint8_t>>;
  CHECK(at.from_producer.wanted == wanted{std::nullopt, std::nullopt});
  at.from_producer.wanted.clear();
  at.pass(1s, 0);
  std::ranges::sort(at.from_producer.wanted);
  CHECK(at.from_producer.wanted == wanted{std::nullopt, 1});
}

TEST_CASE("only members that send video count among the last N") {
  gallery at;
  at.members[3]->set_seen(false);
  at.members[2]->set_seen(false);
  at.pass(600ms, 3);
  at.pass(600ms, 2);
  auto seen = at.seen();
  CHECK(std::ranges::includes(seen, people{0, 1}));
  at.members[3]->set_seen(true);
  at.members[2]->set_seen(true);
  at.pass(600ms);
  CHECK(at.seen() == people{2, 3});
}
