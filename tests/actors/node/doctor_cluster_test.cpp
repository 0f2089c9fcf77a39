#include "actors/node/doctor.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
using net::node_probe_result;

namespace {

/// A healthy node with one seed that answers; each test breaks one thing.
struct clustered_host {
  clustered_host() {
    keys.name = "meet";
    keys.node = "node-1";
    keys.listen = "10.0.0.1:7000";
    keys.seeds = {"node-2:7000"};
    keys.key = "node.key";
    keys.ca = "ca.pem";
    facts.node = "node-1";
    facts.level = 3;
    facts.oldest_level = 2;
    facts.identity.not_after = now + 24h * 60;
    facts.identity.authorities = 1;
    net::node_probe other;
    other.result = node_probe_result::works;
    other.address = *net::parse_address("10.0.0.2", 7000);
    other.remote = {"meet", "node-2", 1, 3, 2, {}, {}, 0};
    facts.seeds = {{"node-2:7000", {other}}};
  }

  net::node_probe& answer() {
    return facts.seeds.at(0).answers.at(0);
  }

  std::vector<finding> findings() const {
    std::vector<finding> out;
    diagnose_cluster(keys, facts, now, out);
    return out;
  }

  /// The only finding that is not good.
  finding complaint() const {
    auto all = findings();
    std::erase_if(all, [](const auto& x) { return x.how == verdict::ok; });
    REQUIRE_MESSAGE(all.size() == 1, to_report(all));
    CHECK(all.front().topic == "cluster");
    CHECK(!all.front().remedy.empty());
    return all.front();
  }

  void expect(verdict how, const std::string& what,
              const std::string& remedy) const {
    auto x = complaint();
    CAPTURE(x.what);
    CAPTURE(x.remedy);
    CHECK(x.how == how);
    CHECK(x.what.find(what) != std::string::npos);
    CHECK(x.remedy.find(remedy) != std::string::npos);
  }

  config::cluster_keys keys;
  cluster_facts facts;
  std::chrono::system_clock::time_point now =
      std::chrono::system_clock::from_time_t(1'800'000'000);
};

} // namespace

TEST_CASE("a healthy node of a cluster and its seed get a line each") {
  clustered_host x;
  CHECK(to_report(x.findings())
        == "ok       cluster: node-1 of meet, certificate until 2027-03-16\n"
           "ok       cluster: node-2:7000 (10.0.0.2:7000) is node-2\n"
           "ok       cluster: UDP between the nodes is not checked here: "
           "running nodes try it (\"udp\" in GET /api/v1/cluster)\n");
  x.facts.seeds[0].seed = "10.0.0.2:7000";
  CHECK(x.findings().at(1).what == "10.0.0.2:7000 is node-2");
}

TEST_CASE("keys of the cluster without its name are a warning") {
  std::vector<finding> out;
  diagnose_cluster({}, std::nullopt, {}, out);
  CHECK(to_report(out) == "ok       cluster: none\n");
  out.clear();
  config::cluster_keys keys;
  keys.seeds = {"a:1"};
  diagnose_cluster(keys, std::nullopt, {}, out);
  REQUIRE(out.size() == 1);
  CHECK(out[0].how == verdict::warning);
  CHECK(out[0].what.find("cluster.name is empty") != std::string::npos);
}

TEST_CASE("the doctor passes on why other nodes would refuse this one") {
  clustered_host x;
  x.facts.identity.fault = "cluster.certificate: other nodes would refuse it";
  x.expect(verdict::wrong, "cluster.certificate: other nodes would refuse it",
           "scripts/cluster certificates");
}

TEST_CASE("a node's certificate that expires within two weeks is a warning") {
  clustered_host x;
  x.facts.identity.not_after = x.now + 24h * 14 - 1s;
  x.expect(verdict::warning, "expires soon, on 2027-01-29",
           "without a restart");
  x.facts.identity.not_after = x.now + 24h * 14;
  CHECK(x.findings().front().how == verdict::ok);
}

TEST_CASE("a public CA is wrong, and several CAs are a warning") {
  clustered_host x;
  x.facts.identity.authorities = 2;
  x.expect(verdict::warning, "contains 2 certificates", "ca.pem");
  x.facts.identity.public_authority = "/CN=Public Root";
  x.expect(verdict::wrong, "/CN=Public Root", "CA for the cluster alone");
}

TEST_CASE("a node's private key that all users can read is a warning") {
  clustered_host x;
  x.facts.key_readable_by_all = true;
  x.expect(verdict::warning, "all users", "chmod o= node.key");
}

TEST_CASE("a public address for other nodes is a warning") {
  clustered_host x;
  for (std::string text : {"10.1.2.3:1", "172.31.0.1:1", "192.168.0.1:1",
                           "100.64.0.1:1", "169.254.0.1:1", "127.0.0.1:1",
                           "[::1]:1", "[fd00::1]:1", "[fe80::1]:1"}) {
    CAPTURE(text);
    x.keys.listen = text;
    CHECK(x.findings().size() == 3);
  }
  for (std::string text :
       {"203.0.113.1:1", "172.32.0.1:1", "[2001:db8::1]:1", "100.128.0.1:1"}) {
    x.keys.listen = text;
    x.expect(verdict::warning, text + " is a public address", "private");
  }
}

TEST_CASE("a seed that is not there yet is a warning") {
  clustered_host x;
  x.answer() = {node_probe_result::no_address, {}, "Name not known", {}, {}};
  x.expect(verdict::warning, "node-2:7000: the host name has no address: Name",
           "cluster.seeds");
  x.answer() = {node_probe_result::no_connection,
                *net::parse_address("10.0.0.2", 7000),
                "Connection refused",
                {},
                {}};
  x.expect(verdict::warning,
           "node-2:7000 (10.0.0.2:7000): no connection: Connection refused",
           "start that node");
}

TEST_CASE("a seed that is no node, or has a bad identity, is wrong") {
  clustered_host x;
  x.answer().result = node_probe_result::bad_certificate;
  x.answer().why = "self-signed certificate in chain";
  x.expect(verdict::wrong, "refuses its certificate: self-signed", "same CA");
  x.answer().result = node_probe_result::no_node;
  x.expect(verdict::wrong, "it is no node", "cluster.seeds");
  x.answer().result = node_probe_result::name_not_certified;
  x.expect(verdict::wrong, "does not contain its name, node-2", "cluster.node");
}

TEST_CASE("a seed of another cluster, name or version is wrong") {
  clustered_host x;
  x.answer().remote.cluster = "other";
  x.expect(verdict::wrong, "a node of the cluster other", "cluster.name");
  x = {};
  x.answer().remote.node = "node-1";
  x.expect(verdict::wrong, "this node's name, node-1", "cluster.node");
  x = {};
  x.answer().remote.level = 1;
  x.answer().remote.oldest_level = 1;
  x.expect(verdict::wrong, "level 1, this node 3", "upgrade");
  x.answer().remote.level = 5;
  x.answer().remote.oldest_level = 4;
  x.expect(verdict::wrong, "level 5", "upgrade");
  x.answer().remote.oldest_level = 3;
  CHECK(x.findings().size() == 3);
  CHECK(exit_code_of(x.findings()) == 0);
}

TEST_CASE("clocks that differ by more than five seconds are a warning") {
  clustered_host x;
  for (auto offset : {0ms, 5'000ms, -5'000ms}) {
    x.answer().clock_offset = offset;
    CHECK(x.findings().size() == 3);
  }
  x.answer().clock_offset = 5'001ms;
  x.expect(verdict::warning,
           "node-2:7000 (10.0.0.2:7000): its clock is 5 s ahead of this host's",
           "NTP");
  x.answer().clock_offset = -3'600'000ms;
  x.expect(verdict::warning, "is 3600 s behind this host's", "NTP");
  // Any text of a clock is possible.
  x.answer().clock_offset = std::chrono::milliseconds::min();
  x.expect(verdict::warning, "behind", "NTP");
}

TEST_CASE("an address for media where the port is not bound is wrong") {
  clustered_host x;
  x.facts.unbound_media = "10.0.0.1";
  x.expect(verdict::wrong, "send media to 10.0.0.1", "rtc.listen-addresses");
}

TEST_CASE("the doctor finds out whether the port for media is bound there") {
  config settings;
  settings.cluster.name = "meet";
  settings.cluster.node = "node-1";
  settings.cluster.listen = "10.0.0.1:7000";
  settings.cluster.certificate = "/nowhere";
  auto unbound = [&](std::vector<std::string> listen) {
    settings.rtc.listen_addresses = std::move(listen);
    return gather_cluster_facts(settings)->unbound_media;
  };
  CHECK(unbound({"0.0.0.0"}).empty());
  CHECK(unbound({"192.0.2.1", "10.0.0.1"}).empty());
  CHECK(unbound({"192.0.2.1", "::"}) == "10.0.0.1");
  settings.cluster.media_address = "192.0.2.1";
  CHECK(unbound({"192.0.2.1"}).empty());
}

TEST_CASE("the doctor knows the port for other nodes by its one key") {
  doctor_facts facts;
  facts.ports = {{"cluster.listen", net::transport_protocol::tcp,
                  *net::parse_address("10.0.0.1", 7000),
                  std::make_error_code(std::errc::address_not_available)}};
  auto all = diagnose({}, facts);
  auto found = std::ranges::find(all, "ports", &finding::topic);
  REQUIRE(found != all.end());
  CHECK(found->remedy == "correct cluster.listen");
}
