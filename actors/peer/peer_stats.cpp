#include "actors/peer/peer_stats.hpp"

#include "actors/base/relay.hpp"
#include "protocol/json/json_writer.hpp"

namespace troupe::actors {

namespace {

// Collects arrays of dictionaries from several actors into one.
struct collection {
  caf::typed_response_promise<reply::stats> promise;
  protocol::json_writer text;
  size_t missing = 0;

  // `array` may be empty if an actor had nothing to report, or is gone.
  void add(std::string_view array) {
    if (array.size() > 2)
      text.raw(array.substr(1, array.size() - 2));
    if (--missing == 0)
      promise.deliver(reply::stats{{text.end_array().str()}});
  }
};

} // namespace

caf::result<reply::stats> peer_stats::get(const std::string& which) {
  auto promise = peer_.self->make_response_promise<reply::stats>();
  auto ask = [&](const auto& records) {
    using id_type = typename std::decay_t<decltype(records)>::id_type;
    const auto* record = records.find(id_type{which});
    if (record)
      relay(peer_.self->request(record->actor, peer_.time_left(),
                                get_actor_stats{}),
            promise);
    return record != nullptr;
  };
  if (!ask(transports_) && !ask(media_.producers()) && !ask(media_.consumers())
      && !ask(data_.producers()) && !ask(data_.consumers()))
    promise.deliver(to_caf({error_code::bad_request,
                            "No transport, producer or consumer of this "
                            "client has that id"}));
  return promise;
}

caf::result<reply::stats> peer_stats::collect() {
  auto all = std::make_shared<collection>();
  all->text.begin_array();
  all->promise = peer_.self->make_response_promise<reply::stats>();
  all->missing = transports_.size() + media_.producers().size()
                 + media_.consumers().size() + data_.producers().size()
                 + data_.consumers().size() + 1;
  auto ask = [&](const auto& records) {
    for (const auto& x : records)
      peer_.self->request(x.actor, peer_.timeout(), get_actor_stats{})
          .then([all](const reply::stats& s) { all->add(s.report.text); },
                [all](const caf::error&) { all->add({}); });
  };
  ask(transports_);
  ask(media_.producers());
  ask(media_.consumers());
  ask(data_.producers());
  ask(data_.consumers());
  all->add({}); // a peer that has nothing answers as well
  return all->promise;
}

} // namespace troupe::actors
