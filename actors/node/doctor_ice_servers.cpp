#include "actors/node/doctor.hpp"

#include <algorithm>

/// Checks the STUN and TURN servers that clients are told to use.
namespace troupe::actors {

namespace {

// The only port that every network lets out.
constexpr uint16_t https_port = 443;

const std::string ice_topic = "ice servers";

// Says what was checked, and what only a client can.
finding describe_working(const net::ice_server_url& url) {
  if (!url.relays)
    return {verdict::ok, ice_topic, url.str() + " answers from this host", {}};
  return {verdict::ok,
          ice_topic,
          url.str() + ": " + (url.tls ? "the certificate is valid, " : "")
              + "the credentials are accepted, and it allocates; not checked: "
                "whether it can send to rtc.port",
          {}};
}

finding judge_ice_server(const ice_server_fact& x) {
  using enum net::ice_probe_result;
  const auto url = x.url.str();
  const auto why = x.probe.why.empty() ? "" : ": " + x.probe.why;
  switch (x.probe.result) {
    case works:
      return describe_working(x.url);
    case no_address:
      return {verdict::wrong, ice_topic,
              url + ": the host name has no address" + why,
              "correct rtc.ice-servers, or the name service"};
    case no_connection:
      return {verdict::wrong, ice_topic, url + ": no connection" + why,
              "start the server, open its port, or correct rtc.ice-servers"};
    case bad_certificate:
      return {verdict::wrong, ice_topic,
              url + ": browsers will refuse its certificate" + why,
              "give it a certificate for " + x.url.host
                  + " from an authority that browsers trust, with its chain"};
    case no_answer:
      return {verdict::wrong, ice_topic,
              url + ": it does not answer as a STUN or TURN server",
              "start the server, open its port, or correct rtc.ice-servers"};
    case bad_credentials:
      return {verdict::wrong, ice_topic, url + ": it refuses the credentials",
              "give it the secret of rtc.ice-secret-file (coturn: "
              "use-auth-secret, static-auth-secret), and check both clocks"};
    case refused:
      return {verdict::wrong, ice_topic, url + ": it allocates nothing" + why,
              "read the TURN server's log"};
    case unprotected:
      break;
  }
  return {verdict::warning, ice_topic,
          url + ": it relays for anyone, without credentials",
          "make it ask for credentials (coturn: use-auth-secret)"};
}

void judge_ice_secret(const secret_fact& x, std::vector<finding>& out) {
  if (!x.placeholder.empty())
    out.push_back({verdict::wrong, ice_topic, "the secret is easy to guess",
                   "openssl rand -hex 32 | install -m 640 -g troupe "
                   "/dev/stdin "
                       + x.placeholder
                       + ", and the same as the TURN server's secret"});
  if (!x.exposed.empty())
    out.push_back({verdict::warning, ice_topic,
                   "all users of this host can read the secret",
                   "chmod o= " + x.exposed});
}

} // namespace

void diagnose_ice_servers(const config& settings, const doctor_facts& facts,
                          std::vector<finding>& out) {
  if (!facts.ice.failure.empty()) {
    out.push_back({verdict::wrong, ice_topic, facts.ice.failure,
                   "correct it; docs/operating.md has an example"});
    return;
  }
  if (settings.rtc.ice_servers.empty())
    return;
  judge_ice_secret(facts.ice, out);
  for (const auto& x : facts.ice_servers)
    out.push_back(judge_ice_server(x));
  if (std::ranges::none_of(facts.ice_servers, [](const auto& x) {
        return x.url.tls && x.url.port == https_port;
      }))
    out.push_back({verdict::warning, ice_topic,
                   "none is reached by TLS at port 443, the only port that "
                   "some networks let out",
                   "add one such as turns:turn.example.org:443?transport=tcp"});
}

} // namespace troupe::actors
