#pragma once

#include "actors/base/caf_error.hpp"
#include "actors/sctp/sctp_actor.hpp"

#include <caf/stateful_actor.hpp>

#include <map>
#include <memory>
#include <vector>

namespace troupe::test {

/// The requests that a fake sctp actor has got, and its answers.
struct sctp_log {
  std::vector<actors::open_association> opened;
  std::vector<actors::transport_key> closed;
  std::vector<actors::add_data_producer> producers;
  std::vector<actors::data_producer_key> removed_producers;
  std::vector<actors::set_data_producer_paused> paused_producers;
  std::vector<actors::add_data_consumer> consumers;
  std::vector<actors::data_consumer_key> removed_consumers;
  std::vector<actors::set_data_consumer_paused> paused_consumers;
  std::vector<actors::set_data_subchannels> subchannels;
  std::vector<actors::set_data_low_threshold> thresholds;
  std::vector<actors::send_direct_data> direct_data;
  /// The error for the next producer or consumer.
  std::optional<protocol::error> refusal;
  net::sctp_stream_id next_stream = 7;
  /// What the statistics say of each data producer.
  size_t consumers_each = 1;
};

struct fake_sctp_state {
  std::shared_ptr<sctp_log> log;
};

/// Replaces the sctp actor: only control requests, no associations.
inline actors::sctp_actor spawn_fake_sctp(caf::actor_system& system,
                                          std::shared_ptr<sctp_log> log) {
  using namespace actors;
  using pointer = sctp_actor::stateful_pointer<fake_sctp_state>;
  return system.spawn([log](pointer self) -> sctp_actor::behavior_type {
    self->state.log = log;
    auto refused = [log] {
      return std::exchange(log->refusal, std::nullopt);
    };
    return {
        [log](const open_association& x) { log->opened.push_back(x); },
        [log](const close_association& x) {
          log->closed.push_back(x.transport);
        },
        [](const application_data_received&) {},
        [=](const add_data_producer& x) -> caf::result<done> {
          if (auto why = refused())
            return to_caf(*why);
          log->producers.push_back(x);
          return done{};
        },
        [log](const remove_data_producer& x) {
          log->removed_producers.push_back(x.producer);
        },
        [log](const set_data_producer_paused& x) {
          log->paused_producers.push_back(x);
        },
        [log](const send_direct_data& x) { log->direct_data.push_back(x); },
        [=](const add_data_consumer& x) -> caf::result<data_consumer_added> {
          if (auto why = refused())
            return to_caf(*why);
          log->consumers.push_back(x);
          return data_consumer_added{log->next_stream++, false};
        },
        [log](const remove_data_consumer& x) {
          log->removed_consumers.push_back(x.consumer);
        },
        [log](const set_data_consumer_paused& x) {
          log->paused_consumers.push_back(x);
        },
        [log](const set_data_subchannels& x) { log->subchannels.push_back(x); },
        [log](const set_data_low_threshold& x) {
          log->thresholds.push_back(x);
        },
        [](const send_to_data_consumer&) {},
        [log](const get_data_producer_stats&) {
          data_producer_stats out{3, 300};
          out.consumers = log->consumers_each;
          return out;
        },
        [](const get_data_consumer_stats&) {
          return data_consumer_stats{2, 200, 1, 50};
        },
        [](const get_sctp_stats&) { return sctp_transport_stats{}; },
        [](const sctp_tick&) {},
        [](const sctp_flush&) {},
    };
  });
}

} // namespace troupe::test
