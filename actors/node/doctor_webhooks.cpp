#include "actors/config/web_url.hpp"
#include "actors/node/doctor.hpp"
#include "net/io/http/origin_policy.hpp"

/// Checks the receivers of webhooks.
namespace troupe::actors {

namespace {

const std::string webhook_topic = "webhooks";

finding judge_receiver(const config& settings, const webhook_fact& x) {
  using enum net::http_failure;
  const std::string host{web_url_authority(x.url)};
  const auto why = x.probe.why.empty() ? "" : ": " + x.probe.why;
  switch (x.probe.failure) {
    case none:
      break;
    case no_address:
      return {verdict::wrong, webhook_topic,
              host + ": the host name has no address",
              "correct webhooks.urls, or the name service"};
    case bad_certificate:
      return {verdict::wrong, webhook_topic,
              host + ": its certificate is not accepted" + why,
              "give it a certificate for its name from an authority that this "
              "host trusts, or set webhooks.ca"
                  + (settings.webhooks.ca.empty()
                         ? ""
                         : " (" + settings.webhooks.ca + ") right")};
    case no_connection:
    case timeout:
    case broken:
      return {verdict::warning, webhook_topic, host + ": no connection" + why,
              "start the receiver, open its port, or correct webhooks.urls"};
  }
  if (x.url.starts_with("http://") && !net::is_loopback_host(host))
    return {verdict::warning, webhook_topic,
            host + ": webhooks go there unencrypted, with names of members",
            "use https in webhooks.urls"};
  return {verdict::ok,
          webhook_topic,
          host + " can be reached; not checked: whether it accepts webhooks",
          {}};
}

} // namespace

void diagnose_webhooks(const config& settings, const doctor_facts& facts,
                       std::vector<finding>& out) {
  const auto& keys = settings.webhooks;
  if (keys.urls.empty())
    return;
  const auto& secret = facts.webhook_secret;
  if (!secret.failure.empty())
    out.push_back({verdict::wrong, webhook_topic, secret.failure,
                   "echo whsec_$(openssl rand -base64 32) | install -m 640 -g "
                   "troupe /dev/stdin "
                       + keys.secret_file});
  if (!secret.exposed.empty())
    out.push_back({verdict::warning, webhook_topic,
                   "all users of this host can read the secret",
                   "chmod o= " + secret.exposed});
  if (!facts.webhook_spool_writable)
    out.push_back({verdict::wrong, webhook_topic,
                   keys.spool + " cannot be written to",
                   "make it a directory of the server's user, or correct "
                   "webhooks.spool"});
  for (const auto& x : facts.webhooks)
    out.push_back(judge_receiver(settings, x));
}

} // namespace troupe::actors
