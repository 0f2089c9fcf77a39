#include "actors/node/doctor.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using net::http_failure;

namespace {

/// A server with one receiver that can be reached.
struct scene {
  explicit scene(const std::string& url = "https://backend.example/secret") {
    settings.webhooks.urls = {url};
    settings.webhooks.secret_file = "/etc/troupe/webhooks.secret";
    facts.webhooks.push_back({url, {}});
  }

  std::vector<finding> findings() const {
    std::vector<finding> out;
    diagnose_webhooks(settings, facts, out);
    return out;
  }

  finding first() const {
    const auto all = findings();
    REQUIRE(!all.empty());
    CHECK(all.front().topic == "webhooks");
    return all.front();
  }

  config settings;
  doctor_facts facts;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("without webhooks the doctor is silent about them") {
  scene x;
  x.settings.webhooks.urls.clear();
  CHECK(x.findings().empty());
}

TEST_CASE("the doctor names a receiver that can be reached, not its path") {
  scene x;
  CHECK(x.findings().size() == 1);
  CHECK(x.first().how == verdict::ok);
  CHECK(has(x.first().what, "backend.example can be reached"));
  CHECK(!has(to_report(x.findings()), "/secret"));
}

TEST_CASE("each fault of a receiver is found and has a remedy") {
  const std::vector<std::pair<http_failure, verdict>> faults{
      {http_failure::no_address, verdict::wrong},
      {http_failure::bad_certificate, verdict::wrong},
      {http_failure::no_connection, verdict::warning},
      {http_failure::timeout, verdict::warning},
      {http_failure::broken, verdict::warning}};
  for (const auto& [failure, how] : faults) {
    scene x;
    x.facts.webhooks.front().probe.failure = failure;
    CHECK(x.first().how == how);
    CHECK(!x.first().remedy.empty());
  }
}

TEST_CASE("webhooks without TLS are for this host only") {
  CHECK(scene{"http://backend.example/"}.first().how == verdict::warning);
  CHECK(scene{"http://localhost:8080/"}.first().how == verdict::ok);
}

TEST_CASE("faults of the secret and the spool of webhooks are found") {
  scene x;
  x.settings.webhooks.spool = "/var/lib/troupe";
  x.facts.webhook_spool_writable = false;
  x.facts.webhook_secret.exposed = "/etc/troupe/webhooks.secret";
  x.facts.webhook_secret.failure = "webhooks.secret-file: no such file";
  const auto text = to_report(x.findings());
  CHECK(has(text, "webhooks.secret-file: no such file"));
  CHECK(has(text, "chmod o= /etc/troupe/webhooks.secret"));
  CHECK(has(text, "/var/lib/troupe cannot be written to"));
}
