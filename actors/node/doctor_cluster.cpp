#include "actors/node/doctor_cluster.hpp"

#include "actors/node/doctor.hpp"
#include "net/cluster/seed_address.hpp"

/// Checks this node's part of a cluster.
namespace troupe::actors {

namespace {

const std::string cluster_topic = "cluster";

constexpr auto identity_renewal = std::chrono::hours{24 * 14};

const std::string issue_another =
    "issue another certificate for this node (scripts/cluster certificates)";

void judge_identity(const config::cluster_keys& settings,
                    const cluster_facts& facts,
                    std::chrono::system_clock::time_point now,
                    std::vector<finding>& out) {
  const auto& x = facts.identity;
  const auto end = day_of(x.not_after);
  if (!x.fault.empty())
    out.push_back(
        {verdict::wrong, cluster_topic, x.fault,
         "correct the key, let this user read the file, or " + issue_another});
  else if (x.not_after - now < identity_renewal)
    out.push_back(
        {verdict::warning, cluster_topic,
         "the certificate of " + facts.node + " expires soon, on " + end,
         issue_another + "; the node reads it without a restart"});
  else
    out.push_back(
        {verdict::ok,
         cluster_topic,
         facts.node + " of " + settings.name + ", certificate until " + end,
         {}});
}

void judge_authority(const config::cluster_keys& settings,
                     const net::identity_facts& x, std::vector<finding>& out) {
  if (!x.public_authority.empty())
    out.push_back({verdict::wrong, cluster_topic,
                   "cluster.ca contains " + x.public_authority
                       + ", which this host trusts for all purposes: its other "
                         "customers could become nodes",
                   "make a CA for the cluster alone (scripts/cluster "
                   "certificates)"});
  else if (x.authorities > 1)
    out.push_back({verdict::warning, cluster_topic,
                   "cluster.ca contains " + std::to_string(x.authorities)
                       + " certificates: the holders of each can make nodes",
                   "leave only the cluster's own CA in " + settings.ca});
}

void judge_listen(const std::string& text, std::vector<finding>& out) {
  const auto x = net::parse_address_and_port(text);
  if (x && !is_private(*x) && !x->is_loopback() && !x->is_link_local())
    out.push_back({verdict::warning, cluster_topic,
                   "cluster.listen " + text
                       + " is a public address: strangers cannot pass TLS, but "
                         "can keep it busy",
                   "set an address of a private network, or let only the other "
                   "nodes reach the port"});
}

bool levels_overlap(const cluster_facts& own, const net::cluster_preface& x) {
  return x.oldest_level <= own.level && own.oldest_level <= x.level;
}

// What follows from something on another node must not seem to be earlier for
// long: who is host, which of two twins stays, and the lock depend on it.
constexpr auto most_clock_offset = std::chrono::seconds{5};

void judge_clock(const std::string& where, const net::node_probe& x,
                 std::vector<finding>& out) {
  if (x.result != net::node_probe_result::works || !x.clock_offset)
    return;
  const auto offset = *x.clock_offset;
  if (offset <= most_clock_offset && offset >= -most_clock_offset)
    return;
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(offset).count();
  out.push_back({verdict::warning, cluster_topic,
                 where + ": its clock is "
                     + (seconds < 0 ? std::to_string(-seconds) + " s behind"
                                    : std::to_string(seconds) + " s ahead of")
                     + " this host's",
                 "synchronise the clocks of all nodes (NTP)"});
}

// Media takes another way than what was checked, and needs both ends.
finding judge_media(const cluster_facts& facts) {
  if (!facts.unbound_media.empty())
    return {verdict::wrong, cluster_topic,
            "other nodes would send media to " + facts.unbound_media
                + ", where rtc.port is not bound",
            "add it to rtc.listen-addresses, or set cluster.media-address"};
  return {verdict::ok,
          cluster_topic,
          "UDP between the nodes is not checked here: running nodes try it "
          "(\"udp\" in GET /api/v1/cluster)",
          {}};
}

// A node has answered: whether the two will have a link.
finding judge_other(const config::cluster_keys& settings,
                    const cluster_facts& own, const std::string& where,
                    const net::cluster_preface& x) {
  if (x.cluster != settings.name)
    return {verdict::wrong, cluster_topic,
            where + ": it is a node of the cluster " + x.cluster,
            "correct cluster.seeds or cluster.name"};
  if (x.node == own.node)
    return {verdict::wrong, cluster_topic,
            where + ": it has this node's name, " + x.node
                + ", and is another process or address",
            "give each node a name of its own (cluster.node), or name only one "
            "of a node's addresses in cluster.seeds"};
  if (!levels_overlap(own, x))
    return {verdict::wrong, cluster_topic,
            where + ": its version is too far from this one (level "
                + std::to_string(x.level) + ", this node "
                + std::to_string(own.level) + ")",
            "upgrade the older of the two"};
  return {verdict::ok, cluster_topic, where + " is " + x.node, {}};
}

std::string place_of(const std::string& seed, const net::node_probe& x) {
  return x.address.str() == seed ? seed : seed + " (" + x.address.str() + ")";
}

finding judge_answer(const config::cluster_keys& settings,
                     const cluster_facts& own, const std::string& seed,
                     const net::node_probe& x) {
  using enum net::node_probe_result;
  const auto why = x.why.empty() ? "" : ": " + x.why;
  if (x.result == no_address)
    return {verdict::warning, cluster_topic,
            seed + ": the host name has no address" + why,
            "correct cluster.seeds, or the name service"};
  const auto where = place_of(seed, x);
  switch (x.result) {
    case no_connection:
      return {verdict::warning, cluster_topic, where + ": no connection" + why,
              "start that node, open its port, or correct cluster.seeds"};
    case bad_certificate:
      return {verdict::wrong, cluster_topic,
              where + ": this node refuses its certificate" + why,
              "give both nodes certificates of the same CA, and the same "
              "cluster.ca"};
    case no_node:
      return {verdict::wrong, cluster_topic,
              where + ": it is no node, or it refuses this node's certificate"
                  + why,
              "correct cluster.seeds, or give both nodes certificates of the "
              "same CA"};
    case name_not_certified:
      return {verdict::wrong, cluster_topic,
              where + ": its certificate does not contain its name, "
                  + x.remote.node,
              "correct cluster.node on that node, or issue a certificate with "
              "that name"};
    default:
      return judge_other(settings, own, where, x.remote);
  }
}

// Keys that have no effect may mean that one was forgotten.
finding judge_absence(const config::cluster_keys& x) {
  if (!x.listen.empty() || !x.seeds.empty())
    return {verdict::warning, cluster_topic,
            "this server is alone, whatever other keys say: cluster.name is "
            "empty",
            "set cluster.name, or remove the other keys of the cluster"};
  return {verdict::ok, cluster_topic, "none", {}};
}

} // namespace

void diagnose_cluster(const config::cluster_keys& settings,
                      const std::optional<cluster_facts>& facts,
                      std::chrono::system_clock::time_point now,
                      std::vector<finding>& out) {
  if (!facts) {
    out.push_back(judge_absence(settings));
    return;
  }
  judge_identity(settings, *facts, now, out);
  judge_authority(settings, facts->identity, out);
  if (facts->key_readable_by_all)
    out.push_back({verdict::warning, cluster_topic,
                   "all users of this host can read the private key",
                   "chmod o= " + settings.key});
  judge_listen(settings.listen, out);
  for (const auto& seed : facts->seeds)
    for (const auto& x : seed.answers) {
      out.push_back(judge_answer(settings, *facts, seed.seed, x));
      judge_clock(place_of(seed.seed, x), x, out);
    }
  out.push_back(judge_media(*facts));
}

} // namespace troupe::actors
