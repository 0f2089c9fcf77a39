#include "actors/peer/peer_state.hpp"

#include "protocol/json/json_writer.hpp"

/// Collects the statistics of a peer's transports, producers and consumers.
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

caf::result<reply::stats> peer_state::collect_stats() {
  auto all = std::make_shared<collection>();
  all->text.begin_array();
  all->promise = self->make_response_promise<reply::stats>();
  all->missing = transports.size() + producers.size() + consumers.size()
                 + data_producers.size() + data_consumers.size() + 1;
  auto ask = [&](const auto& records) {
    for (const auto& x : records)
      self->request(x.actor, timeout(), get_actor_stats{})
          .then([all](const reply::stats& s) { all->add(s.report.text); },
                [all](const caf::error&) { all->add({}); });
  };
  ask(transports);
  ask(producers);
  ask(consumers);
  ask(data_producers);
  ask(data_consumers);
  all->add({}); // a peer that has nothing answers as well
  return all->promise;
}

caf::result<consumer_explanation>
peer_state::explain(const consumer_id& which) {
  auto* found = find_record(consumers, which);
  if (!found)
    return refuse(error_code::consumer_not_found);
  auto promise = self->make_response_promise<consumer_explanation>();
  self->request(shard, timeout(),
                explain_shard_consumer{consumer_key{found->actor->id()}})
      .then(
          [promise, source = found->producer,
           loudest = loudest](consumer_explanation& x) mutable {
            x.producer = source;
            // The shard does not know this: it gets no media of that producer.
            if (x.reason == rtp::decision_reason::wanted && loudest
                && loudest->leaves_out(source))
              x.reason = rtp::decision_reason::loudness;
            promise.deliver(std::move(x));
          },
          [promise](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

} // namespace troupe::actors
