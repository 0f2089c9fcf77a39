#include "simulcast_call.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

/// A client may report anything about its link: at worst it harms its own
/// video, never its audio, and no other client.
namespace {

enum class lie : uint8_t { least, most, noise, late, lost, any };

/// Sends feedback that is unrelated to the packets that arrive.
class liar {
public:
  liar(uint64_t seed, lie how)
      : random_(net::make_seeded_rng(seed))
      , how_(how) {}

  void step(fan_out& to, transport_key which, net::time_point now) {
    auto how = how_ == lie::any ? static_cast<lie>(random_->below(5)) : how_;
    to.handle_remb(which, estimate(how), now);
    rtp::rtcp::transport_cc_builder out;
    auto first = next_;
    if (random_->below(10) == 0) // about packets never sent, or sent long ago
      first += static_cast<int64_t>(random_->below(65536)) - 32768;
    auto arrival = now.time_since_epoch() + std::chrono::seconds{60};
    out.start(first, arrival);
    for (uint32_t i = 0; i < 40; ++i) {
      auto reported = how == lie::lost ? i % 20 == 0 : random_->below(5) > 0;
      arrival += how == lie::late ? 40ms
                 : how == lie::noise
                     ? std::chrono::microseconds{random_->below(200'000)}
                     : 1us;
      if (reported || i == 0)
        out.add(first + i, arrival);
    }
    next_ += 15;
    octet_vector packet(1400);
    auto size = out.build(rtp::ssrc{1}, rtp::ssrc{2}, count_++, packet);
    packet.resize(size.value_or(0));
    rtp::rtcp::compound_reader reader{packet};
    while (auto x = reader.next())
      if (auto* cc = std::get_if<rtp::rtcp::transport_cc>(&*x))
        to.handle_transport_feedback(which, *cc, now);
  }

private:
  uint64_t estimate(lie how) {
    switch (how) {
      case lie::least:
        return 0;
      case lie::most:
        return UINT64_MAX;
      default:
        return random_->u64() >> random_->below(64);
    }
  }

  std::unique_ptr<net::rng> random_;
  lie how_;
  int64_t next_ = 1;
  uint8_t count_ = 0;
};

} // namespace

TEST_CASE(
    "a client with false feedback gets all audio in time and harms no other") {
  for (auto how : {lie::least, lie::most, lie::noise, lie::late, lie::lost,
                   lie::any, lie::any, lie::any}) {
    static uint64_t seed = 0;
    CAPTURE(static_cast<int>(how));
    CAPTURE(++seed);
    simulcast_call call;
    auto& bad = call.add(rtp::test::constant_link(10e6));
    auto& good = call.add(rtp::test::constant_link(10e6));
    bad.feedback = false;
    liar client{seed, how};
    call.run(2s);
    bad.clear_figures();
    for (int i = 0; i < 200; ++i) {
      client.step(call.shard, bad.key, call.now);
      call.run(100ms);
      auto stats = call.shard.find_transport(bad.key)->stats(call.now).egress;
      REQUIRE(stats.available_bps);
      CHECK(*stats.available_bps >= 30'000);
      CHECK(*stats.available_bps <= 1'000'000'000);
    }
    CHECK(bad.audio_packets >= 20 * 50 - 2);
    CHECK(bad.worst_audio <= 100ms);
    CHECK(bad.lost == 0);
    CHECK(good.video().encoding == 2);
    CHECK(good.worst_audio <= 100ms);
  }
}
