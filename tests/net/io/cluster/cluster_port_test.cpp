#include "tests/net/io/cluster/cluster_node.hpp"

#include <doctest/doctest.h>

#include <netinet/in.h>

#include <thread>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

// Two nodes of which the first dials the second.
struct linked_pair {
  explicit linked_pair(const std::string& first = "a",
                       const std::string& second = "b")
      : listening(settings_of(second, ca.issue(second)))
      , dialling(dialling_settings(first)) {
    near = dialling.links.wait_opened(1);
    far = listening.links.wait_opened(1);
    REQUIRE(near.size() == 1);
    REQUIRE(far.size() == 1);
  }

  cluster_settings dialling_settings(const std::string& name) {
    auto out = settings_of(name, ca.issue(name));
    out.seeds = {listening.address()};
    return out;
  }

  cluster_certificates ca;
  cluster_node listening;
  cluster_node dialling;
  std::vector<cluster_link> near;
  std::vector<cluster_link> far;
};

} // namespace

TEST_CASE("two nodes link and carry octets both ways") {
  for (auto names : {std::pair{"a", "b"}, std::pair{"b", "a"}}) {
    linked_pair x{names.first, names.second};
    CHECK(x.near[0].dialled);
    CHECK(!x.far[0].dialled);
    CHECK(x.near[0].remote.node == names.second);
    CHECK(x.far[0].remote.node == names.first);
    CHECK(x.far[0].remote.media.str() == "127.0.0.1:40000");
    auto there = hello_frame(1) + message_frame(std::string(900000, 'x'));
    auto back = hello_frame(2) + message_frame("hello");
    // Both at once: neither direction waits for the other.
    std::string received;
    REQUIRE(write_link(x.far[0].descriptor, back));
    std::thread reader{[&] {
      received = read_link(x.far[0].descriptor, there.size());
    }};
    CHECK(write_link(x.near[0].descriptor, there));
    reader.join();
    CHECK((received == there));
    CHECK((read_link(x.near[0].descriptor, back.size()) == back));
    auto stats = x.listening.port.stats();
    CHECK(stats.links == 1);
    CHECK(stats.handshakes == 0);
    CHECK(stats.frames_passed == 2);
    CHECK(stats.octets_in == there.size());
  }
}

TEST_CASE("a link closes at both ends when its owner closes the descriptor") {
  linked_pair x;
  auto last = hello_frame(1) + message_frame("goodbye");
  REQUIRE(write_link(x.near[0].descriptor, last));
  x.dialling.links.drop(0);
  auto here = x.dialling.links.wait_closed(1);
  auto there = x.listening.links.wait_closed(1);
  REQUIRE(here.size() == 1);
  REQUIRE(there.size() == 1);
  CHECK((here[0] == std::pair{x.near[0].id, false}));
  CHECK((there[0] == std::pair{x.far[0].id, true}));
  CHECK((read_link(x.far[0].descriptor, last.size()) == last));
  CHECK(link_reads_end(x.far[0].descriptor));
}

TEST_CASE("a closed link is dialled again at once") {
  linked_pair x;
  x.listening.port.close(x.far[0].id);
  auto closed = x.listening.links.wait_closed(1);
  REQUIRE(closed.size() == 1);
  CHECK((closed[0] == std::pair{x.far[0].id, false}));
  CHECK(link_reads_end(x.far[0].descriptor));
  CHECK(x.dialling.links.wait_opened(2).size() == 2);
  CHECK(x.listening.links.wait_opened(2).size() == 2);
}

TEST_CASE("a node without a process is found to be gone by either side") {
  for (auto dialler_ends : {false, true}) {
    linked_pair x;
    auto& ends = dialler_ends ? x.dialling : x.listening;
    auto& stays = dialler_ends ? x.listening : x.dialling;
    ends.port.stop();
    CHECK(stays.links.wait_gone(dialler_ends ? "a" : "b"));
  }
}

TEST_CASE("a peer that reads nothing does not keep a closed link open") {
  linked_pair x;
  // The owner of the far end never reads, so all buffers on the way fill up.
  auto frame = message_frame(std::string(1000000, 'x'));
  auto data = hello_frame(1) + frame;
  size_t written = 0;
  for (int silent = 0; silent < 20;) {
    auto n = ::send(x.near[0].descriptor, data.data() + written,
                    data.size() - written, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0)
      written += static_cast<size_t>(n);
    pollfd ready{x.near[0].descriptor, POLLOUT, 0};
    silent = ::poll(&ready, 1, 10) == 1 ? 0 : silent + 1;
    if (written == data.size()) {
      data = frame;
      written = 0;
    }
  }
  x.dialling.links.drop(0);
  CHECK(x.dialling.links.wait_closed(1).size() == 1);
  CHECK(x.listening.links.wait_closed(1).size() == 1);
}

TEST_CASE("octets from the wire are read no faster than the rate") {
  cluster_certificates ca;
  auto slow = settings_of("b", ca.issue("b"));
  slow.read_rate = 1 << 20;
  cluster_node listening{slow};
  auto settings = settings_of("a", ca.issue("a"));
  settings.seeds = {listening.address()};
  cluster_node dialling{settings};
  REQUIRE(listening.links.wait_opened(1).size() == 1);
  auto from = dialling.links.wait_opened(1).at(0).descriptor;
  auto to = listening.links.wait_opened(1).at(0).descriptor;
  auto data = hello_frame(1) + message_frame(std::string(500000, 'x'));
  auto begin = std::chrono::steady_clock::now();
  std::thread writer{[&] {
    CHECK(write_link(from, data));
  }};
  CHECK((read_link(to, data.size()) == data));
  writer.join();
  // 500 KB less the burst of 128 KiB at 1 MiB/s.
  CHECK((std::chrono::steady_clock::now() - begin) > 300ms);
}

TEST_CASE("of two nodes that dial each other at once one link remains") {
  cluster_certificates ca;
  auto files_a = ca.issue("a");
  auto files_b = ca.issue("b");
  for (int round = 0; round < 10; ++round) {
    cluster_node a{settings_of("a", files_a)};
    cluster_node b{settings_of("b", files_b)};
    a.port.add_address(b.address());
    b.port.add_address(a.address());
    REQUIRE(a.links.wait_opened(1).size() == 1);
    REQUIRE(b.links.wait_opened(1).size() == 1);
    // Each has tried to dial the other, and knows who is there.
    CHECK(cluster_eventually([&] {
      return a.port.stats().handshakes == 0 && b.port.stats().handshakes == 0
             && a.port.stats().links == 1 && b.port.stats().links == 1;
    }));
    auto near = a.links.wait_opened(1);
    auto far = b.links.wait_opened(1);
    CHECK(near.size() == 1);
    CHECK(far.size() == 1);
    CHECK(near[0].dialled != far[0].dialled);
    auto data = hello_frame(1) + message_frame("hello");
    CHECK(write_link(near[0].descriptor, data));
    CHECK((read_link(far[0].descriptor, data.size()) == data));
  }
}

TEST_CASE("a node that restarts replaces its old link") {
  cluster_certificates ca;
  cluster_node a{settings_of("a", ca.issue("a"))};
  auto settings = settings_of("b", ca.issue("b"));
  settings.seeds = {a.address()};
  cluster_node before{settings};
  REQUIRE(a.links.wait_opened(1).size() == 1);
  // The old process is still there, as if its end were not noticed yet.
  settings.self.incarnation = 2;
  cluster_node after{settings};
  auto links = a.links.wait_opened(2);
  REQUIRE(links.size() >= 2);
  CHECK(links[1].remote.incarnation == 2);
  CHECK((a.links.wait_closed(1).at(0) == std::pair{links[0].id, true}));
  CHECK(after.links.wait_opened(1).size() == 1);
  CHECK(before.links.wait_closed(1).size() == 1);
}

TEST_CASE("a node in quarantine loses its link and gets it back afterwards") {
  linked_pair x;
  x.listening.port.quarantine("a", 100ms);
  CHECK(x.listening.links.wait_closed(1).size() == 1);
  CHECK(x.listening.links.wait_opened(2).size() == 2);
  for (auto node : {&x.listening, &x.dialling})
    CHECK((node->links.wait_refused(1).at(0) == link_refusal::quarantine));
}

TEST_CASE("a cluster has no more nodes than its limit") {
  cluster_certificates ca;
  auto settings = settings_of("a", ca.issue("a"));
  settings.max_nodes = 2;
  cluster_node a{settings};
  auto other = settings_of("b", ca.issue("b"));
  other.seeds = {a.address()};
  cluster_node b{other};
  REQUIRE(a.links.wait_opened(1).size() == 1);
  other.self.node = "c";
  other.files = ca.issue("c");
  cluster_node c{other};
  CHECK((c.links.wait_refused(1).at(0) == link_refusal::too_many));
  CHECK((a.links.wait_refused(1).at(0) == link_refusal::too_many));
  CHECK(a.port.stats().links == 1);
}

TEST_CASE("a node that dials itself notices, and leaves the address alone") {
  cluster_certificates ca;
  cluster_node a{settings_of("a", ca.issue("a"))};
  a.port.add_address(a.address());
  // At both ends of the one connection.
  CHECK(a.links.wait_refused(2).size() == 2);
  // Another node is dialled in several rounds meanwhile.
  cluster_node b{settings_of("b", ca.issue("b"))};
  a.port.add_address(b.address());
  for (size_t i = 1; i <= 3; ++i) {
    auto links = a.links.wait_opened(i);
    REQUIRE(links.size() == i);
    a.port.close(links.back().id);
  }
  CHECK(a.refused(link_refusal::self) == 2);
}

TEST_CASE("seeds are resolved, and one that does not answer delays no other") {
  cluster_certificates ca;
  cluster_node b{settings_of("b", ca.issue("b"))};
  // The queue of this socket is full, so it answers no more connections.
  int hole = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  REQUIRE(::bind(hole, reinterpret_cast<sockaddr*>(&at), size) == 0);
  REQUIRE(::listen(hole, 0) == 0);
  ::getsockname(hole, reinterpret_cast<sockaddr*>(&at), &size);
  std::vector<int> filling;
  for (int i = 0; i < 4; ++i) {
    filling.push_back(
        ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::connect(filling.back(), reinterpret_cast<sockaddr*>(&at), size);
  }
  auto settings = settings_of("a", ca.issue("a"));
  settings.seeds = {address_of(ntohs(at.sin_port)),
                    "dns:localhost:" + std::to_string(b.port.port())};
  cluster_node a{settings};
  CHECK(a.links.wait_opened(1).size() == 1);
  for (auto x : filling)
    ::close(x);
  ::close(hole);
}

TEST_CASE("a port that cannot work says why") {
  cluster_certificates ca;
  cluster_certificates foreign;
  auto error_of = [](const cluster_settings& x) {
    return cluster_node{x}.error.value_or("");
  };
  auto good = settings_of("a", ca.issue("a"));
  CHECK(error_of(good).empty());
  auto x = good;
  x.seeds = {"no-port"};
  CHECK(error_of(x).starts_with("cluster.seeds: \"no-port\""));
  x = good;
  x.self.node = "b";
  CHECK(error_of(x).ends_with("names do not contain \"b\""));
  x = good;
  x.files.ca = foreign.issue("a").ca;
  CHECK(error_of(x).starts_with("cluster.certificate: other nodes"));
  x.files = ca.issue("server", {.names = {"a"}, .usage = "serverAuth"});
  CHECK(error_of(x).ends_with("(as a client)"));
  x.files = ca.issue("client", {.names = {"a"}, .usage = "clientAuth"});
  CHECK(error_of(x).ends_with("(as a server)"));
  x.files = ca.issue("old", {.names = {"a"}, .expired = true});
  CHECK(error_of(x).find("expired") != std::string::npos);
  x.files.key = "/nonexistent";
  CHECK(error_of(x).starts_with("cluster.key: /nonexistent"));
  x.files.certificate = "/nonexistent";
  CHECK(error_of(x).starts_with("cluster.certificate: /nonexistent"));
  x = good;
  x.listen = *parse_address("192.0.2.1", 0);
  CHECK(error_of(x).starts_with("cluster.listen: "));
}

TEST_CASE("stop sends what was written and ends all links") {
  linked_pair x;
  auto last = hello_frame(1) + message_frame("goodbye");
  REQUIRE(write_link(x.near[0].descriptor, last));
  x.dialling.port.stop();
  x.dialling.port.stop();
  CHECK(x.dialling.links.wait_closed(1).size() == 1);
  CHECK(x.dialling.port.stats().links == 0);
  CHECK((read_link(x.far[0].descriptor, last.size()) == last));
  CHECK(link_reads_end(x.far[0].descriptor));
}
