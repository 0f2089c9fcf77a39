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

std::optional<consumer_key> fan_out::find_stream(transport_key on,
                                                 rtp::ssrc source) const {
  auto i = transports_.find(on);
  if (i == transports_.end())
    return std::nullopt;
  for (const auto* x : i->second->consumers)
    if (x->engine.ssrc() == source)
      return x->key;
  return std::nullopt;
}

void fan_out::take_over(consumer& x) {
  auto& continued = x.on->continued;
  if (!continued)
    continued = std::make_unique<std::map<rtp::ssrc, rtp::stream_position>>();
  if (auto i = continued->find(x.engine.ssrc()); i != continued->end())
    x.engine.continue_after(i->second);
  auto rtx = x.engine.rtx_ssrc();
  auto payload = x.engine.rtx_payload();
  if (rtx && payload)
    x.on->sender.egress().pad_on({*rtx, *payload, x.engine.shared_headers()});
}

void fan_out::interrupt(consumer& x) {
  x.on->sender.interrupt(x.engine);
  if (auto position = x.engine.position())
    x.on->continued->insert_or_assign(x.engine.ssrc(), *position);
}

} // namespace troupe::actors
