#include "actors/node/node_webhooks.hpp"

#include "actors/config/cluster_keys.hpp"
#include "actors/config/secret_file.hpp"
#include "actors/recording/manifest_summary.hpp"
#include "actors/webhooks/webhook_spool.hpp"
#include "net/base/rng.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <filesystem>

namespace troupe::actors {

webhook_signer_outcome make_webhook_signer(const config::webhook_keys& keys) {
  if (keys.urls.empty())
    return {};
  const auto secret = read_secret_file(keys.secret_file);
  if (!secret)
    return {nullptr, describe_secret_failure("webhooks.secret-file",
                                             keys.secret_file, secret.error())};
  auto signer = net::webhook_signer::make(keys.key, *secret);
  if (!signer)
    return {nullptr, "webhooks.secret-file " + keys.secret_file
                         + ": not whsec_ and the base64 of 24 to 64 bytes"};
  return {std::make_shared<const net::webhook_signer>(std::move(*signer)), {}};
}

net::http_client_settings to_http_client(const config::webhook_keys& keys) {
  net::http_client_settings out;
  out.ca_file = keys.ca;
  out.timeout = keys.timeout;
  return out;
}

webhook_service::webhook_service(
    const config::webhook_keys& keys, std::string node,
    std::shared_ptr<const net::webhook_signer> signer,
    caf::actor_system& system)
    : client_(to_http_client(keys)) {
  auto outlet = std::make_shared<webhook_outlet>();
  outlet->node = std::move(node);
  webhook_limits limits;
  limits.events = keys.max_events;
  limits.parallel = keys.parallel_rooms;
  limits.tries = keys.tries;
  for (const auto& url : keys.urls) {
    auto figures = std::make_shared<webhook_figures>();
    const auto spool =
        keys.spool.empty()
            ? std::string{}
            : (std::filesystem::path{keys.spool} / spool_name(url)).string();
    outlet->receivers.push_back(
        spawn_webhook(system, {url, signer, &client_, limits, spool, figures}));
    figures_.push_back(std::move(figures));
  }
  outlet_ = std::move(outlet);
}

webhook_service::~webhook_service() {
  stop();
}

std::vector<webhook_reading>
webhook_service::report(net::time_point now) const {
  std::vector<webhook_reading> out;
  for (const auto& x : figures_)
    out.push_back(x->read(now));
  return out;
}

void webhook_service::finish() {
  for (const auto& x : outlet_->receivers)
    caf::anon_send(x, finish_webhooks{});
}

void webhook_service::stop() {
  for (const auto& x : outlet_->receivers)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  client_.stop();
}

void tell_recovered(const webhook_outlet& to, const manifest& what) {
  const auto now = std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now());
  const auto began = std::chrono::floor<std::chrono::seconds>(what.started_at);
  webhook_event x{what.state == recording_state::failed
                      ? webhook_kind::recording_failed
                      : webhook_kind::recording_finished,
                  "EV_" + net::make_secure_rng()->alphanumeric(12),
                  now,
                  {what.room.str(), what.room_sid, began},
                  to.node};
  x.recording = summarize(what, "recovered");
  const webhook_happened told{
      std::make_shared<const webhook_event>(std::move(x))};
  for (const auto& receiver : to.receivers)
    caf::anon_send(receiver, told);
}

std::optional<std::string>
start_webhooks(const config& settings, caf::actor_system& system,
               std::unique_ptr<webhook_service>& out) {
  auto made = make_webhook_signer(settings.webhooks);
  if (made.signer)
    out = std::make_unique<webhook_service>(
        settings.webhooks,
        settings.cluster.name.empty() ? std::string{}
                                      : cluster_node_name(settings.cluster),
        std::move(made.signer), system);
  return made.failure;
}

} // namespace troupe::actors
