#include "protocol/dialects/protoo_consumers.hpp"

#include <algorithm>
#include <utility>

namespace troupe::protocol {

namespace {

// Consumers in the making at a time. A client takes them one by one anyway;
// and its own requests shall not have to wait for a whole room's.
constexpr size_t max_in_the_making = 32;

// How long protoo waits for a response, and how much longer for each of those
// that are waited for already.
constexpr auto patience = std::chrono::seconds{30};
constexpr auto patience_for_each = std::chrono::milliseconds{200};

// The consumer that an event is about; null for other events.
const consumer_id* subject_of(const any_event& event) {
  return std::visit(
      []<class Event>(const Event& x) -> const consumer_id* {
        if constexpr (requires { x.consumer.str(); })
          return &x.consumer;
        else
          return nullptr;
      },
      event);
}

// Whether the later of two events about a consumer makes the earlier one moot.
bool supersedes(const any_event& later, const any_event& earlier) {
  const auto pauses = [](const any_event& x) {
    return std::holds_alternative<event::consumer_paused>(x)
           || std::holds_alternative<event::consumer_resumed>(x);
  };
  return std::holds_alternative<event::consumer_closed>(later)
         || later.index() == earlier.index()
         || (pauses(later) && pauses(earlier));
}

} // namespace

void protoo_consumers::begin() {
  begun_ = true;
}

void protoo_consumers::use(const transport_id& transport) {
  if (transport_.empty())
    transport_ = transport;
}

void protoo_consumers::add(const producer_id& producer) {
  if (known_.insert(producer).second)
    wanted_.push_back(producer);
}

void protoo_consumers::remove(const producer_id& producer) {
  if (known_.erase(producer) != 0)
    std::erase(wanted_, producer);
}

void protoo_consumers::handle_outcome(const producer_id& producer,
                                      const outcome& result) {
  asked_.erase(producer);
  const auto done = std::get_if<success>(&result);
  const auto made = done ? std::get_if<reply::consumed>(done) : nullptr;
  if (!made)
    return;
  if (!known_.contains(producer)) {
    steps_.push_back(verb::close_consumer{made->id});
    return;
  }
  offered next;
  next.consumer = made->id;
  next.producer = producer;
  next.patience = patience + patience_for_each * offers_.size();
  offers_.emplace(++last_offer_, std::move(next));
  steps_.push_back(protoo_offer{last_offer_, *made});
}

std::optional<consumer_id> protoo_consumers::handle_answer(uint64_t id,
                                                           bool agreed) {
  const auto found = offers_.find(id);
  if (found == offers_.end())
    return std::nullopt;
  if (!agreed) {
    give_up(found);
    return std::nullopt;
  }
  auto offer = std::move(found->second);
  offers_.erase(found);
  if (!offer.closed)
    steps_.push_back(verb::resume_consumer{offer.consumer});
  for (auto& event : offer.held)
    steps_.push_back(std::move(event));
  if (offer.closed)
    return std::nullopt;
  return std::move(offer.consumer);
}

bool protoo_consumers::handle_event(const any_event& event) {
  const auto consumer = subject_of(event);
  if (!consumer)
    return false;
  // One that is told of before the consume has come back.
  if (const auto closed = std::get_if<event::consumer_closed>(&event);
      closed && asked_.contains(closed->producer)) {
    remove(closed->producer);
    return true;
  }
  const auto found =
      std::find_if(offers_.begin(), offers_.end(), [&](const auto& x) {
        return x.second.consumer == *consumer;
      });
  if (found == offers_.end())
    return false;
  hold(found->second, event);
  return true;
}

void protoo_consumers::hold(offered& offer, const any_event& event) {
  std::erase_if(offer.held,
                [&](const auto& x) { return supersedes(event, x); });
  offer.held.push_back(event);
  if (std::holds_alternative<event::consumer_closed>(event))
    offer.closed = true;
}

void protoo_consumers::give_up(offers::iterator offer) {
  if (!offer->second.closed)
    steps_.push_back(verb::close_consumer{offer->second.consumer});
  offers_.erase(offer);
}

void protoo_consumers::handle_timeout(net::time_point now) {
  for (auto it = offers_.begin(); it != offers_.end();) {
    const auto offer = it++;
    auto& [id, x] = *offer;
    if (!x.deadline)
      x.deadline = now + x.patience;
    if (now < *x.deadline)
      continue;
    // A client that is merely slow may still take it and must not keep it.
    steps_.push_back(event::consumer_closed{x.consumer, x.producer});
    give_up(offer);
  }
}

std::optional<net::time_point> protoo_consumers::poll_timeout() const {
  std::optional<net::time_point> first;
  for (const auto& [id, x] : offers_) {
    const auto at = x.deadline.value_or(net::time_point::min());
    first = first ? std::min(*first, at) : at;
  }
  return first;
}

void protoo_consumers::advance() {
  if (!begun_ || transport_.empty())
    return;
  while (!wanted_.empty()
         && asked_.size() + offers_.size() < max_in_the_making) {
    verb::consume verb;
    verb.transport = transport_;
    verb.producer = wanted_.front();
    asked_.insert(std::move(wanted_.front()));
    wanted_.pop_front();
    steps_.push_back(std::move(verb));
  }
}

std::optional<protoo_step> protoo_consumers::poll_step() {
  if (steps_.empty())
    advance();
  if (steps_.empty())
    return std::nullopt;
  std::optional next{std::move(steps_.front())};
  steps_.pop_front();
  return next;
}

} // namespace troupe::protocol
