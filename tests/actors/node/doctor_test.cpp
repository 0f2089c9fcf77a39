#include "actors/node/doctor.hpp"

#include "tests/actors/support/temporary_file.hpp"
#include "tests/support/source_tree.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr auto tcp = net::transport_protocol::tcp;
constexpr auto udp = net::transport_protocol::udp;

net::socket_address at(const std::string& ip, uint16_t port = 0) {
  return *net::parse_address(ip, port);
}

/// A healthy host; each test breaks one thing.
struct host {
  host() {
    settings.http.tls_certificate = "cert.pem";
    settings.http.tls_key = "key.pem";
    facts.ports = {{"http.port", tcp, at("0.0.0.0", 3000), {}},
                   {"rtc.port", udp, at("0.0.0.0", 44444), {}}};
    facts.max_files = 65'536;
    facts.max_receive_buffer = 8 << 20;
    facts.max_send_buffer = 8 << 20;
    facts.addresses = {at("203.0.113.7"), at("2001:db8::7"), at("127.0.0.1")};
    facts.now = std::chrono::system_clock::from_time_t(1'800'000'000);
    net::certificate_facts good;
    good.names = {"meet.example.org"};
    good.not_before = facts.now - 24h;
    good.not_after = facts.now + 24h * 60;
    facts.certificate = net::result<net::certificate_facts>{good};
    facts.clock_synchronized = true;
    facts.cores = 4;
    facts.srtp_backend = "openssl";
    settings.auth.jwt = {"hs256"};
    settings.auth.jwt_require_exp = true;
  }

  net::certificate_facts& certificate() {
    return **facts.certificate;
  }

  /// The findings that are not good.
  std::vector<finding> complaints() const {
    auto out = diagnose(settings, facts);
    std::erase_if(out, [](const auto& x) { return x.how == verdict::ok; });
    return out;
  }

  /// The only finding that is not good.
  finding complaint() const {
    auto all = complaints();
    REQUIRE_MESSAGE(all.size() == 1, to_report(all));
    return all.front();
  }

  config settings;
  doctor_facts facts;
};

void expect(const finding& x, verdict how, const std::string& topic,
            const std::string& what, const std::string& remedy) {
  CAPTURE(x.what);
  CAPTURE(x.remedy);
  CHECK(x.how == how);
  CHECK(x.topic == topic);
  CHECK(x.what.find(what) != std::string::npos);
  CHECK(x.remedy.find(remedy) != std::string::npos);
}

} // namespace

TEST_CASE("the doctor has no complaint about a healthy host") {
  host x;
  CHECK(x.complaints().empty());
  auto findings = diagnose(x.settings, x.facts);
  CHECK(findings.size() >= 9);
  CHECK(exit_code_of(findings) == 0);
}

TEST_CASE("each finding is one line, with advice if it is not good") {
  std::vector<finding> list{{verdict::ok, "a", "fine", ""},
                            {verdict::warning, "b", "so so", "help it"},
                            {verdict::wrong, "c", "bad", "mend it"}};
  CHECK(to_report(list)
        == "ok       a: fine\nwarning  b: so so -> help it\n"
           "wrong    c: bad -> mend it\n");
  CHECK(exit_code_of(list) == 1);
  list.pop_back();
  CHECK(exit_code_of(list) == 0);
}

TEST_CASE("a port that is taken, forbidden or on another host is wrong") {
  host x;
  auto& port = x.facts.ports.at(0);
  port.failure = std::make_error_code(std::errc::address_in_use);
  expect(x.complaint(), verdict::wrong, "ports", "tcp 0.0.0.0:3000 is in use",
         "http.port");
  port.failure = std::make_error_code(std::errc::permission_denied);
  expect(x.complaint(), verdict::wrong, "ports",
         "this user lacks the permission", "CAP_NET_BIND_SERVICE");
  port.address = at("192.0.2.1", 3000);
  port.failure = std::make_error_code(std::errc::address_not_available);
  expect(x.complaint(), verdict::wrong, "ports", "not an address of this host",
         "http.listen-addresses");
  port.failure = std::make_error_code(std::errc::io_error);
  expect(x.complaint(), verdict::wrong, "ports", "cannot be bound",
         "http.port");
}

TEST_CASE("a host without IPv6 is healthy") {
  host x;
  x.facts.ports.push_back(
      {"http.port", tcp, at("::", 3000),
       std::make_error_code(std::errc::address_family_not_supported)});
  x.facts.addresses = {at("203.0.113.7")};
  CHECK(x.complaints().empty());
}

TEST_CASE(
    "a low limit of open files is a warning that names the required limit") {
  host x;
  x.facts.max_files = 1'024;
  expect(x.complaint(), verdict::warning, "files", "1024", "LimitNOFILE");
  CHECK(x.complaint().what.find("25100") != std::string::npos);
  x.settings.http.max_connections = 500;
  x.settings.rtc.tcp = false;
  CHECK(x.complaints().empty());
  x.facts.max_files.reset();
  CHECK(x.complaints().empty());
}

TEST_CASE("a kernel limit on socket buffers is a warning for each direction") {
  host x;
  x.facts.max_receive_buffer = 212'992;
  expect(x.complaint(), verdict::warning, "buffers",
         "net.core.rmem_max is 212992", "sysctl -w net.core.rmem_max=4194304");
  x.facts.max_send_buffer = 212'992;
  CHECK(x.complaints().size() == 2);
  x.facts.max_receive_buffer.reset();
  expect(x.complaint(), verdict::warning, "buffers", "net.core.wmem_max",
         "wmem_max");
}

TEST_CASE("addresses that clients cannot reach are a warning") {
  host x;
  for (std::string ip :
       {"10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"}) {
    CAPTURE(ip);
    x.facts.addresses = {at(ip), at("127.0.0.1")};
    expect(x.complaint(), verdict::warning, "addresses", ip,
           "rtc.announced-addresses");
  }
  x.facts.addresses = {at("127.0.0.1")};
  expect(x.complaint(), verdict::warning, "addresses", "loopback",
         "rtc.announced-addresses");
  x.settings.rtc.listen_addresses = {"127.0.0.1", "::1"};
  expect(x.complaint(), verdict::warning, "addresses",
         "only this host can reach it", "rtc.listen-addresses");
}

TEST_CASE("an announced address must be reachable, and should be public") {
  host x;
  x.facts.addresses = {at("10.1.2.3")};
  x.settings.rtc.announced_addresses = {"203.0.113.7"};
  CHECK(x.complaints().empty());
  x.settings.rtc.announced_addresses = {"203.0.113.7", "10.1.2.3"};
  expect(x.complaint(), verdict::warning, "addresses", "10.1.2.3",
         "the public address");
  x.settings.rtc.announced_addresses = {"127.0.0.1"};
  expect(x.complaint(), verdict::wrong, "addresses", "no other host can reach",
         "addresses that clients can reach");
}

TEST_CASE(
    "without a certificate browsers deny the camera, except on loopback") {
  host x;
  x.facts.certificate.reset();
  expect(x.complaint(), verdict::warning, "certificate", "https",
         "http.tls-certificate");
  x.settings.http.listen_addresses = {"127.0.0.1", "::1"};
  CHECK(x.complaints().empty());
}

TEST_CASE("a certificate that cannot be used is wrong") {
  host x;
  auto fail = [&](net::tls_errc why) {
    x.facts.certificate =
        net::result<net::certificate_facts>{net::make_error_code(why)};
  };
  fail(net::tls_errc::bad_certificate);
  expect(x.complaint(), verdict::wrong, "certificate", "certificate file",
         "http.tls-certificate (cert.pem)");
  fail(net::tls_errc::bad_key);
  expect(x.complaint(), verdict::wrong, "certificate", "key file",
         "http.tls-key (key.pem)");
  fail(net::tls_errc::mismatch);
  expect(x.complaint(), verdict::wrong, "certificate", "does not belong to",
         "http.tls-key");
}

TEST_CASE("a certificate is checked for its dates and names") {
  host x;
  x.certificate().not_after = x.facts.now + 24h * 10;
  expect(x.complaint(), verdict::warning, "certificate", "expires soon",
         "renew it");
  x.certificate().not_after = x.facts.now - 1s;
  expect(x.complaint(), verdict::wrong, "certificate", "expired on 2027-01-15",
         "renew it");
  x.certificate().not_after = x.facts.now + 24h * 100;
  x.certificate().not_before = x.facts.now + 1h;
  expect(x.complaint(), verdict::wrong, "certificate", "not valid before",
         "clock");
  x.certificate().not_before = x.facts.now - 1h;
  x.certificate().self_signed = true;
  expect(x.complaint(), verdict::warning, "certificate", "self-signed",
         "authority");
  x.certificate().names.clear();
  expect(x.complaint(), verdict::wrong, "certificate", "contains no host name",
         "alternative name");
}

TEST_CASE("a key that every user can read is a warning") {
  host x;
  x.facts.key_readable_by_all = true;
  expect(x.complaint(), verdict::warning, "certificate", "private key",
         "chmod o= key.pem");
}

TEST_CASE("a missing page is a warning") {
  host x;
  x.facts.has_page = false;
  expect(x.complaint(), verdict::warning, "page", "web/dist has no index.html",
         "http.static-root");
  x.settings.http.static_root = "";
  CHECK(x.complaints().empty());
}

TEST_CASE("a clock far in the past is wrong, an unsynchronized one a warning") {
  host x;
  x.facts.clock_synchronized = false;
  expect(x.complaint(), verdict::warning, "clock", "not synchronized",
         "timedatectl");
  x.facts.clock_synchronized.reset();
  CHECK(x.complaints().empty());
  x.facts.certificate.reset();
  x.settings.http.listen_addresses = {"::1"};
  x.facts.now = std::chrono::system_clock::from_time_t(0);
  expect(x.complaint(), verdict::wrong, "clock", "1970-01-01", "timedatectl");
}

TEST_CASE("more threads than cores or sockets are a warning") {
  host x;
  x.settings.threads.scheduler = 9;
  expect(x.complaint(), verdict::warning, "threads", "threads.scheduler is 9",
         "0");
  x.settings.threads.scheduler = 0;
  x.settings.threads.io = 4;
  expect(x.complaint(), verdict::warning, "threads", "rtc.sockets is 1",
         "set rtc.sockets to 4");
  x.settings.rtc.sockets = 4;
  CHECK(x.complaints().empty());
  x.facts.cores = 2;
  expect(x.complaint(), verdict::warning, "threads", "threads.io is 4",
         "2 or less");
}

TEST_CASE("a control group with little CPU or memory is a warning") {
  host x;
  x.facts.cpu_quota = 0.5;
  expect(x.complaint(), verdict::warning, "cpu", "0.5 cores", "quota");
  x.facts.cpu_quota = 1.5;
  CHECK(x.complaints().empty());
  x.facts.memory_limit = uint64_t{100} << 20;
  expect(x.complaint(), verdict::warning, "memory", "100 MB", "256 MB");
  x.facts.memory_limit = uint64_t{1} << 30;
  CHECK(x.complaints().empty());
  auto report = to_report(diagnose(x.settings, x.facts));
  CHECK(report.find("cpu: the quota is 1.5 cores\n") != std::string::npos);
  CHECK(report.find("memory: the limit is 1024 MB\n") != std::string::npos);
}

TEST_CASE("a configuration that lets clients exhaust the memory is a warning") {
  host x;
  x.facts.memory_limit = uint64_t{512} << 20;
  x.settings.http.undelivered_limit = 200 << 20;
  expect(x.complaint(), verdict::warning, "memory", "200 MB",
         "http.undelivered-limit to 134217728");
  x.settings.http.undelivered_limit = 128 << 20;
  CHECK(x.complaints().empty());
  x.settings.overload.memory = 0;
  expect(x.complaint(), verdict::warning, "memory", "512 MB",
         "overload.memory");
  x.facts.memory_limit = std::nullopt;
  CHECK(x.complaints().empty());
}

TEST_CASE("authentication without tokens is a warning, except on loopback") {
  host x;
  x.settings.auth.jwt.clear();
  expect(x.complaint(), verdict::warning, "tokens", "may join", "auth.jwt");
  expect(x.complaint(), verdict::warning, "tokens", "room.takeover",
         "auth.jwt");
  x.settings.room.takeover = "proven";
  CHECK(x.complaint().what.ends_with("may join"));
  x.settings.http.listen_addresses = {"127.0.0.1"};
  CHECK(x.complaints().empty());
}

TEST_CASE("accepting tokens that never expire is a warning") {
  host x;
  x.settings.auth.jwt_require_exp = false;
  expect(x.complaint(), verdict::warning, "tokens", "never expire",
         "auth.jwt-require-exp");
}

TEST_CASE("the doctor names the origins whose pages may use the server") {
  host x;
  auto origins = [&] {
    auto all = diagnose(x.settings, x.facts);
    auto i = std::ranges::find(all, "origins", &finding::topic);
    REQUIRE(i != all.end());
    return *i;
  };
  CHECK(origins().what == "the server's own pages");
  x.settings.http.allowed_origins = {"https://a.example", "https://b.example"};
  CHECK(origins().what
        == "the server's own pages, https://a.example, https://b.example");
  x.settings.http.allowed_origins = {"*"};
  expect(x.complaint(), verdict::warning, "origins", "every site",
         "http.allowed-origins");
}

TEST_CASE("token keys must exist, fit, and be private") {
  host x;
  x.facts.auth.exposed = "/etc/jwt";
  expect(x.complaint(), verdict::warning, "tokens", "can read the secret",
         "chmod o= /etc/jwt");
  x.facts.auth.exposed.clear();
  x.facts.auth.placeholder = "/etc/jwt";
  expect(x.complaint(), verdict::wrong, "tokens", "easy to guess",
         "openssl rand -hex 32 | install -m 640 -g troupe /dev/stdin /etc/jwt");
  x.facts.auth.failure = "auth.jwt: no key";
  expect(x.complaint(), verdict::wrong, "tokens", "no key", "hs256");
}

TEST_CASE("the admin API's token must exist and be private") {
  host x;
  x.facts.admin.failure = "no file"; // the API is off
  CHECK(x.complaints().empty());
  x.settings.admin.token_file = "/etc/admin";
  expect(x.complaint(), verdict::wrong, "admin", "no file",
         "install -m 640 -g troupe /dev/stdin /etc/admin");
  x.facts.admin = {"", "/etc/admin", ""};
  expect(x.complaint(), verdict::warning, "admin", "can read the secret",
         "chmod o= /etc/admin");
  x.facts.admin = {"", "", "/etc/admin"};
  expect(x.complaint(), verdict::wrong, "admin", "easy to guess",
         "openssl rand");
  x.facts.admin = {};
  CHECK(x.complaints().empty());
}

TEST_CASE("a set of ports of which only some can be bound is wrong") {
  host x;
  auto port = x.facts.ports.at(0);
  SUBCASE("HTTP and ICE over TCP") {
    port.key = "rtc.port";
    x.facts.ports.push_back(port);
    expect(x.complaint(), verdict::wrong, "ports", "http.port and rtc.port",
           "rtc.tcp");
  }
  SUBCASE("an address twice") {
    x.facts.ports.push_back(port);
    expect(x.complaint(), verdict::wrong, "ports", "at the same time",
           "http.listen-addresses");
  }
  SUBCASE("an address, and all of them") {
    port.address = at("192.0.2.1", 3000);
    x.facts.ports.push_back(port);
    expect(x.complaint(), verdict::wrong, "ports", "192.0.2.1:3000",
           "http.listen-addresses");
  }
  SUBCASE("different ones") {
    port.address = at("::", 3000);
    x.facts.ports.push_back(port);
    port = x.facts.ports.at(1);
    port.protocol = tcp;
    x.facts.ports.push_back(port);
    CHECK(x.complaints().empty());
  }
  SUBCASE("ports that the system chooses") {
    port.address = at("127.0.0.1", 0);
    x.facts.ports.push_back(port);
    x.facts.ports.push_back(port);
    CHECK(x.complaints().empty());
  }
}

TEST_CASE("a secret with a placeholder or a pattern must be replaced") {
  for (const auto* text :
       {"please-CHANGE-me-please-change-me-now", "my-super-secret-0123456789",
        "00000000000000000000000000000000",
        "abcabcabcabcabcabcabcabcabcabcabc"})
    CHECK_MESSAGE(is_placeholder(text), text);
  CHECK_FALSE(
      is_placeholder("8c1f6a0be3d24975bb0f6e0c7d5a9142e8f3b6d7a0c94e21"));
}

TEST_CASE("the doctor checks the keys that the configuration names") {
  test::temporary_file secret{"change-me-change-me-change-me-change-me"};
  config settings;
  settings.http.listen_addresses = {"127.0.0.1"};
  settings.rtc.listen_addresses = {"127.0.0.1"};
  settings.http.port = settings.rtc.port = 0;
  settings.auth.jwt = {"hs256"};
  settings.auth.jwt_secret_file = secret.path();
  auto facts = gather_facts(settings);
  CHECK(facts.auth.failure.empty());
  CHECK(facts.auth.placeholder == secret.path());
  settings.auth.jwt = {"es256"}; // a secret is no ES256 key
  CHECK_FALSE(gather_facts(settings).auth.failure.empty());
  settings.auth.jwt_secret_file += ".nowhere";
  CHECK_FALSE(gather_facts(settings).auth.failure.empty());
  CHECK(gather_facts(settings).admin.failure.empty());
  settings.admin.token_file = secret.path();
  CHECK(gather_facts(settings).admin.failure.empty());
  CHECK(gather_facts(settings).admin.placeholder == secret.path());
  settings.admin.token_file += ".nowhere";
  CHECK_FALSE(gather_facts(settings).admin.failure.empty());
}

TEST_CASE("an unavailable backend is wrong") {
  host x;
  x.settings.rtc.srtp_backend = "ipsec-mb";
  x.facts.srtp_available = false;
  expect(x.complaint(), verdict::wrong, "srtp",
         "ipsec-mb is not available on this host", "auto");
}

TEST_CASE("plain transports that may send to any address are a warning") {
  host x;
  x.settings.rtc.plain_destinations = {"0.0.0.0/0"};
  CHECK(x.complaints().empty()); // plain transports are off
  x.settings.rtc.plain_transports = 4;
  expect(x.complaint(), verdict::warning, "plain transports", "0.0.0.0/0",
         "rtc.plain-destinations");
  x.settings.rtc.plain_destinations = {"198.51.100.0/24", "2001:db8::/48"};
  CHECK(x.complaints().empty());
  x.settings.rtc.plain_trusted = {"127.0.0.1", "198.51.100.7"};
  expect(x.complaint(), verdict::warning, "plain transports", "198.51.100.7",
         "rtc.plain-trusted");
}

TEST_CASE("forwards through the internet are a warning") {
  host x;
  x.settings.rtc.forward_allow = {"127.0.0.1", "10.0.0.0/8"};
  CHECK(x.complaints().empty());
  x.settings.rtc.forward_allow = {"127.0.0.1", "198.51.100.7"};
  expect(x.complaint(), verdict::warning, "forwards", "198.51.100.7",
         "rtc.forward-allow");
}

TEST_CASE("metrics open to everyone are a warning") {
  host x;
  x.settings.metrics.allow = {"127.0.0.1", "0.0.0.0/0"};
  expect(x.complaint(), verdict::warning, "metrics", "all hosts",
         "metrics.allow");
}

TEST_CASE("the doctor examines this host") {
  config settings;
  settings.http.listen_addresses = {"127.0.0.1"};
  settings.http.port = 0;
  settings.rtc.listen_addresses = {"127.0.0.1"};
  settings.rtc.port = 0;
  settings.http.tls_certificate =
      troupe::test::in_source_tree("tests/data/tls/certificate.pem");
  settings.http.tls_key =
      troupe::test::in_source_tree("tests/data/tls/second_key.pem");
  auto facts = gather_facts(settings);
  CHECK(facts.ports.size() == 3);
  for (const auto& x : facts.ports)
    CHECK(!x.failure);
  CHECK(facts.cores > 0);
  CHECK(facts.srtp_available);
  REQUIRE(facts.certificate);
  CHECK(facts.certificate->error() == net::tls_errc::mismatch);
}
