#include "actors/cluster/cluster_messages.hpp"
#include "actors/config/cluster_keys.hpp"
#include "actors/node/doctor_cluster.hpp"
#include "net/io/process/host_facts.hpp"

#include <algorithm>

/// Collects the facts about a cluster.
namespace troupe::actors {

namespace {

// How long another node may take for one step.
constexpr auto node_patience = std::chrono::seconds{2};

// Whether a UDP socket on one of these addresses receives what is sent to `to`.
bool is_bound(const std::vector<std::string>& listen,
              const net::socket_address& to) {
  return std::ranges::any_of(listen, [&](const auto& text) {
    const auto x = net::parse_address(text, 0);
    return x
           && (x->octets() == to.octets()
               || (x->is_unspecified() && x->is_v4() == to.is_v4()));
  });
}

} // namespace

std::optional<cluster_facts> gather_cluster_facts(const config& all) {
  const auto& settings = all.cluster;
  if (settings.name.empty())
    return std::nullopt;
  const auto port = to_cluster_port(settings, 0);
  cluster_facts out;
  out.node = port.self.node;
  out.identity = net::read_identity(port.files, out.node);
  out.key_readable_by_all = net::readable_by_all(settings.key);
  if (!is_bound(all.rtc.listen_addresses, port.self.media))
    out.unbound_media = port.self.media.ip();
  out.level = cluster_level;
  out.oldest_level = oldest_cluster_level;
  if (!out.identity.fault.empty())
    return out;
  for (const auto& text : port.seeds) {
    const auto seed = net::seed_address::parse(text);
    if (!seed)
      continue;
    // This node's own address may be a seed, so that all nodes have the same.
    if (net::parse_address(seed->host, seed->port) == port.listen)
      continue;
    auto answers = net::probe_seed(*seed, port.files, out.node, node_patience);
    std::erase_if(answers,
                  [&](const auto& x) { return x.address == port.listen; });
    out.seeds.push_back({text, std::move(answers)});
  }
  return out;
}

} // namespace troupe::actors
