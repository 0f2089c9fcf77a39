#include "net/io/cluster/identity_facts.hpp"

#include "tests/net/io/support/cluster_certificates.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace troupe::net;
using testing::cluster_certificates;

namespace {

bool mentions(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

std::string content_of(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("a node's own identity has no fault") {
  cluster_certificates authority;
  auto facts = read_identity(authority.issue("node-1"), "node-1");
  CHECK(facts.fault == "");
  CHECK(facts.authorities == 1);
  CHECK(facts.public_authority == "");
  auto now = std::chrono::system_clock::now();
  CHECK(facts.not_after > now);
  CHECK(facts.not_after < now + std::chrono::hours{25});
}

TEST_CASE("what other nodes would refuse is a fault") {
  cluster_certificates authority;
  auto fault = [&](const testing::certificate_request& x) {
    return read_identity(authority.issue("x", x), "node-1").fault;
  };
  CHECK(mentions(fault({.names = {"node-2"}}), "node-1"));
  CHECK(mentions(fault({.names = {"node-1"}, .usage = "serverAuth"}),
                 "as a client"));
  CHECK(mentions(fault({.names = {"node-1"}, .usage = "clientAuth"}),
                 "as a server"));
  CHECK(mentions(fault({.names = {"node-1"}, .expired = true}), "expired"));
  cluster_certificates other;
  auto files = authority.issue("node-1");
  files.ca = other.issue("node-1").ca;
  CHECK(mentions(read_identity(files, "node-1").fault, "cluster.certificate"));
}

TEST_CASE("a file that cannot be read is a fault that names its key") {
  cluster_certificates authority;
  const auto good = authority.issue("node-1");
  auto files = good;
  files.certificate = "/nonexistent";
  auto facts = read_identity(files, "node-1");
  CHECK(mentions(facts.fault, "cluster.certificate"));
  CHECK(facts.not_after == std::chrono::system_clock::time_point{});
  files = good;
  files.key = authority.issue("node-2").key;
  CHECK(mentions(read_identity(files, "node-1").fault, "cluster.key"));
  files = good;
  files.ca = files.key;
  facts = read_identity(files, "node-1");
  CHECK(mentions(facts.fault, "cluster.ca"));
  CHECK(facts.authorities == 0);
}

TEST_CASE("each CA of the file is counted") {
  cluster_certificates first;
  cluster_certificates second;
  auto files = first.issue("node-1");
  std::ofstream{files.ca, std::ios::app}
      << content_of(second.issue("node-1").ca);
  auto facts = read_identity(files, "node-1");
  CHECK(facts.fault == "");
  CHECK(facts.authorities == 2);
}

TEST_CASE("a CA that this host trusts is a public one") {
  cluster_certificates authority;
  auto files = authority.issue("node-1");
  // OpenSSL takes the host's CAs from there.
  ::setenv("SSL_CERT_FILE", files.ca.c_str(), 1);
  auto facts = read_identity(files, "node-1");
  ::unsetenv("SSL_CERT_FILE");
  CHECK(mentions(facts.public_authority, "CN=CA"));
}
