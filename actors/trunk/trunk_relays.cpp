#include "actors/trunk/trunk_relays.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/transport/signaling_to_engine.hpp"
#include "actors/trunk/pipe_parameters.hpp"
#include "rtp/packet/memory_budget.hpp"
#include "rtp/rtcp/compound.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

caf::error refuse_relay() {
  return to_caf({protocol::error_code::unsupported,
                 "the other node sends unusable parameters"});
}

} // namespace

bool trunk_relays::has_numbers_for(const producer_facts& x) const {
  auto left = numbers_;
  return relays_.contains(x.info.id)
         || left.take(pipe_ssrc_count(x.consumable)).has_value();
}

caf::result<relay_opened> trunk_relays::open(const relay_producer& x) {
  const auto& facts = x.facts;
  if (auto i = relays_.find(facts.info.id); i != relays_.end())
    return relay_opened{i->second.entry};
  const auto count = pipe_ssrc_count(facts.consumable);
  auto ssrcs = numbers_.take(count);
  if (!ssrcs)
    return refuse_relay();
  const auto sent = pipe_parameters(facts.info.kind, facts.consumable, *ssrcs);
  if (!sent)
    return refuse_relay();
  relay made;
  made.ssrcs = std::move(*ssrcs);
  spawn(made, x, *sent);
  std::erase(ended_, facts.info.id);
  auto& added = relays_.emplace(facts.info.id, std::move(made)).first->second;
  update(facts.info.id, added);
  return relay_opened{added.entry};
}

void trunk_relays::spawn(relay& x, const relay_producer& request,
                         const protocol::rtp_parameters& sent) {
  const auto& info = request.facts.info;
  const auto& services = *trunk_.settings.services;
  auto engine = to_receiver(info.kind, sent, info.paused);
  engine.budget = std::make_shared<rtp::memory_budget>(
      rtp::memory_budget::default_limit, trunk_.settings.replay_reserve);
  // Media that no consumer wants here is not sent here.
  engine.attends_deaf = false;
  // The other node has held the frames: a slice must not wait here once more.
  engine.frame_hold = {};
  engine.local_ssrc = x.reporter = reporters_.next();
  x.encodings = sent.encodings.size();
  x.attended = x.encodings;
  x.wanted = engine.layout.highest_spatial();
  x.arrivals = std::make_shared<in_flight_gauge>(max_waiting_packets);
  auto scores = std::make_shared<score_board>(x.encodings);
  auto actor = spawn_producer(
      trunk_.self->system(),
      {.id = info.id,
       .engine = engine,
       .transport = caf::actor_cast<rtcp_sender_actor>(trunk_.self),
       .speech = request.speech,
       .ticks = services.ticks,
       .listener = caf::actor_cast<producer_listener_actor>(trunk_.self),
       .load = services.load,
       .loudest = request.loudest,
       .scores = scores,
       .arrivals = x.arrivals,
       .relayed = true});
  trunk_.self->monitor(actor);
  x.entry.facts = request.facts;
  x.entry.facts.sent = sent;
  x.entry.handles = {actor, request.speech, scores};
  // Numbers of this trunk are drawn once, so nothing else has them.
  trunk_.routes.add(add_transport_producer{
      info.id, to_identity(sent), to_feedback(sent),
      caf::actor_cast<rtp_sink_actor>(actor), x.reporter, x.arrivals});
  if (auto* receiver = trunk_.keys->receiver())
    for (auto source : x.ssrcs)
      receiver->keep(source);
}

// -- what this node's consumers want ------------------------------------------

void trunk_relays::note_layers(
    const protocol::event::producer_layers_wanted& x) {
  auto i = relays_.find(x.producer);
  if (i == relays_.end())
    return;
  i->second.wanted = x.spatial_layer;
  update(x.producer, i->second);
}

void trunk_relays::note_unattended(const sources_unattended& x) {
  auto i = relays_.find(x.producer);
  if (i == relays_.end())
    return;
  auto& to = i->second;
  const auto step = to.ssrcs.size() / to.encodings;
  to.attended = 0;
  for (size_t k = 0; k < to.encodings; ++k)
    if (std::ranges::find(x.sources, rtp::ssrc{to.ssrcs[k * step]})
        == x.sources.end())
      to.attended = k + 1;
  update(x.producer, to);
}

int8_t trunk_relays::highest(const relay& x) {
  if (!x.wanted || x.attended == 0)
    return -1;
  // The layers of SVC are all in one encoding.
  const auto limit =
      x.encodings == 1 ? *x.wanted
                       : std::min(*x.wanted, static_cast<int>(x.attended) - 1);
  return static_cast<int8_t>(limit);
}

void trunk_relays::update(const producer_id& which, relay& x) {
  const auto wanted = highest(x);
  if (wanted >= 0)
    x.unwanted_since.reset();
  else if (!x.unwanted_since)
    x.unwanted_since = trunk_.now();
  if (wanted == x.asked)
    return;
  x.asked = wanted;
  ask(which, x);
}

void trunk_relays::ask(const producer_id& which, relay& x) {
  trunk_.tell_node(want_stream{{}, which.str(), x.asked, x.ssrcs});
}

void trunk_relays::handle_timeout() {
  const auto now = trunk_.now();
  for (auto& [id, x] : relays_)
    if (x.unwanted_since && now - *x.unwanted_since >= patience) {
      // Its consumers may be paused. If it ends, handle_down() forgets it.
      trunk_.self->send(x.entry.handles.producer, close_unused_producer{});
      x.unwanted_since = now;
    }
}

std::optional<net::time_point> trunk_relays::poll_timeout() const {
  std::optional<net::time_point> out;
  for (const auto& [id, x] : relays_)
    if (x.unwanted_since && (!out || *x.unwanted_since + patience < *out))
      out = *x.unwanted_since + patience;
  return out;
}

// -- what the other node says -------------------------------------------------

bool trunk_relays::uses(uint32_t tag) const {
  return std::ranges::any_of(relays_, [tag](const auto& x) {
    return trunk_tag_of(x.second.ssrcs.front()) == tag;
  });
}

void trunk_relays::repeat_wants(uint32_t tag) {
  for (auto& [id, x] : relays_)
    if (trunk_tag_of(x.ssrcs.front()) == tag)
      ask(id, x);
}

void trunk_relays::repeat_ends() {
  for (const auto& id : ended_)
    trunk_.tell_node(want_stream{{}, id.str(), -1, {}});
}

void trunk_relays::handle_answers(net::byte_span compound,
                                  net::time_point arrival) {
  rtp::rtcp::compound_reader reader{compound};
  while (auto message = reader.next()) {
    const auto* report = std::get_if<rtp::rtcp::extended_report>(&*message);
    if (!report)
      continue;
    for (auto item : report->dlrr) {
      const auto number =
          reporter_ssrcs::from_wire(item.ssrc, trunk_.keys->reporter());
      if (!number)
        continue;
      item.ssrc = *number;
      for (const auto& [id, x] : relays_)
        if (x.reporter == *number && x.arrivals->admit())
          trunk_.self->send(x.entry.handles.producer,
                            rtp::dlrr_received{{}, item, arrival});
    }
  }
}

void trunk_relays::handle(const stream_refused& x) {
  // The node is told that this ended, since it may have served a later want.
  if (const producer_id which{x.producer}; relays_.contains(which))
    end(which);
}

// -- ends ---------------------------------------------------------------------

void trunk_relays::close(const producer_id& which) {
  forget(which);
}

void trunk_relays::end(const producer_id& which) {
  forget(which);
  if (ended_.size() == max_ended)
    ended_.pop_front();
  ended_.push_back(which);
  trunk_.self->send(trunk_.settings.listener,
                    relay_ended{trunk_.settings.node, which});
}

void trunk_relays::forget(const producer_id& which) {
  auto i = relays_.find(which);
  if (i == relays_.end())
    return;
  const auto gone = std::move(i->second);
  relays_.erase(i);
  const auto& actor = gone.entry.handles.producer;
  trunk_.self->demonitor(actor.address());
  caf::anon_send(actor, close_producer{});
  trunk_.routes.remove(remove_transport_producer{which});
  if (auto* receiver = trunk_.keys->receiver())
    for (auto source : gone.ssrcs)
      receiver->retire(source);
  trunk_.tell_node(want_stream{{}, which.str(), -1, {}});
}

void trunk_relays::handle_down(const caf::actor_addr& source) {
  auto i = std::ranges::find_if(relays_, [&](const auto& x) {
    return x.second.entry.handles.producer.address() == source;
  });
  if (i != relays_.end())
    end(producer_id{i->first});
}

void trunk_relays::close_all() {
  while (!relays_.empty())
    forget(producer_id{relays_.begin()->first});
}

} // namespace troupe::actors
