#include "actors/config/cluster_keys.hpp"
#include "tests/actors/support/temporary_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;
using actors::config;
using actors::config_outcome;

namespace {

/// Reads the flags of a node with all keys that it needs, and `more`.
config_outcome read_as_node(const std::vector<std::string>& more,
                            const std::string& without = {}) {
  std::vector<std::string> flags{"--cluster.name=meet",
                                 "--cluster.node=node-1",
                                 "--cluster.listen=10.0.0.1:7000",
                                 "--cluster.certificate=node.pem",
                                 "--cluster.key=node.key",
                                 "--cluster.ca=ca.pem"};
  auto set_again = [&](const std::string& flag) {
    auto key = flag.substr(0, flag.find('=') + 1);
    return key == "--" + without + "="
           || std::ranges::any_of(
               more, [&](const auto& x) { return x.starts_with(key); });
  };
  std::erase_if(flags, set_again);
  flags.insert(flags.end(), more.begin(), more.end());
  std::vector<const char*> argv{"troupe"};
  for (const auto& x : flags)
    argv.push_back(x.c_str());
  return actors::read_config(static_cast<int>(argv.size()), argv.data());
}

void refuses_node(const config_outcome& outcome, const std::string& what) {
  CAPTURE(what);
  CAPTURE(outcome.text);
  CHECK_FALSE(outcome.settings);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.text.find(what) != std::string::npos);
  CHECK(outcome.text.find('\n') == outcome.text.size() - 1);
}

} // namespace

TEST_CASE("without a name there is no cluster, whatever other keys say") {
  CHECK(config{}.cluster.name.empty());
  CHECK_FALSE(actors::find_cluster_fault({}));
  auto outcome = read_as_node({}, "cluster.name");
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  CHECK(outcome.settings->cluster.listen == "10.0.0.1:7000");
}

TEST_CASE("a node of a cluster needs an address and all three files") {
  CHECK(read_as_node({}).settings);
  for (std::string key :
       {"cluster.listen", "cluster.certificate", "cluster.key", "cluster.ca"})
    refuses_node(read_as_node({}, key), key + " is missing");
}

TEST_CASE("the name of a node is the host's unless a key says otherwise") {
  auto outcome = read_as_node({}, "cluster.node");
  config::cluster_keys keys;
  keys.node = "other";
  CHECK(actors::cluster_node_name(keys) == "other");
  keys.node.clear();
  CHECK_FALSE(actors::cluster_node_name(keys).empty());
}

TEST_CASE("a mistake in a key of the cluster is one line that names the key") {
  for (std::string flag : {"--cluster.name=a b",
                           "--cluster.node=a/b",
                           "--cluster.listen=nowhere",
                           "--cluster.listen=10.0.0.1",
                           "--cluster.listen=node-1:7000",
                           "--cluster.listen=0.0.0.0:7000",
                           "--cluster.listen=[::]:7000",
                           "--cluster.seeds=a",
                           "--cluster.seeds=a:1,b",
                           "--cluster.seeds=",
                           "--cluster.seeds=dns:a",
                           "--cluster.media-address=a",
                           "--cluster.media-address=0.0.0.0",
                           "--cluster.media-address=10.0.0.1:1",
                           "--cluster.heartbeat=0",
                           "--cluster.timeout=1",
                           "--cluster.max-nodes=1",
                           "--cluster.public-url=a.example",
                           "--cluster.public-url=*",
                           "--cluster.public-url=ftp://a.example",
                           "--cluster.public-url=https://a.example:*"})
    refuses_node(read_as_node({flag}), flag.substr(2, flag.find('=') - 2));
}

TEST_CASE("a node is not dead before it has missed two heartbeats") {
  refuses_node(
      read_as_node({"--cluster.heartbeat=1000", "--cluster.timeout=1999"}),
      "cluster.timeout must be at least twice cluster.heartbeat");
  CHECK(read_as_node({"--cluster.heartbeat=1000", "--cluster.timeout=2000"})
            .settings);
}

TEST_CASE("the keys of the cluster reach the port to other nodes") {
  auto outcome = read_as_node(
      {"--cluster.seeds=node-2:7000,dns:nodes:7001", "--cluster.max-nodes=3"});
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  auto port = actors::to_cluster_port(outcome.settings->cluster, 44'444);
  CHECK(port.self.cluster == "meet");
  CHECK(port.self.node == "node-1");
  CHECK(port.self.media.str() == "10.0.0.1:44444");
  CHECK(port.listen.str() == "10.0.0.1:7000");
  CHECK(port.seeds
        == std::vector<std::string>{"node-2:7000", "dns:nodes:7001"});
  CHECK(port.files.certificate == "node.pem");
  CHECK(port.files.key == "node.key");
  CHECK(port.files.ca == "ca.pem");
  CHECK(port.max_nodes == 3);
}

TEST_CASE("media of other nodes may come to another address") {
  auto outcome = read_as_node({"--cluster.media-address=fd00::5",
                               "--cluster.listen=[fd00::1]:7000",
                               "--cluster.public-url=https://a.example:8443"});
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  auto port = actors::to_cluster_port(outcome.settings->cluster, 5);
  CHECK(port.self.media.str() == "[fd00::5]:5");
  CHECK(port.listen.str() == "[fd00::1]:7000");
  CHECK(outcome.settings->cluster.public_url == "https://a.example:8443");
}

TEST_CASE("an IPv6 address and a port are quoted in the file") {
  test::temporary_file good{"cluster.listen = \"[fd00::1]:7000\"\n"
                            "cluster.max-nodes = 5\n"};
  auto outcome =
      read_as_node({"--config-file=" + good.path()}, "cluster.listen");
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  CHECK(outcome.settings->cluster.listen == "[fd00::1]:7000");
  CHECK(outcome.settings->cluster.max_nodes == 5);
  test::temporary_file bad{"cluster.listen = [fd00::1]:7000\n"
                           "cluster.max-nodes = 5\n"};
  refuses_node(read_as_node({"--config-file=" + bad.path()}, "cluster.listen"),
               "cluster.listen");
}
