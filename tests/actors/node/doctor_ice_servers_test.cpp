#include "actors/node/doctor.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using net::ice_probe_result;

namespace {

/// A server with one TURN server by TLS at port 443.
struct scene {
  scene() {
    settings.rtc.ice_servers = {"turns:turn.example.org:443"};
    facts.ice_servers.push_back(
        {*net::ice_server_url::parse(settings.rtc.ice_servers.front()), {}});
    facts.ice_servers.front().probe.result = ice_probe_result::works;
  }

  std::vector<finding> findings() const {
    std::vector<finding> out;
    diagnose_ice_servers(settings, facts, out);
    return out;
  }

  finding only() const {
    auto all = findings();
    REQUIRE_MESSAGE(all.size() == 1, to_report(all));
    CHECK(all.front().topic == "ice servers");
    return all.front();
  }

  config settings;
  doctor_facts facts;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("without STUN and TURN servers the doctor is silent about them") {
  scene x;
  x.settings.rtc.ice_servers.clear();
  x.facts.ice_servers.clear();
  CHECK(x.findings().empty());
}

TEST_CASE(
    "the doctor says what it has checked of a TURN server, and what not") {
  scene x;
  auto found = x.only();
  CHECK(found.how == verdict::ok);
  CHECK(has(found.what, "turns:turn.example.org:443"));
  CHECK(has(found.what, "the credentials are accepted"));
  CHECK(has(found.what, "not checked"));
}

TEST_CASE("each fault of a TURN server is found and has a remedy") {
  const std::pair<ice_probe_result, std::string> faults[]{
      {ice_probe_result::no_address, "no address"},
      {ice_probe_result::no_connection, "no connection"},
      {ice_probe_result::bad_certificate, "certificate"},
      {ice_probe_result::no_answer, "does not answer"},
      {ice_probe_result::bad_credentials, "refuses the credentials"},
      {ice_probe_result::refused, "error 486"},
  };
  for (const auto& fault : faults) {
    scene x;
    x.facts.ice_servers.front().probe = {fault.first, "error 486"};
    auto found = x.only();
    CHECK(found.how == verdict::wrong);
    CHECK_MESSAGE(has(found.what, fault.second), found.what);
    CHECK_FALSE(found.remedy.empty());
  }
  scene x;
  x.facts.ice_servers.front().probe.result = ice_probe_result::unprotected;
  CHECK(x.only().how == verdict::warning);
}

TEST_CASE("without TLS at port 443 some networks reach no TURN server") {
  scene x;
  x.facts.ice_servers.front().url.port = 5349;
  auto all = x.findings();
  REQUIRE(all.size() == 2);
  CHECK(all[1].how == verdict::warning);
  CHECK(has(all[1].remedy, ":443?transport=tcp"));
}

TEST_CASE("keys that contradict each other and poor secrets are reported") {
  scene x;
  x.facts.ice.failure = "rtc.ice-secret-file x: the file is empty";
  CHECK(x.only().how == verdict::wrong);
  scene y;
  y.facts.ice.placeholder = y.facts.ice.exposed = "/etc/troupe/turn.secret";
  auto all = y.findings();
  REQUIRE(all.size() == 3);
  CHECK(all[0].how == verdict::wrong);
  CHECK(has(all[0].remedy, "/etc/troupe/turn.secret"));
  CHECK(all[1].how == verdict::warning);
  CHECK(has(all[1].remedy, "chmod o="));
}
