#include "actors/transport/signaling_to_engine.hpp"
#include "bench/loop_server/peer.hpp"
#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

#include <algorithm>

namespace troupe::loop {

namespace {

using protocol::direction;

outcome refuse_parameters(const protocol::refusal& why) {
  return protocol::error{error_code::unsupported, why.what};
}

} // namespace

outcome peer::perform(verb::produce& x) {
  auto* on = transport_for(x.transport, direction::send);
  if (!on)
    return refuse(error_code::transport_not_found);
  auto& sent = x.parameters;
  const auto& router = protocol::default_router_rtp_capabilities();
  protocol::complete_producer_parameters(sent, on->cname, *hub_.random);
  auto type = protocol::check_producer(x.kind, sent);
  if (!type)
    return refuse_parameters(type.error());
  auto mapping =
      protocol::get_producer_rtp_parameters_mapping(sent, router, *hub_.random);
  if (!mapping)
    return refuse_parameters(mapping.error());
  auto consumable =
      protocol::get_consumable_rtp_parameters(x.kind, sent, router, *mapping);
  auto made = std::make_unique<producer>(
      hub_, *on,
      producer_description{{actors::make_id<actors::producer_id>(*hub_.random),
                            id_, x.kind, x.paused, x.app_data},
                           sent,
                           std::move(consumable),
                           std::string{protocol::to_string(*type)}});
  if (auto ok = on->add(*made); !ok)
    return protocol::error{error_code::unsupported, ok.error().message()};
  auto& kept = *producers_.emplace_back(std::move(made));
  room_.publish(kept);
  return success(reply::produced{kept.id});
}

outcome peer::perform(const verb::consume& x) {
  auto* on = transport_for(x.transport, direction::recv);
  if (!on)
    return refuse(error_code::transport_not_found);
  if (!x.capabilities && !capabilities_)
    return protocol::error{error_code::bad_request, "rtpCapabilities: missing"};
  std::vector<actors::producer_age> had;
  for (const auto& y : consumers_)
    had.push_back(y->from->age);
  std::ranges::sort(had);
  auto* from = room_.find(id_, x.producer, had);
  if (!from)
    return refuse(x.producer ? error_code::producer_not_found
                             : error_code::no_producer);
  const auto& about = from->about;
  const auto& can_receive = x.capabilities ? *x.capabilities : *capabilities_;
  if (!protocol::can_consume(about.consumable, can_receive))
    return refuse(error_code::cannot_consume);
  auto parameters = protocol::get_consumer_rtp_parameters(
      about.consumable, can_receive,
      {.enable_rtx = protocol::default_enable_rtx(about.info.kind)},
      *hub_.random);
  if (!parameters)
    return refuse_parameters(parameters.error());
  parameters->mid = std::to_string(on->next_mid++);
  auto& made = *consumers_.emplace_back(std::make_unique<consumer>(
      consumer{actors::make_id<actors::consumer_id>(*hub_.random),
               hub_.next_key<actors::consumer_key>(), this, from, on}));
  on->add(made, actors::to_ssrcs(*parameters));
  shard_.add(made, actors::to_forwarder(about.info.kind, about.sent,
                                        *parameters, x.paused));
  return success(reply::consumed{
      made.id, about.info.id, about.info.peer, about.info.kind, *parameters,
      about.type, x.paused, about.info.paused, about.info.app_data});
}

} // namespace troupe::loop
