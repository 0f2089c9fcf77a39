#include "bench/loop_server/peer.hpp"

#include "actors/fan_out/preferred_layers.hpp"
#include "actors/media/webrtc_stats.hpp"
#include "actors/transport/candidates.hpp"
#include "bench/loop_server/session.hpp"

#include <algorithm>

namespace troupe::loop {

namespace {

using protocol::direction;

template <class Records, class Id>
auto* find_record(const Records& records, const Id& id) {
  auto i =
      std::ranges::find_if(records, [&](const auto& x) { return x->id == id; });
  return i == records.end() ? nullptr : i->get();
}

template <class Records, class T>
void erase_record(Records& records, const T& x) {
  std::erase_if(records, [&](const auto& y) { return y.get() == &x; });
}

} // namespace

peer::peer(hub& parent, session& by, const verb::join& x)
    : hub_(parent)
    , client_session_(by)
    , room_(parent.find_or_make_room(x.room))
    , shard_(room_.choose_shard())
    , room_id_(x.room)
    , id_(x.peer)
    , named_by_client_(x.named_by_client)
    , capabilities_(x.capabilities) {
  ++shard_.members;
  room_.add(*this, x.name);
}

peer::~peer() {
  room_.remove(*this);
  while (!consumers_.empty())
    close(*consumers_.back());
  while (!producers_.empty())
    close(*producers_.back());
  transports_.clear();
  --shard_.members;
  if (room_.empty())
    hub_.rooms.erase(room_id_);
}

outcome peer::joined() const {
  return success(reply::joined{id_, room_.people().participants(),
                               room_.people().others(id_)});
}

// -- transports --------------------------------------------------------------

outcome peer::perform(const verb::create_transport& x) {
  auto& made =
      *transports_.emplace_back(std::make_unique<transport>(hub_, shard_));
  made.direction = x.direction;
  const auto& print = hub_.services.dtls->fingerprint();
  return success(reply::transport_created{
      made.id,
      made.ice(),
      actors::make_candidates(hub_.services, client_session_.signaled_at(),
                              x.force_tcp),
      {protocol::dtls_role::automatic, {{print.algorithm, print.value}}}});
}

outcome peer::perform(const verb::connect_transport& x) {
  auto* target = transport_to_connect(x);
  return target ? target->connect(x.dtls)
                : refuse(error_code::transport_not_found);
}

outcome peer::perform(const verb::restart_ice& x) {
  auto* target = find_transport(
      [&](const auto& y) { return !x.transport || y.id == *x.transport; });
  return target ? success(reply::ice_restarted{target->restart_ice()})
                : refuse(error_code::transport_not_found);
}

template <class F>
transport* peer::find_transport(F fits) const {
  auto i = std::ranges::find_if(transports_,
                                [&](const auto& x) { return fits(*x); });
  return i == transports_.end() ? nullptr : i->get();
}

transport* peer::transport_to_connect(const verb::connect_transport& x) const {
  return find_transport([&](const transport& y) {
    if (x.transport)
      return y.id == *x.transport;
    return !y.connected && (!x.direction || y.direction == x.direction);
  });
}

transport* peer::transport_for(const std::optional<actors::transport_id>& which,
                               direction way) const {
  if (which)
    return find_record(transports_, *which);
  // The oldest transport for sending, the newest for receiving.
  transport* found = nullptr;
  for (const auto& x : transports_)
    if (x->direction == way && (!found || way == direction::recv))
      found = x.get();
  if (found || transports_.empty())
    return found;
  return way == direction::send ? transports_.front().get()
                                : transports_.back().get();
}

// -- producers ---------------------------------------------------------------

outcome peer::set_paused(const actors::producer_id& which, bool paused) {
  auto* x = find_record(producers_, which);
  if (!x)
    return refuse(error_code::producer_not_found);
  x->set_paused(paused);
  room_.set_paused(*x, paused);
  return success(reply::ok{});
}

outcome peer::perform(const verb::pause_producer& x) {
  return set_paused(x.producer, true);
}

outcome peer::perform(const verb::resume_producer& x) {
  return set_paused(x.producer, false);
}

outcome peer::perform(const verb::close_producer& x) {
  auto* found = find_record(producers_, x.producer);
  if (!found)
    return refuse(error_code::producer_not_found);
  room_.withdraw(*found);
  close(*found);
  return success(reply::ok{});
}

void peer::close(producer& x) {
  x.for_each_consumer([&](consumer& y) {
    auto& owner = *y.owner;
    owner.notify(protocol::event::consumer_closed{y.id, x.id});
    owner.close(y);
  });
  x.on.remove(x);
  erase_record(producers_, x);
}

// -- consumers ---------------------------------------------------------------

template <class F>
outcome peer::with_consumers(const std::optional<actors::consumer_id>& which,
                             F f) {
  reply::consumers reached;
  for (const auto& x : consumers_)
    if (!which || x->id == *which) {
      f(*x);
      reached.ids.push_back(x->id);
    }
  if (which && reached.ids.empty())
    return refuse(error_code::consumer_not_found);
  return success(std::move(reached));
}

outcome peer::perform(const verb::pause_consumer& x) {
  return with_consumers(x.consumer, [this](auto& to) {
    shard_.engine().set_paused(to.key, true);
  });
}

outcome peer::perform(const verb::resume_consumer& x) {
  return with_consumers(x.consumer, [this](auto& to) {
    shard_.engine().set_paused(to.key, false);
  });
}

outcome peer::perform(const verb::close_consumer& x) {
  auto* found = find_record(consumers_, x.consumer);
  if (!found)
    return refuse(error_code::consumer_not_found);
  close(*found);
  return success(reply::ok{});
}

outcome peer::perform(const verb::set_preferred_layers& x) {
  auto* found = find_record(consumers_, x.consumer);
  if (!found)
    return refuse(error_code::consumer_not_found);
  shard_.engine().set_preferred_layers(found->key, actors::to_layers(x));
  return success(reply::ok{});
}

outcome peer::perform(const verb::request_key_frame& x) {
  auto* found = find_record(consumers_, x.consumer);
  if (!found)
    return refuse(error_code::consumer_not_found);
  shard_.with_consumer(found->key, hub::now(), [](auto& to) {
    to.handle_keyframe_request(hub::now());
  });
  return success(reply::ok{});
}

void peer::close(consumer& x) {
  x.on->remove(x);
  shard_.remove(x);
  erase_record(consumers_, x);
}

// -- the rest ----------------------------------------------------------------

outcome peer::perform(const verb::list_producers&) {
  return success(reply::producers{room_.people().others(id_)});
}

outcome peer::perform(const verb::get_stats& x) {
  auto now = hub::now();
  if (auto* one = find_record(transports_, actors::transport_id{x.id}))
    return success(reply::stats{one->stats()});
  if (auto* one = find_record(producers_, actors::producer_id{x.id})) {
    auto kind = one->about.info.kind == protocol::media_kind::audio
                    ? rtp::media_kind::audio
                    : rtp::media_kind::video;
    return success(reply::stats{
        actors::webrtc_stats(one->id, kind, one->engine().stats(now))});
  }
  auto* one = find_record(consumers_, actors::consumer_id{x.id});
  const auto* to = one ? shard_.engine().find_consumer(one->key) : nullptr;
  if (!to)
    return protocol::error{error_code::bad_request, "Unknown id"};
  return success(
      reply::stats{actors::webrtc_stats(one->id, to->kind(), to->stats(now))});
}

void peer::notify(std::shared_ptr<const protocol::any_event> what) {
  client_session_.notify(std::move(what));
}

void peer::notify_scores(const consumer& x) {
  notify(protocol::event::consumer_score{x.id, {x.score, x.from->score, {}}});
}

} // namespace troupe::loop
