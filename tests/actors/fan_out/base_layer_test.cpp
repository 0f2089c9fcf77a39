#include "actors/fan_out/consumer_explanation.hpp"
#include "actors/fan_out/fan_out.hpp"
#include "net/base/rng.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

TEST_CASE("a consumer gets the base layer of an SVC stream it cannot decode") {
  fan_out shard;
  auto rng = net::make_seeded_rng(1);
  const auto now = net::time_point{} + std::chrono::seconds{1000};
  shard_consumer x;
  x.key = consumer_key{1};
  x.on = transport_key{2};
  x.from = producer_key{3};
  x.engine.layout = {rtp::layering::svc, 3, 3, true};
  SUBCASE("the client can decode all layers") {}
  SUBCASE("the client can decode the base layer only") {
    x.engine.layout.spatial_layers = 1;
    x.engine.base_layer_only = true;
  }
  const auto limited = x.engine.base_layer_only;
  shard.add_consumer(x, *rng, now);
  shard.set_preferred_layers(x.key, {2, 1});
  shard.settle(now);
  const auto why = shard.explain(x.key, now);
  REQUIRE(why);
  const auto layers = rtp::layers{uint8_t(limited ? 0 : 2), 1};
  CHECK(why->preferred == layers);
  CHECK(why->target == layers);
  CHECK(why->reason
        == (limited ? rtp::decision_reason::source
                    : rtp::decision_reason::wanted));
}
