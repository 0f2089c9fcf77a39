#include "actors/media_shard.hpp"
#include "net/base/rng.hpp"
#include "tests/support/layered_video.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// One producer of simulcast and its consumers, without transports.
struct simulcast_shard {
  consumer_key add(uint64_t which) {
    shard_consumer x;
    x.key = consumer_key{which};
    x.on = transport_key{100 + which};
    x.from = producer;
    x.engine.layout = sender.layout();
    x.engine.ssrc = rtp::ssrc{static_cast<uint32_t>(which)};
    engine.add_consumer(x, *rng, now);
    return x.key;
  }

  /// Sends that many pictures of all encodings; how many packets they had.
  uint64_t send(int pictures) {
    uint64_t packets = 0;
    for (int i = 0; i < pictures; ++i) {
      now += 33ms;
      for (const auto& [encoding, packet] : sender.next(now)) {
        std::vector<rtp::media_packet> batch;
        sender.receive(encoding, packet, now, batch);
        packets += batch.size();
        engine.handle_media(producer, media_of(std::move(batch)), false, now);
      }
    }
    return packets;
  }

  rtp::forwarder_stats stats(consumer_key which) {
    return engine.find_consumer(which)->stats(now);
  }

  static constexpr auto producer = producer_key{3};
  layered_video sender{sent_as::vp8_simulcast, 1};
  std::unique_ptr<net::rng> rng = net::make_seeded_rng(1);
  net::time_point now = at(0s);
  media_shard engine;
};

} // namespace

TEST_CASE("a consumer counts what it was not shown, under the reason of then") {
  using enum rtp::drop_reason;
  simulcast_shard call;
  auto low = call.add(1);
  call.engine.set_preferred_layers(low, {0, 2}, call.now);
  auto total = call.send(30);
  auto before = call.stats(low);
  CHECK(before.packets + before.drops.total() == total);
  CHECK(before.drops.of(other_layer) > before.packets);
  CHECK(before.drops.of(consumer_paused) == 0);

  call.engine.set_paused(low, true, call.now);
  auto paused = call.send(30);
  call.engine.set_paused(low, false, call.now);
  auto after = call.stats(low);
  CHECK(after.packets == before.packets);
  CHECK(after.drops.of(consumer_paused) == paused);
  CHECK(after.drops.of(other_layer) == before.drops.of(other_layer));

  auto sum = call.engine.totals(call.now);
  CHECK(sum.packets == after.packets);
}

TEST_CASE("who stays keeps its place when one before it leaves") {
  simulcast_shard call;
  auto first = call.add(1);
  auto second = call.add(2);
  auto third = call.add(3);
  for (auto x : {first, second, third})
    call.engine.set_preferred_layers(x, {0, 2}, call.now);
  call.send(30);
  CHECK_FALSE(call.engine.remove_consumer(first));
  // What each wants is kept apart: the second goes up, the third stays.
  call.sender.want_keyframe(2);
  call.engine.set_preferred_layers(second, {2, 2}, call.now);
  call.send(30);
  auto up = call.engine.find_consumer(second)->current_layers();
  auto down = call.engine.find_consumer(third)->current_layers();
  REQUIRE(up);
  REQUIRE(down);
  CHECK(int{up->spatial} == 2);
  CHECK(int{down->spatial} == 0);
  auto packets = call.stats(second).packets;
  call.send(30);
  CHECK(call.stats(second).packets > packets);
}
