#pragma once

#include "running_node.hpp"
#include "tests/net/io/support/client.hpp"
#include "tests/net/io/support/cluster_certificates.hpp"

#include <array>
#include <optional>
#include <string>

namespace troupe::test {

/// Two whole servers in this process that are linked by mutual TLS.
class running_pair {
public:
  explicit running_pair(const actors::config& settings = loopback()) {
    std::string seed;
    for (size_t i = 0; i < 2; ++i) {
      auto own = settings;
      const auto name = "node-" + std::to_string(i + 1);
      const auto files = authority_.issue(name);
      own.cluster.name = "meet";
      own.cluster.node = name;
      own.cluster.listen = "127.0.0.1:0";
      if (i > 0)
        own.cluster.seeds = {seed};
      own.cluster.certificate = files.certificate;
      own.cluster.key = files.key;
      own.cluster.ca = files.ca;
      // A busy machine must kill no node.
      own.cluster.timeout = std::chrono::seconds{30};
      nodes_[i].emplace(std::move(own));
      seed = "127.0.0.1:" + std::to_string(nodes_[i]->server.cluster_port());
    }
    REQUIRE(eventually([&] { return sees_other(0) && sees_other(1); }));
    for (auto& x : nodes_)
      x->baseline = x->server.live_actors();
  }

  running_node& operator[](size_t index) {
    return *nodes_[index];
  }

  const running_node& operator[](size_t index) const {
    return *nodes_[index];
  }

  /// Whether a node is connected to the other.
  bool sees_other(size_t index) {
    return net::testing::http(nodes_[index]->port(), "GET", "/metrics")
               .body.find("\ntroupe_cluster_nodes{state=\"connected\"} 1\n")
           != std::string::npos;
  }

private:
  net::testing::cluster_certificates authority_;
  std::array<std::optional<running_node>, 2> nodes_;
};

} // namespace troupe::test
