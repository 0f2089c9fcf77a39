#pragma once

#include "running_node.hpp"
#include "tests/net/io/support/client.hpp"
#include "tests/net/io/support/cluster_certificates.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

/// Complete servers in this process. Each has a mutual TLS link to every other.
class running_cluster {
public:
  explicit running_cluster(size_t count,
                           const actors::config& settings = loopback()) {
    std::vector<std::string> seeds;
    for (size_t i = 0; i < count; ++i) {
      auto own = settings;
      const auto name = "node-" + std::to_string(i + 1);
      const auto files = authority_.issue(name);
      own.cluster.name = "meet";
      own.cluster.node = name;
      own.cluster.listen = "127.0.0.1:0";
      own.cluster.seeds = seeds;
      own.cluster.certificate = files.certificate;
      own.cluster.key = files.key;
      own.cluster.ca = files.ca;
      // A busy machine must kill no node.
      own.cluster.timeout = std::chrono::seconds{30};
      nodes_.push_back(std::make_unique<running_node>(std::move(own)));
      seeds.push_back("127.0.0.1:"
                      + std::to_string(nodes_[i]->server.cluster_port()));
    }
    REQUIRE(eventually([&] {
      for (size_t i = 0; i < count; ++i)
        if (!sees_others(i))
          return false;
      return true;
    }));
    for (auto& x : nodes_)
      x->baseline = x->server.live_actors();
  }

  running_node& operator[](size_t index) {
    return *nodes_[index];
  }

  const running_node& operator[](size_t index) const {
    return *nodes_[index];
  }

  /// Whether a node is connected to all others.
  bool sees_others(size_t index) {
    return net::testing::http(nodes_[index]->port(), "GET", "/metrics")
               .body.find("\ntroupe_cluster_nodes{state=\"connected\"} "
                          + std::to_string(nodes_.size() - 1) + "\n")
           != std::string::npos;
  }

private:
  net::testing::cluster_certificates authority_;
  std::vector<std::unique_ptr<running_node>> nodes_;
};

/// Two of them.
class running_pair : public running_cluster {
public:
  explicit running_pair(const actors::config& settings = loopback())
      : running_cluster(2, settings) {}
};

} // namespace troupe::test
