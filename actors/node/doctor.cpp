#include "actors/node/doctor.hpp"

#include "actors/config/bind_failure.hpp"
#include "actors/config/net_settings.hpp"
#include "actors/node/doctor_memory.hpp"
#include "actors/node/page_files.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace troupe::actors {

namespace {

using std::to_string;

/// Files besides HTTP and ICE-TCP connections: log, timers, UDP sockets.
constexpr uint64_t spare_files = 100;

/// The most ICE-TCP connections that there may be.
constexpr uint64_t ice_tcp_files = 5'000;

constexpr auto renewal_time = std::chrono::hours{24 * 14};

/// A host that has lost its clock shows a date before this.
constexpr std::time_t this_software_is_younger = 1'735'689'600; // 2025

std::string join(const std::vector<std::string>& list) {
  std::string out;
  for (const auto& x : list)
    out += (out.empty() ? "" : ", ") + x;
  return out;
}

std::string one_digit(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", x);
  return text;
}

// The server reads the file by its group; other users of the host cannot.
std::string make_secret(const std::string& file) {
  return "openssl rand -hex 32 | install -m 640 -g troupe /dev/stdin " + file;
}

// The key with the address of a port.
std::string address_key(const std::string& port_key) {
  if (port_key == "cluster.listen")
    return port_key;
  return port_key.substr(0, port_key.find('.')) + ".listen-addresses";
}

class doctor {
public:
  doctor(const config& settings, const doctor_facts& facts)
      : settings_(settings)
      , facts_(facts) {}

  std::vector<finding> examine() {
    ports();
    files();
    buffers();
    addresses();
    certificate();
    page();
    clock();
    threads();
    cpu();
    memory();
    crypto();
    access();
    origins();
    tokens();
    admin();
    return std::move(out_);
  }

private:
  void ok(std::string topic, std::string what) {
    out_.push_back({verdict::ok, std::move(topic), std::move(what), {}});
  }

  void warn(std::string topic, std::string what, std::string remedy) {
    out_.push_back({verdict::warning, std::move(topic), std::move(what),
                    std::move(remedy)});
  }

  void wrong(std::string topic, std::string what, std::string remedy) {
    out_.push_back(
        {verdict::wrong, std::move(topic), std::move(what), std::move(remedy)});
  }

  void ports() {
    std::vector<std::string> good;
    for (const auto& x : facts_.ports) {
      auto name = (x.protocol == net::transport_protocol::tcp ? "tcp " : "udp ")
                  + x.address.str();
      if (!x.failure)
        good.push_back(name);
      else if (!is_left_out(x.address, x.failure))
        report_port_failure(x, name);
    }
    if (!has_port_conflict() && !good.empty())
      ok("ports", "can be bound: " + join(good));
  }

  // Finds two sockets of which each can be bound, but not both.
  bool has_port_conflict() {
    auto conflict = [](const port_fact& a, const port_fact& b) {
      return a.protocol == b.protocol && a.address.port() == b.address.port()
             && a.address.is_v4() == b.address.is_v4()
             && (a.address == b.address || a.address.is_unspecified()
                 || b.address.is_unspecified());
    };
    for (auto a = facts_.ports.begin(); a != facts_.ports.end(); ++a) {
      auto b = std::find_if(a + 1, facts_.ports.end(), [&](const auto& x) {
        return a->address.port() != 0 && conflict(*a, x);
      });
      if (b == facts_.ports.end())
        continue;
      auto both = a->address.str() + " and " + b->address.str();
      if (a->key == b->key)
        wrong("ports", both + " cannot be bound at the same time",
              "remove one of them from " + address_key(a->key));
      else
        wrong("ports", a->key + " and " + b->key + " conflict: " + both,
              "set one of them to another port, or rtc.tcp to false");
      return true;
    }
    return false;
  }

  void report_port_failure(const port_fact& x, const std::string& name) {
    if (x.failure == std::errc::address_in_use)
      wrong("ports", name + " is in use",
            "stop the process that uses it (ss -lntup), perhaps a running "
            "Troupe, or set "
                + x.key + " to another port");
    else if (x.failure == std::errc::permission_denied)
      wrong("ports", name + " cannot be bound: this user lacks the permission",
            "give the server CAP_NET_BIND_SERVICE, as the systemd unit does, "
            "or set "
                + x.key + " to 1024 or more");
    else if (x.failure == std::errc::address_not_available)
      wrong("ports", name + " is not an address of this host",
            "correct " + address_key(x.key));
    else
      wrong("ports", name + " cannot be bound: " + x.failure.message(),
            "correct " + x.key);
  }

  void files() {
    auto needed = settings_.http.max_connections + spare_files
                  + (settings_.rtc.tcp ? ice_tcp_files : 0);
    if (!facts_.max_files)
      ok("files", "no limit on open files");
    else if (*facts_.max_files >= needed)
      ok("files", to_string(*facts_.max_files) + " files may be open");
    else
      warn("files",
           "ulimit -n is " + to_string(*facts_.max_files)
               + "; all connections together may need " + to_string(needed),
           "raise it (LimitNOFILE= in the systemd unit), or lower "
           "http.max-connections");
  }

  void buffers() {
    auto before = out_.size();
    buffer("receive", "net.core.rmem_max", facts_.max_receive_buffer,
           settings_.rtc.receive_buffer);
    buffer("send", "net.core.wmem_max", facts_.max_send_buffer,
           settings_.rtc.send_buffer);
    if (out_.size() == before)
      ok("buffers", "sockets get the buffers they ask for");
  }

  void buffer(const std::string& which, const std::string& setting,
              std::optional<uint64_t> most, uint64_t wanted) {
    if (most && *most < wanted)
      warn("buffers",
           setting + " is " + to_string(*most) + ", rtc." + which
               + "-buffer asks for " + to_string(wanted)
               + ": bursts may be lost",
           "sysctl -w " + setting + "=" + to_string(wanted)
               + ", and the same in /etc/sysctl.d");
  }

  void addresses() {
    if (only_loopback(settings_.rtc.listen_addresses))
      warn("addresses",
           "media listens on loopback: only this host can reach it",
           "to serve other hosts, set rtc.listen-addresses to 0.0.0.0,::");
    else if (!settings_.rtc.announced_addresses.empty())
      announced();
    else
      found();
  }

  void announced() {
    auto list = join(settings_.rtc.announced_addresses);
    for (const auto& text : settings_.rtc.announced_addresses) {
      auto x = net::parse_address(text, 0);
      if (x && (x->is_loopback() || x->is_unspecified()))
        return wrong("addresses",
                     "announced to clients: " + text
                         + ", which no other host can reach",
                     "set rtc.announced-addresses to addresses that clients "
                     "can reach");
      if (x && is_private(*x))
        return warn("addresses",
                    "announced to clients: " + text
                        + ", which is private: only that network reaches it",
                    "to serve other networks, set rtc.announced-addresses to "
                    "the public address");
    }
    ok("addresses", "announced to clients: " + list);
  }

  void found() {
    std::vector<std::string> open;
    std::vector<std::string> hidden;
    bool v6 = false;
    for (const auto& x : facts_.addresses) {
      if (x.is_loopback())
        continue;
      (is_private(x) ? hidden : open).push_back(x.ip());
      v6 = v6 || (!x.is_v4() && !is_private(x));
    }
    if (!open.empty())
      ok("addresses", "announced to clients: " + join(open)
                          + (v6 ? "" : "; no public IPv6 (not required)"));
    else if (!hidden.empty())
      warn("addresses",
           "only private addresses (" + join(hidden)
               + "): clients in other networks get no media",
           "set rtc.announced-addresses to the address that these clients "
           "reach, and forward rtc.port, UDP and TCP");
    else
      warn("addresses",
           "the host has only loopback addresses: no other host can reach it",
           "connect the host to a network, or set rtc.announced-addresses");
  }

  void certificate() {
    if (!facts_.certificate) {
      if (only_loopback(settings_.http.listen_addresses))
        ok("certificate", "none; on loopback none is required");
      else
        warn("certificate",
             "none: browsers allow camera and microphone only on https pages",
             "set http.tls-certificate and http.tls-key, or put a TLS proxy "
             "in front");
      return;
    }
    if (const auto& x = *facts_.certificate; x)
      judge(*x);
    else
      wrong("certificate", x.error().message(),
            x.error() == net::tls_errc::bad_certificate
                ? "correct http.tls-certificate ("
                      + settings_.http.tls_certificate
                      + "), a PEM file that this user can read"
                : "correct http.tls-key (" + settings_.http.tls_key
                      + "), a PEM file with the key of that certificate that "
                        "this user can read");
    if (facts_.key_readable_by_all)
      warn("certificate", "all users of this host can read the private key",
           "chmod o= " + settings_.http.tls_key);
  }

  void judge(const net::certificate_facts& x) {
    auto names = x.names.empty() ? "no name" : join(x.names);
    if (x.not_after <= facts_.now)
      wrong("certificate", "expired on " + day_of(x.not_after),
            "renew it; the server loads the new one without a restart");
    else if (x.not_before > facts_.now)
      wrong("certificate", "not valid before " + day_of(x.not_before),
            "check the clock of this host, or wait until then");
    else if (x.names.empty())
      wrong("certificate", "it contains no host name",
            "get one that has the host's name as subject alternative name");
    else if (x.not_after - facts_.now < renewal_time)
      warn("certificate",
           "for " + names + ", expires soon, on " + day_of(x.not_after),
           "renew it; the server loads the new one without a restart");
    else if (x.self_signed)
      warn("certificate",
           "for " + names + ", self-signed: browsers show a warning",
           "get one from an authority that browsers trust");
    else
      ok("certificate", "for " + names + " until " + day_of(x.not_after));
  }

  void page() {
    const auto& root = settings_.http.static_root;
    if (root.empty())
      ok("page", "none is served");
    else if (facts_.has_page)
      ok("page", "from " + root);
    else
      warn("page", root + " has no index.html", std::string{page_remedy});
  }

  void clock() {
    if (std::chrono::system_clock::to_time_t(facts_.now)
        < this_software_is_younger)
      wrong("clock", "the clock of this host shows " + day_of(facts_.now),
            "set it, and synchronize it (timedatectl set-ntp true)");
    else if (facts_.clock_synchronized == false)
      warn("clock",
           "not synchronized: tokens and certificates are checked against it",
           "timedatectl set-ntp true");
    else
      ok("clock", facts_.clock_synchronized ? "synchronized" : "set");
  }

  void threads() {
    auto cores = static_cast<uint32_t>(std::max(1.0, std::ceil(facts_.cores)));
    const auto& x = settings_.threads;
    auto before = out_.size();
    if (x.scheduler > 2 * cores)
      warn("threads",
           "threads.scheduler is " + to_string(x.scheduler) + " on "
               + to_string(cores) + " cores",
           "set it to 0 (one for each core)");
    if (x.io > cores)
      warn("threads",
           "threads.io is " + to_string(x.io) + " on " + to_string(cores)
               + " cores",
           "set it to " + to_string(cores) + " or less");
    if (x.io > 1 && settings_.rtc.sockets < x.io)
      warn("threads",
           to_string(x.io) + " I/O threads, but rtc.sockets is "
               + to_string(settings_.rtc.sockets)
               + ": some threads never receive media",
           "set rtc.sockets to " + to_string(x.io));
    if (out_.size() == before)
      ok("threads", to_string(cores) + " cores usable");
  }

  void cpu() {
    if (!facts_.cpu_quota)
      ok("cpu", "no quota");
    else if (*facts_.cpu_quota < 1)
      warn("cpu",
           "the quota is " + one_digit(*facts_.cpu_quota)
               + " cores: when it is used up, all calls freeze",
           "raise the CPU quota of the container or unit to 1 or more");
    else
      ok("cpu", "the quota is " + one_digit(*facts_.cpu_quota) + " cores");
  }

  void memory() {
    out_.push_back(judge_memory(settings_, facts_.memory_limit));
  }

  void origins() {
    const auto& listed = settings_.http.allowed_origins;
    auto own = only_loopback(settings_.http.listen_addresses)
                   ? "the pages of this host"
                   : "the server's own pages";
    if (std::ranges::find(listed, "*") != listed.end())
      warn("origins", "the pages of every site may use the server",
           "list only trusted origins in http.allowed-origins");
    else
      ok("origins",
         std::string{own} + (listed.empty() ? "" : ", ") + join(listed));
  }

  void tokens() {
    if (settings_.auth.jwt.empty()) {
      if (only_loopback(settings_.http.listen_addresses))
        ok("tokens", "not required: only this host reaches the server");
      else
        warn("tokens",
             settings_.room.takeover == "proven"
                 ? "not required: every client that reaches the server may join"
                 : "not required: every client that reaches the server may "
                   "join, and may take over a member's id (room.takeover)",
             "set auth.jwt, and auth.jwt-secret-file or auth.jwt-key-file");
      return;
    }
    auto list = join(settings_.auth.jwt);
    if (!facts_.auth.failure.empty())
      wrong("tokens", facts_.auth.failure,
            "provide a valid key for " + list
                + " in a file that this user can read");
    else
      secret("tokens", facts_.auth, "required, signed by " + list);
    if (!settings_.auth.jwt_require_exp)
      warn("tokens", "tokens that never expire are accepted",
           "set auth.jwt-require-exp to true");
  }

  void admin() {
    if (settings_.admin.token_file.empty())
      ok("admin", "the admin API is disabled");
    else if (!facts_.admin.failure.empty())
      wrong("admin", facts_.admin.failure,
            make_secret(settings_.admin.token_file));
    else
      secret("admin", facts_.admin, "the admin API is enabled");
  }

  void secret(const std::string& topic, const secret_fact& x,
              std::string good) {
    if (!x.placeholder.empty())
      wrong(topic, "the secret is easy to guess", make_secret(x.placeholder));
    if (!x.exposed.empty())
      warn(topic, "all users of this host can read the secret",
           "chmod o= " + x.exposed);
    if (x.placeholder.empty() && x.exposed.empty())
      ok(topic, std::move(good));
  }

  void crypto() {
    if (facts_.srtp_available)
      ok("srtp", "uses " + facts_.srtp_backend);
    else
      wrong("srtp",
            settings_.rtc.srtp_backend + " is not available on this host",
            "set rtc.srtp-backend to auto");
  }

  void access() {
    for (const auto& text : settings_.metrics.allow)
      if (text.ends_with("/0"))
        return warn("metrics", "all hosts may read /metrics",
                    "list only your monitoring hosts in metrics.allow");
    ok("metrics", "/metrics may be read by " + join(settings_.metrics.allow));
  }

  const config& settings_;
  const doctor_facts& facts_;
  std::vector<finding> out_;
};

} // namespace

std::vector<finding> diagnose(const config& settings,
                              const doctor_facts& facts) {
  auto out = doctor{settings, facts}.examine();
  diagnose_plain_transports(settings, out);
  diagnose_forwards(settings, out);
  diagnose_ice_servers(settings, facts, out);
  diagnose_webhooks(settings, facts, out);
  diagnose_recordings(settings, facts, out);
  diagnose_cluster(settings.cluster, facts.cluster, facts.now, out);
  return out;
}

} // namespace troupe::actors
