#include "bench/load/scenario/node_servers.hpp"

#include "bench/load/report/affinity.hpp"
#include "bench/load/report/send_meter.hpp"
#include "bench/load/scenario/bench_run.hpp"
#include "tests/net/io/support/cluster_certificates.hpp"

#include <algorithm>
#include <iterator>
#include <thread>

namespace troupe::load {

namespace {

using clock = std::chrono::steady_clock;

constexpr auto links_within = std::chrono::seconds{10};

constexpr std::string_view connected_nodes =
    "troupe_cluster_nodes{state=\"connected\"}";

std::string name_of(size_t node) {
  return "node" + std::to_string(node);
}

// The cores of the measured node or of another; nothing if it may use all.
std::optional<cpu_set_t> cores_of(const run_options& options, bool measured) {
  if (options.server.cores == 0)
    return std::nullopt;
  cpu_set_t all;
  ::sched_getaffinity(0, sizeof all, &all);
  const auto parts = divide_cores(all, options.server.cores);
  if (!parts)
    throw run_error{"--server-cores leaves no core for the generator"};
  return measured ? parts->server : parts->generator;
}

} // namespace

/// Certificates of nodes, as files that exist for as long as this object.
class node_servers::certificates {
public:
  explicit certificates(size_t count) {
    for (size_t i = 0; i < count; ++i)
      files_.push_back(issuer_.issue(name_of(i)));
  }

  const net::cluster_files& of(size_t node) const {
    return files_.at(node);
  }

private:
  net::testing::cluster_certificates issuer_;
  std::vector<net::cluster_files> files_;
};

node_servers::node_servers(const run_options& options, size_t count)
    : options_(options) {
  if (count > 1)
    certificates_ = std::make_unique<certificates>(count);
  for (size_t i = 0; i < count; ++i)
    launch(i);
  await_links();
}

node_servers::~node_servers() = default;

void node_servers::launch(size_t node) {
  auto flags = server_flags(options_);
  if (certificates_)
    std::ranges::move(cluster_flags(node), std::back_inserter(flags));
  auto command = troupe_command(options_.server.binary, std::move(flags));
  command.stop_within = std::chrono::seconds{20};
  command.cores = cores_of(options_, node == 0);
  auto started = server_process::start(command);
  if (!started)
    throw run_error{started.error().text};
  nodes_.push_back(std::move(*started));
}

// Each node has those before it as seeds, whose ports are known then.
std::vector<std::string> node_servers::cluster_flags(size_t node) const {
  const auto& files = certificates_->of(node);
  std::vector<std::string> out{"--cluster.name=bench",
                               "--cluster.node=" + name_of(node),
                               "--cluster.listen=127.0.0.1:0",
                               "--cluster.certificate=" + files.certificate,
                               "--cluster.key=" + files.key,
                               "--cluster.ca=" + files.ca};
  std::string seeds;
  for (const auto& x : nodes_)
    seeds += (seeds.empty() ? "" : ",") + std::string{"127.0.0.1:"}
             + std::to_string(x.cluster_port());
  if (!seeds.empty())
    out.push_back("--cluster.seeds=" + seeds);
  return out;
}

void node_servers::await_links() const {
  const auto until = clock::now() + links_within;
  for (size_t i = 0; certificates_ && i < nodes_.size(); ++i)
    while (metric(i, connected_nodes) + 1 < nodes_.size()) {
      if (clock::now() > until)
        throw run_error{name_of(i) + " is not connected to all other nodes:\n"
                        + nodes_[i].log(2'000)};
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

run_options node_servers::options() const {
  auto out = options_;
  out.server.url = nodes_.front().url();
  out.server.pid = nodes_.front().pid();
  for (size_t i = 1; i < nodes_.size(); ++i)
    out.server.other_urls.push_back(nodes_[i].url());
  return out;
}

uint64_t node_servers::metric(size_t node, std::string_view name) const {
  const auto at = parse_server(nodes_.at(node).url());
  const auto x = read_metric(at.host, at.port, name);
  if (!x)
    throw run_error{name_of(node) + " has no metric " + std::string{name}};
  return *x;
}

} // namespace troupe::load
