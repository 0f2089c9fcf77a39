#include "actors/trunk/trunk_serving.hpp"

#include "actors/transport/signaling_to_engine.hpp"
#include "actors/trunk/pipe_parameters.hpp"

namespace troupe::actors {

void trunk_serving::handle(const serve_stream& x) {
  const auto& wanted = x.wanted;
  const producer_id which{wanted.producer};
  if (wanted.ssrcs.empty()) {
    stop(which);
    return;
  }
  // Meant for an earlier trunk: it is repeated for this one's keys.
  if (!trunk_.keys->receiver())
    return;
  auto* to = x.source ? find_or_add(wanted, x.source->facts) : nullptr;
  if (!to) {
    stop(which);
    refuse(wanted.producer);
    return;
  }
  apply(*to, wanted, *x.source);
}

trunk_serving::stream* trunk_serving::find_or_add(const want_stream& x,
                                                  const producer_facts& facts) {
  const producer_id which{x.producer};
  if (auto i = streams_.find(which); i != streams_.end()) {
    if (i->second.ssrcs == x.ssrcs)
      return &i->second;
    // A new relay: the other node has forgotten the old one.
    stop(which);
  }
  auto sent = pipe_parameters(facts.info.kind, facts.consumable, x.ssrcs);
  if (!sent || !take(x.ssrcs))
    return nullptr;
  auto& added = streams_[which];
  added.ssrcs = x.ssrcs;
  added.senders.resize(sent->encodings.size());
  added.sent = std::move(*sent);
  return &added;
}

bool trunk_serving::take(const std::vector<uint32_t>& ssrcs) {
  const auto tag = trunk_.keys->remote_tag();
  if (used_.size() == max_tags && !used_.contains(tag))
    return false;
  auto& used = used_[tag];
  auto after = used;
  for (auto x : ssrcs) {
    if (!is_trunk_media(x, tag) || after.test(trunk_number_of(x)))
      return false;
    after.set(trunk_number_of(x));
  }
  used = after;
  return true;
}

void trunk_serving::apply(stream& to, const want_stream& x,
                          const producer_entry& source) {
  const auto highest = static_cast<int>(x.highest);
  for (size_t k = 0; k < to.senders.size(); ++k) {
    auto& one = to.senders[k];
    const auto paused = static_cast<int>(k) > highest;
    if (!one.actor) {
      if (!paused)
        spawn(to, k, source);
      continue;
    }
    if (std::exchange(one.paused, paused) == paused)
      continue;
    auto& self = *trunk_.self;
    if (paused)
      self.send(one.actor, control_stream{pause_consumer{}});
    else
      self.send(one.actor, control_stream{resume_consumer{}});
  }
  const auto changed = std::exchange(to.highest, highest) != highest;
  auto& first = to.senders.front();
  if (to.kind == rtp::layering::svc && changed && highest >= 0)
    trunk_.self->send(first.actor,
                      control_stream{protocol::verb::set_preferred_layers{
                          first.id, highest, std::nullopt}});
}

void trunk_serving::spawn(stream& of, size_t encoding,
                          const producer_entry& source) {
  const auto& info = source.facts.info;
  const auto& handles = source.handles;
  auto signaled = of.sent;
  signaled.encodings = {of.sent.encodings[encoding]};
  auto engine = to_forwarder(info.kind, source.facts.sent, signaled, false);
  of.kind = engine.layout.kind;
  if (of.senders.size() > 1)
    engine.only_encoding = static_cast<uint8_t>(encoding);
  auto& to = of.senders[encoding];
  to.id = make_id<consumer_id>(*trunk_.random);
  to.paused = false;
  auto scores = make_scores(10, *handles.scores, of.kind, {});
  to.actor =
      spawn_consumer(trunk_.self->system(),
                     {to.id, info.id, std::move(engine), handles.producer,
                      trunk_.key(), trunk_.settings.shard,
                      caf::actor_cast<consumer_listener_actor>(trunk_.self),
                      handles.speech, handles.scores, std::move(scores)});
  trunk_.routes.add(
      add_transport_consumer{consumer_key{to.actor->id()}, to_ssrcs(signaled)});
  if (info.kind == protocol::media_kind::audio)
    trunk_.self->send(handles.producer, keep_packets{});
}

void trunk_serving::stop(const producer_id& which) {
  auto gone = streams_.extract(which);
  if (gone.empty())
    return;
  for (const auto& x : gone.mapped().senders)
    if (x.actor) {
      trunk_.routes.remove(
          remove_transport_consumer{consumer_key{x.actor->id()}});
      caf::anon_send(x.actor, control_stream{close_consumer{}});
    }
}

void trunk_serving::close_all() {
  while (!streams_.empty())
    stop(producer_id{streams_.begin()->first});
}

void trunk_serving::refuse(const std::string& producer) {
  ++trunk_.refused;
  trunk_.tell_node(stream_refused{{}, producer});
}

} // namespace troupe::actors
