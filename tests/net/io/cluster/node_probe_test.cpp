#include "net/io/cluster/node_probe.hpp"

#include "net/io/loop/io_threads.hpp"
#include "tests/net/io/support/cluster_certificates.hpp"

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

using namespace troupe::net;
using namespace std::chrono_literals;
using testing::cluster_certificates;

namespace {

/// Takes no interest in links: a probe makes none.
struct no_links : cluster_port_listener {
  void link_opened(cluster_link link) override {
    ::close(link.descriptor);
    ++opened;
  }

  void link_closed(uint64_t, bool) override {}

  std::atomic<int> opened{0};
};

/// A node that others can ask who it is.
struct probed_node {
  probed_node(const cluster_files& files, const std::string& name)
      : port(threads, settings(files, name), links) {
    auto failure = port.start();
    REQUIRE_MESSAGE(!failure, *failure);
  }

  static cluster_settings settings(const cluster_files& files,
                                   const std::string& name) {
    cluster_settings out;
    out.self = {"meet", name, 77, 3, 2, *parse_address("127.0.0.1", 9), {}, 0};
    out.listen = *parse_address("127.0.0.1", 0);
    out.files = files;
    return out;
  }

  seed_address seed() const {
    return {"127.0.0.1", port.port()};
  }

  io_threads threads{1};
  no_links links;
  cluster_port port;
};

node_probe ask(const seed_address& seed, const cluster_files& files) {
  auto all = probe_seed(seed, files, "node-1", 5s);
  REQUIRE(all.size() == 1);
  return all.front();
}

} // namespace

TEST_CASE("a node says who it is, and no link comes into being") {
  cluster_certificates authority;
  probed_node other{authority.issue("node-2"), "node-2"};
  auto x = ask(other.seed(), authority.issue("node-1"));
  CHECK(x.result == node_probe_result::works);
  CHECK(x.why == "");
  CHECK(x.address.str() == "127.0.0.1:" + std::to_string(other.port.port()));
  CHECK(x.remote.cluster == "meet");
  CHECK(x.remote.node == "node-2");
  CHECK(x.remote.incarnation == 77);
  CHECK(x.remote.level == 3);
  CHECK(x.remote.oldest_level == 2);
  // It has the clock of this host.
  REQUIRE(x.clock_offset);
  CHECK(*x.clock_offset <= 0ms);
  CHECK(*x.clock_offset > -30s);
  CHECK(other.links.opened == 0);
}

TEST_CASE("a node of another CA is told from one that is not there") {
  cluster_certificates authority;
  cluster_certificates stranger;
  probed_node other{stranger.issue("node-2"), "node-2"};
  auto x = ask(other.seed(), authority.issue("node-1"));
  CHECK(x.result == node_probe_result::bad_certificate);
  CHECK(x.why != "");
  auto seed = other.seed();
  other.port.stop();
  x = ask(seed, authority.issue("node-1"));
  CHECK(x.result == node_probe_result::no_connection);
  CHECK(x.why == "Connection refused");
}

TEST_CASE("a host that does not exist has no address") {
  cluster_certificates authority;
  auto x = ask({"nowhere.invalid", 7000}, authority.issue("node-1"));
  CHECK(x.result == node_probe_result::no_address);
  CHECK(x.why != "");
}

TEST_CASE("something else that listens is no node") {
  cluster_certificates authority;
  // A connection is accepted by the kernel, and nothing answers on it.
  auto fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(fd, 4) == 0);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  auto all = probe_seed({"127.0.0.1", ntohs(address.sin_port)},
                        authority.issue("node-1"), "node-1", 1s);
  ::close(fd);
  REQUIRE(all.size() == 1);
  CHECK(all[0].result == node_probe_result::no_node);
}

TEST_CASE("without a usable identity nothing is asked") {
  cluster_certificates authority;
  auto files = authority.issue("node-1");
  files.key = "/nonexistent";
  CHECK(probe_seed({"127.0.0.1", 1}, files, "node-1", 1s).empty());
}
