#include "receiver_fixture.hpp"

using namespace troupe;
using namespace troupe::test;

using fixture = receiver_fixture;

// How long packets are stored for repair and replay, and in how much memory.

namespace {

auto with_budget(size_t octets) {
  auto config = video();
  config.budget = std::make_shared<rtp::memory_budget>(octets);
  return config;
}

void feed_many(fixture& x, int count) {
  for (auto i = 0; i < count; ++i)
    x.feed(static_cast<uint16_t>(65000 + i), i * 100us);
}

bool is_kept(const fixture& x, uint16_t sequence) {
  auto key = rtp::packet_key{0, 65536 + int64_t{sequence}};
  return x.engine.find_packets({&key, 1}) != nullptr;
}

} // namespace

TEST_CASE("stored packets are released when their stream becomes silent") {
  auto config = with_budget(8 << 20);
  fixture x{config};
  feed_many(x, 500);
  CHECK(is_kept(x, 65100));
  CHECK(x.engine.kept_memory() > 500 * 64);
  CHECK(config.budget->used() == x.engine.kept_memory());
  SUBCASE("by a timeout") {
    x.tick(2100ms);
  }
  SUBCASE("by RTCP BYE") {
    x.engine.handle_bye(rtp::ssrc{1111}, at(60ms));
  }
  SUBCASE("by a pause") {
    x.engine.pause(at(60ms));
  }
  CHECK(x.engine.kept_memory() == 0);
  CHECK(config.budget->used() == 0);
  CHECK_FALSE(is_kept(x, 65100));
}

TEST_CASE("duplicates do not keep old packets in memory") {
  fixture x{with_budget(8 << 20)};
  feed_many(x, 500);
  for (auto t = 500ms; t < 6s; t += 100ms) {
    x.feed(65100, t);
    x.tick(t);
  }
  CHECK_FALSE(is_kept(x, 65100));
  CHECK_FALSE(is_kept(x, 65499));
}

TEST_CASE("all producers of a client share one memory budget") {
  constexpr size_t limit = 1 << 20;
  auto config = with_budget(limit);
  config.encodings.clear();
  for (uint32_t i = 0; i < 8; ++i)
    config.encodings.push_back({rtp::ssrc{100 + i}, {}, ""});
  auto random = net::make_seeded_rng(3);
  std::vector<std::unique_ptr<rtp::receiver>> producers;
  for (auto i = 0; i < 4; ++i)
    producers.push_back(std::make_unique<rtp::receiver>(config, *random));
  size_t most = 0;
  for (auto i = 0; i < 2048; ++i)
    for (auto& x : producers)
      for (uint32_t k = 0; k < 8; ++k) {
        packet_spec spec;
        spec.ssrc = 100 + k;
        spec.sequence = static_cast<uint16_t>(i);
        spec.payload = vp8_delta;
        x->handle_packets(batch_of({make_packet(spec, at(i * 100us))}),
                          at(i * 100us));
        while (x->poll_batch())
          continue;
        most = std::max(most, config.budget->used());
      }
  CHECK(most > limit / 2);
  CHECK(most <= limit); // 107 MB in whole datagrams' buffers
  producers.clear();
  CHECK(config.budget->used() == 0);
}
