#pragma once

#include "actors/config/config.hpp"
#include "actors/recording/manifest.hpp"
#include "actors/webhooks/webhook_actor.hpp"

#include <caf/fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// INTERNAL to the node: its part for webhooks. Nothing of it exists while
/// `webhooks.urls` is empty.
namespace troupe::actors {

/// What signs webhooks; null with one line for the operator if the secret
/// cannot be used. Both are empty without `webhooks.urls`.
struct webhook_signer_outcome {
  std::shared_ptr<const net::webhook_signer> signer;
  std::optional<std::string> failure;
};

webhook_signer_outcome make_webhook_signer(const config::webhook_keys& keys);

/// How the client of webhooks connects.
net::http_client_settings to_http_client(const config::webhook_keys& keys);

/// The receivers of a node, and the client that reaches them.
class webhook_service {
public:
  /// Spawns an actor for each receiver. `node` names this node of a cluster.
  webhook_service(const config::webhook_keys& keys, std::string node,
                  std::shared_ptr<const net::webhook_signer> signer,
                  caf::actor_system& system);

  webhook_service(const webhook_service&) = delete;

  webhook_service& operator=(const webhook_service&) = delete;

  /// Calls stop().
  ~webhook_service();

  /// Where rooms send events.
  std::shared_ptr<const webhook_outlet> outlet() const {
    return outlet_;
  }

  /// The figures of each receiver, in the order of `webhooks.urls`.
  std::vector<webhook_reading> report(net::time_point now) const;

  /// Lets each actor end as soon as all its events are sent.
  void finish();

  /// Ends all actors and requests.
  void stop();

private:
  net::http_client client_;
  std::shared_ptr<const webhook_outlet> outlet_;
  std::vector<std::shared_ptr<const webhook_figures>> figures_;
};

/// Tells the receivers that a recording of an earlier process has been finished
/// at the start of this one. Thread-safe.
void tell_recovered(const webhook_outlet& to, const manifest& what);

/// Makes the node's part for webhooks; `out` stays empty if there are none.
/// Returns one line for the operator on failure. `system` outlives the service.
std::optional<std::string>
start_webhooks(const config& settings, caf::actor_system& system,
               std::unique_ptr<webhook_service>& out);

} // namespace troupe::actors
