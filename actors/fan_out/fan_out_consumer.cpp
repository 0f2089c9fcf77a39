#include "actors/fan_out/fan_out.hpp"

namespace troupe::actors {

fan_out::consumer::consumer(const shard_consumer& x, net::rng& random)
    : key(x.key)
    , from(x.from)
    , engine(x.engine, random)
    , on_key(x.on)
    , paused(x.engine.paused)
    , transport_cc(x.engine.feedback.transport_cc)
    , numbered(x.engine.extensions.has(rtp::extension::transport_cc))
    , layout(x.engine.layout)
    , base_layer_only(x.engine.base_layer_only)
    , stopped(x.engine.paused)
    , applied(x.engine.layout.highest())
    , owner(x.owner) {
  facts.kind = x.engine.kind;
  facts.encodings = layout.spatial_layers;
  facts.preferred = x.engine.only_encoding.value_or(layout.highest_spatial());
  facts.shed_rank = x.shed_rank;
}

} // namespace troupe::actors
