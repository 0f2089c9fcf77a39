#pragma once

#include "actors/base/local_messages.hpp"
#include "actors/webhooks/webhook_figures.hpp"
#include "actors/webhooks/webhook_queue.hpp"
#include "net/auth/webhook_signer.hpp"
#include "net/io/http_client/http_client.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// Something has happened in a room.
struct webhook_happened {
  std::shared_ptr<const webhook_event> what;
};

/// The node ends: no event comes any more.
struct finish_webhooks {};

/// INTERNAL: a request has ended.
struct webhook_answered {
  uint64_t number = 0;
  net::http_answer answer;
};

/// INTERNAL: the next try is due.
struct webhook_tick {};

/// The WEBHOOK actor interface: tells one receiver what happens.
using webhook_actor = caf::typed_actor<
    // Queues an event for the receiver.
    caf::reacts_to<webhook_happened>,
    // Ends once all events are sent.
    caf::reacts_to<finish_webhooks>,
    // INTERNAL: the receiver has answered, or not.
    caf::reacts_to<webhook_answered>,
    // INTERNAL: an event is due.
    caf::reacts_to<webhook_tick>>;

/// Parameters of a webhook actor.
struct webhook_settings {
  std::string url;
  std::shared_ptr<const net::webhook_signer> signer;
  /// Outlives the actor.
  net::http_poster* client = nullptr;
  webhook_limits limits = {};
  /// The file of lasting events; empty: they are lost with the process.
  std::string spool = {};
  std::shared_ptr<webhook_figures> figures = {};
};

webhook_actor spawn_webhook(caf::actor_system& system,
                            webhook_settings settings);

/// All receivers of a node.
struct webhook_outlet {
  std::vector<webhook_actor> receivers;
  /// This node of a cluster; empty if there is none.
  std::string node;
};

} // namespace troupe::actors
