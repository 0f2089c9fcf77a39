#include "actors/config/cluster_keys.hpp"

#include "actors/config/validators.hpp"
#include "net/cluster/seed_address.hpp"

#include <unistd.h>

#include <array>

namespace troupe::actors {

namespace {

CLI::Validator node_name() {
  return {[](std::string& text) {
            return text.empty() || net::is_node_name(text)
                       ? std::string{}
                       : "not a name: " + text
                             + ": it may have 1 to 253 letters, digits, '.', "
                               "'-' and '_'";
          },
          "NAME", "node name"};
}

// Other nodes could not reach an unspecified address, and strangers could
// reach the port on each interface.
std::string find_listen_fault(const std::string& text) {
  auto x = net::parse_address_and_port(text);
  if (!x)
    return "not an IP address and a port: " + text
           + ": write it as in 10.0.0.1:7000 or [fd00::1]:7000";
  if (x->is_unspecified())
    return "cannot be " + text
           + ": set the address by which the other nodes reach this one";
  return {};
}

CLI::Validator listen_address() {
  return {[](std::string& text) {
            return text.empty() ? std::string{} : find_listen_fault(text);
          },
          "IP:PORT", "listen address"};
}

CLI::Validator seed_text() {
  return {[](std::string& text) {
            return net::seed_address::parse(text)
                       ? std::string{}
                       : "not a seed: " + text
                             + ": write it as in node-2.example.org:7000, or "
                               "dns:nodes.example.org:7000 for all addresses "
                               "of a name";
          },
          "HOST:PORT", "seed"};
}

CLI::Validator media_address() {
  return {[](std::string& text) {
            return text.empty() ? std::string{} : announced_address()(text);
          },
          "IP", "media address"};
}

CLI::Validator public_url() {
  return {[](std::string& text) {
            if (text.empty())
              return std::string{};
            if (text == "*" || text.ends_with(":*"))
              return "not the origin of a web page: " + text;
            return web_origin()(text);
          },
          "URL", "public url"};
}

} // namespace

void add_cluster_keys(option_table& table, config::cluster_keys& out) {
  table.add_text("cluster.name", out.name,
                 "Name of the cluster; empty: this server is alone",
                 node_name());
  table.add_text("cluster.node", out.node,
                 "Name of this node; empty is the host's name", node_name());
  table.add_text("cluster.listen", out.listen,
                 "Address and port on which other nodes reach this one",
                 listen_address());
  table.add_list("cluster.seeds", out.seeds,
                 "Other nodes (host:port), or dns:NAME:port for all addresses "
                 "of a name",
                 seed_text());
  table.add_text("cluster.certificate", out.certificate,
                 "PEM file of this node's certificate and its chain");
  table.add_text("cluster.key", out.key, "PEM file of its private key");
  table.add_text("cluster.ca", out.ca,
                 "PEM file of the CA that signs all nodes' certificates");
  table.add_text("cluster.media-address", out.media_address,
                 "Address to which other nodes send media; empty is that of "
                 "cluster.listen",
                 media_address());
  table.add_time("cluster.heartbeat", out.heartbeat, 50, 10'000,
                 "How often nodes send each other a sign of life, ms");
  table.add_time("cluster.timeout", out.timeout, 100, 60'000,
                 "Silence after which a node counts as dead, ms");
  table.add_number("cluster.max-nodes", out.max_nodes, 2, 1'024,
                   "Maximum number of nodes, this one included");
  table.add_text("cluster.public-url", out.public_url,
                 "Where clients reach this very node; empty is nowhere",
                 public_url());
}

std::optional<std::string> find_cluster_fault(const config::cluster_keys& in) {
  if (in.name.empty())
    return std::nullopt;
  const std::array<std::pair<const char*, const std::string*>, 4> needed{
      {{"cluster.listen", &in.listen},
       {"cluster.certificate", &in.certificate},
       {"cluster.key", &in.key},
       {"cluster.ca", &in.ca}}};
  for (const auto& [key, value] : needed)
    if (value->empty())
      return std::string{key} + " is missing: cluster.name needs it";
  if (in.timeout < 2 * in.heartbeat)
    return "cluster.timeout must be at least twice cluster.heartbeat";
  if (auto fault = find_listen_fault(in.listen); !fault.empty())
    return "cluster.listen " + fault;
  if (!net::is_node_name(cluster_node_name(in)))
    return "cluster.node is missing: the host's name cannot be a node's";
  return std::nullopt;
}

std::string cluster_node_name(const config::cluster_keys& in) {
  if (!in.node.empty())
    return in.node;
  std::array<char, 256> out{};
  // POSIX does not promise a terminator for a name that does not fit.
  if (::gethostname(out.data(), out.size() - 1) != 0)
    return {};
  return out.data();
}

net::cluster_settings to_cluster_port(const config::cluster_keys& in,
                                      uint16_t media_port) {
  net::cluster_settings out;
  out.self.cluster = in.name;
  out.self.node = cluster_node_name(in);
  out.listen = net::parse_address_and_port(in.listen).value();
  out.self.media = out.listen;
  if (auto media = net::parse_address(in.media_address, 0))
    out.self.media = *media;
  out.self.media.set_port(media_port);
  out.seeds = in.seeds;
  out.files = {in.certificate, in.key, in.ca};
  out.max_nodes = in.max_nodes;
  return out;
}

} // namespace troupe::actors
