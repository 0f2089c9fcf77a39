#include "tests/net/io/cluster/raw_peer.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

// The verdict that accepts, and that of a refusal.
constexpr int accepted = 0;

int verdict_for(link_refusal why) {
  return static_cast<int>(why) + 1;
}

// A node that others attack.
struct target_node {
  target_node() : node(settings_of("m", ca.issue("m"))) {
    REQUIRE(!node.error);
  }

  uint16_t port() const {
    return node.port.port();
  }

  // Waits until this node has refused one connection for this reason.
  bool refuses(link_refusal why) {
    auto all = node.links.wait_refused(1);
    return all.size() == 1 && all[0] == why && node.refused(why) == 1
           && node.port.stats().links == 0;
  }

  cluster_certificates ca;
  cluster_node node;
};

} // namespace

TEST_CASE("a node without a valid certificate is refused") {
  cluster_certificates foreign;
  target_node x;
  cluster_files files;
  SUBCASE("from another CA") {
    files = foreign.issue("a");
  }
  SUBCASE("for servers only") {
    files = x.ca.issue("a", {.names = {"a"}, .usage = "serverAuth"});
  }
  SUBCASE("expired") {
    files = x.ca.issue("a", {.names = {"a"}, .expired = true});
  }
  raw_peer peer{x.port(), &files};
  peer.say(preface_of("a"));
  CHECK(x.refuses(link_refusal::tls));
  CHECK(!peer.hear());
}

TEST_CASE("a node without a certificate is refused") {
  target_node x;
  raw_peer peer{x.port()};
  CHECK(x.refuses(link_refusal::tls));
  CHECK(!peer.hear());
}

TEST_CASE("plaintext is refused") {
  target_node x;
  tcp_client peer{x.port()};
  peer.write(as_text(write_preface(preface_of("a"))));
  CHECK(peer.reads_end());
  CHECK(x.refuses(link_refusal::tls));
}

TEST_CASE("nodes of two CAs refuse each other") {
  cluster_certificates foreign;
  target_node x;
  auto settings = settings_of("a", foreign.issue("a"));
  settings.seeds = {address_of(x.port())};
  cluster_node other{settings};
  CHECK((other.links.wait_refused(1).at(0) == link_refusal::tls));
  CHECK((x.node.links.wait_refused(1).at(0) == link_refusal::tls));
}

TEST_CASE("a dialling node refuses a certificate that is for clients only") {
  cluster_certificates ca;
  auto files = ca.issue("b", {.names = {"b"}, .usage = "clientAuth"});
  // A server as simple as possible, on a socket that `SSL_accept` blocks on.
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::listen(listener, 4) == 0);
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
  auto settings = settings_of("a", ca.issue("a"));
  settings.seeds = {address_of(load_u16(reinterpret_cast<uint8_t*>(&at) + 2))};
  cluster_node a{settings};
  int connection = ::accept(listener, nullptr, nullptr);
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context{
      SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str());
  SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(),
                              SSL_FILETYPE_PEM);
  std::unique_ptr<SSL, void (*)(SSL*)> ssl{SSL_new(context.get()), SSL_free};
  SSL_set_fd(ssl.get(), connection);
  CHECK(SSL_accept(ssl.get()) != 1);
  CHECK((a.links.wait_refused(1).at(0) == link_refusal::tls));
  ::close(connection);
  ::close(listener);
}

TEST_CASE("a node is refused for what it says of itself") {
  target_node x;
  auto files = x.ca.issue("peer", {.names = {"a", "m"}});
  auto said = preface_of("a");
  auto why = link_refusal::preface;
  SUBCASE("a name that is not in its certificate") {
    said.node = "b";
    why = link_refusal::name_not_certified;
  }
  SUBCASE("another cluster") {
    said.cluster = "other";
    why = link_refusal::other_cluster;
  }
  SUBCASE("levels that are all newer") {
    said.level = 3;
    said.oldest_level = 2;
    why = link_refusal::level;
  }
  SUBCASE("this node's own name") {
    said.node = "m";
    why = link_refusal::self;
  }
  raw_peer peer{x.port(), &files};
  peer.say(said);
  REQUIRE(peer.hear());
  CHECK(peer.read_octet() == verdict_for(why));
  CHECK(peer.reads_end());
  CHECK(x.refuses(why));
}

TEST_CASE("a common name is no name of a node") {
  target_node x;
  auto files = x.ca.issue("a", {.names = {}});
  raw_peer peer{x.port(), &files};
  peer.say(preface_of("a"));
  REQUIRE(peer.hear());
  CHECK(x.refuses(link_refusal::name_not_certified));
}

TEST_CASE("octets that are no preface are refused") {
  target_node x;
  auto files = x.ca.issue("a");
  raw_peer peer{x.port(), &files};
  peer.write("GET / HTTP/1.1\r\n\r\n");
  CHECK(x.refuses(link_refusal::preface));
}

TEST_CASE("a node that decides hears the verdict first, and tells its own") {
  target_node x;
  // "a" is smaller than "m" and decides; "z" does not.
  auto smaller = x.ca.issue("a");
  raw_peer decides{x.port(), &smaller};
  decides.say(preface_of("a"));
  REQUIRE(decides.hear());
  CHECK(decides.read_octet() == accepted);
  CHECK(x.node.port.stats().links == 0);
  decides.write(std::string_view{"\0", 1});
  CHECK(x.node.links.wait_opened(1).size() == 1);
  auto larger = x.ca.issue("z");
  raw_peer waits{x.port(), &larger};
  waits.say(preface_of("z"));
  waits.write(std::string_view{"\0", 1});
  REQUIRE(waits.hear());
  CHECK(waits.read_octet() == accepted);
  CHECK(x.node.links.wait_opened(2).size() == 2);
}

TEST_CASE("a refusal that the peer tells is counted here, too") {
  target_node x;
  auto files = x.ca.issue("a");
  raw_peer peer{x.port(), &files};
  peer.say(preface_of("a"));
  REQUIRE(peer.hear());
  peer.write("\x07"); // duplicate
  CHECK(x.refuses(link_refusal::duplicate));
}

TEST_CASE("a dialler that has lost its link gets a new one") {
  target_node x;
  auto files = x.ca.issue("z");
  std::vector<std::unique_ptr<raw_peer>> peers;
  for (size_t i = 1; i <= 3; ++i) {
    auto& peer =
        *peers.emplace_back(std::make_unique<raw_peer>(x.port(), &files));
    peer.say(preface_of("z"));
    peer.write(std::string_view{"\0", 1});
    CHECK(x.node.links.wait_opened(i).size() == i);
  }
  CHECK(x.node.links.wait_closed(2).size() == 2);
  CHECK(peers[0]->reads_end());
  CHECK(x.node.port.stats().links == 1);
}

TEST_CASE("a frame that the gate refuses closes the link") {
  target_node x;
  auto files = x.ca.issue("z");
  raw_peer peer{x.port(), &files};
  peer.say(preface_of("z"));
  auto frame = hello_frame(1).substr(0, 32);
  frame.replace(4, 4, "\xff\xff\xff\xff");
  // In one piece with the verdict, so it is read before the link opens.
  peer.write(std::string(1, '\0') + frame);
  CHECK(x.node.links.wait_opened(1).size() == 1);
  CHECK(x.refuses(link_refusal::gate));
  CHECK((x.node.links.wait_closed(1).at(0).second == false));
  CHECK(peer.reads_end());
}

TEST_CASE("two nodes cannot have the same name in CAF") {
  target_node x;
  auto of_y = x.ca.issue("y");
  auto of_z = x.ca.issue("z");
  raw_peer first{x.port(), &of_y};
  first.say(preface_of("y"));
  first.write(std::string(1, '\0') + hello_frame(7));
  auto link = x.node.links.wait_opened(1).at(0);
  CHECK((read_link(link.descriptor, 64) == hello_frame(7)));
  raw_peer second{x.port(), &of_z};
  second.say(preface_of("z"));
  second.write(std::string(1, '\0') + hello_frame(7));
  CHECK((x.node.links.wait_refused(1).at(0) == link_refusal::gate));
  CHECK(x.node.port.stats().links == 1);
}

TEST_CASE("silent connections end in time and are bounded in number") {
  cluster_certificates ca;
  auto settings = settings_of("m", ca.issue("m"));
  settings.handshake = 200ms;
  cluster_node node{settings};
  std::vector<tcp_client> silent;
  size_t most = 0;
  for (int i = 0; i < 1000; ++i) {
    silent.emplace_back(node.port.port());
    most = std::max(most, node.port.stats().handshakes);
  }
  CHECK(node.links.wait_refused(1000).size() == 1000);
  CHECK(most > 0);
  CHECK(most <= 64);
  CHECK(node.refused(link_refusal::too_many) > 0);
  CHECK(node.refused(link_refusal::tls) >= 48);
  CHECK(node.port.stats().handshakes == 0);
  for (auto& x : silent)
    CHECK(x.reads_end());
  // The port works as before.
  auto other = settings_of("a", ca.issue("a"));
  other.seeds = {node.address()};
  cluster_node a{other};
  CHECK(a.links.wait_opened(1).size() == 1);
}

TEST_CASE("a certificate does not excuse silence") {
  cluster_certificates ca;
  auto settings = settings_of("m", ca.issue("m"));
  settings.handshake = 200ms;
  cluster_node node{settings};
  auto files = ca.issue("a");
  raw_peer peer{node.port.port(), &files};
  CHECK((node.links.wait_refused(1).at(0) == link_refusal::preface));
  CHECK(peer.reads_end());
}
