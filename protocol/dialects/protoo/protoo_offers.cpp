#include "protocol/dialects/protoo/protoo_offers.hpp"

#include "net/base/take_first.hpp"

#include <algorithm>
#include <utility>

namespace troupe::protocol {

namespace {

// Consumers that are requested or offered at a time. A client takes them one by
// one, and its own requests must not wait for those of a whole room.
constexpr size_t max_pending_offers = 32;

// How long protoo waits for a response, and how much longer for each offer that
// has no answer yet.
constexpr auto response_timeout = std::chrono::seconds{30};
constexpr auto timeout_per_offer = std::chrono::milliseconds{200};

// Whether the later of two events about a consumer makes the earlier one moot.
template <class Kind>
bool supersedes(const any_event& later, const any_event& earlier) {
  const auto pauses = [](const any_event& x) {
    return std::holds_alternative<typename Kind::paused>(x)
           || std::holds_alternative<typename Kind::resumed>(x);
  };
  return std::holds_alternative<typename Kind::closed>(later)
         || later.index() == earlier.index()
         || (pauses(later) && pauses(earlier));
}

} // namespace

verb::consume media_offer_traits::make_consume(const transport_id& on,
                                               const producer& of) {
  verb::consume out;
  out.transport = on;
  out.producer = of;
  return out;
}

const consumer_id* media_offer_traits::subject_of(const any_event& event) {
  return std::visit(
      []<class Event>(const Event& x) -> const consumer_id* {
        if constexpr (requires { x.consumer.str(); })
          return &x.consumer;
        else
          return nullptr;
      },
      event);
}

verb::consume_data data_offer_traits::make_consume(const transport_id& on,
                                                   const producer& of) {
  verb::consume_data out;
  out.transport = on;
  out.data_producer = of;
  out.paused = true;
  return out;
}

const data_consumer_id* data_offer_traits::subject_of(const any_event& event) {
  return std::visit(
      []<class Event>(const Event& x) -> const data_consumer_id* {
        if constexpr (requires { x.data_consumer.str(); })
          return &x.data_consumer;
        else
          return nullptr;
      },
      event);
}

template <class Kind>
void protoo_offers<Kind>::begin() {
  begun_ = true;
}

template <class Kind>
void protoo_offers<Kind>::set_transport(const transport_id& transport) {
  if (transport_.empty())
    transport_ = transport;
}

template <class Kind>
void protoo_offers<Kind>::add(const producer& which) {
  if (known_.insert(which).second)
    wanted_.insert(wanted_.end(), copies_, which);
}

template <class Kind>
void protoo_offers<Kind>::remove(const producer& which) {
  if (known_.erase(which) != 0)
    std::erase(wanted_, which);
}

template <class Kind>
void protoo_offers<Kind>::handle_outcome(const producer& of,
                                         const outcome& result) {
  requested_.extract(of);
  const auto done = std::get_if<success>(&result);
  const auto made = done ? std::get_if<typename Kind::consumed>(done) : nullptr;
  if (!made)
    return;
  if (!known_.contains(of)) {
    steps_.push_back(typename Kind::close{made->id});
    return;
  }
  offered next;
  next.made = made->id;
  next.source = of;
  next.timeout = response_timeout + timeout_per_offer * offers_.size();
  offers_.emplace(++last_request_, std::move(next));
  steps_.push_back(protoo_offer<Kind>{last_request_, *made});
}

template <class Kind>
void protoo_offers<Kind>::handle_answer(uint64_t id, bool agreed) {
  const auto found = offers_.find(id);
  if (found == offers_.end())
    return;
  if (!agreed)
    return give_up(found);
  auto offer = std::move(found->second);
  offers_.erase(found);
  if (!offer.closed)
    steps_.push_back(typename Kind::resume{offer.made});
  for (auto& event : offer.deferred_events)
    steps_.push_back(std::move(event));
}

template <class Kind>
bool protoo_offers<Kind>::handle_event(const any_event& event) {
  const auto about = Kind::subject_of(event);
  if (!about)
    return false;
  const auto found =
      std::find_if(offers_.begin(), offers_.end(),
                   [&](const auto& x) { return x.second.made == *about; });
  if (found != offers_.end()) {
    defer(found->second, event);
    return true;
  }
  // The consumer closed before the outcome of its consume arrived. With several
  // copies the event may be about one that the client knows.
  const auto closed = std::get_if<typename Kind::closed>(&event);
  if (!closed || !requested_.contains(Kind::source_of(*closed)))
    return false;
  remove(Kind::source_of(*closed));
  return copies_ == 1;
}

template <class Kind>
void protoo_offers<Kind>::defer(offered& offer, const any_event& event) {
  std::erase_if(offer.deferred_events,
                [&](const auto& x) { return supersedes<Kind>(event, x); });
  offer.deferred_events.push_back(event);
  if (std::holds_alternative<typename Kind::closed>(event))
    offer.closed = true;
}

template <class Kind>
void protoo_offers<Kind>::give_up(typename offers::iterator offer) {
  if (!offer->second.closed)
    steps_.push_back(typename Kind::close{offer->second.made});
  offers_.erase(offer);
}

template <class Kind>
void protoo_offers<Kind>::handle_timeout(net::time_point now) {
  for (auto it = offers_.begin(); it != offers_.end();) {
    const auto offer = it++;
    auto& [id, x] = *offer;
    if (!x.deadline)
      x.deadline = now + x.timeout;
    if (now < *x.deadline)
      continue;
    // A client that is only slow may still create it and must then close it.
    steps_.push_back(typename Kind::closed{x.made, x.source});
    give_up(offer);
  }
}

template <class Kind>
std::optional<net::time_point> protoo_offers<Kind>::poll_timeout() const {
  std::optional<net::time_point> first;
  for (const auto& [id, x] : offers_) {
    const auto at = x.deadline.value_or(net::time_point::min());
    first = first ? std::min(*first, at) : at;
  }
  return first;
}

template <class Kind>
void protoo_offers<Kind>::advance() {
  if (!begun_ || transport_.empty())
    return;
  while (!wanted_.empty()
         && requested_.size() + offers_.size() < max_pending_offers) {
    steps_.push_back(Kind::make_consume(transport_, wanted_.front()));
    requested_.insert(std::move(wanted_.front()));
    wanted_.pop_front();
  }
}

template <class Kind>
std::optional<protoo_step<Kind>> protoo_offers<Kind>::poll_step() {
  if (steps_.empty())
    advance();
  return net::take_first(steps_);
}

template class protoo_offers<media_offer_traits>;
template class protoo_offers<data_offer_traits>;

} // namespace troupe::protocol
