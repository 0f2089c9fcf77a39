#pragma once

#include "actors/config/config.hpp"
#include "actors/node/doctor_cluster.hpp"
#include "net/base/transport_tuple.hpp"
#include "net/io/http/tls_context.hpp"
#include "net/io/http_client/http_client.hpp"
#include "net/io/process/ice_server_probe.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// `troupe doctor`: reports what is wrong with a configuration on this host
/// before clients notice.
namespace troupe::actors {

/// Whether a port that the server needs can be bound.
struct port_fact {
  std::string key; // "http.port", "rtc.port" or "cluster.listen"
  net::transport_protocol protocol = net::transport_protocol::tcp;
  net::socket_address address;
  std::error_code failure;
};

/// Problems of a secret and its file.
struct secret_fact {
  /// Why it cannot be used; empty if it can.
  std::string failure;
  /// The file, if all users of this host can read it.
  std::string exposed;
  /// The file, if its secret is a placeholder.
  std::string placeholder;
};

/// What a check of a STUN or TURN server for clients has found.
struct ice_server_fact {
  net::ice_server_url url;
  net::ice_probe probe;
};

/// What a connection to a receiver of webhooks has shown.
struct webhook_fact {
  std::string url;
  net::http_answer probe;
};

/// Where recordings go.
struct recording_disk_fact {
  bool exists = false;
  bool writable = false;
  uint64_t free = 0;  // octets
  secret_fact secret; // of links to recordings
};

/// Facts about the host on which the doctor bases its findings.
struct doctor_facts {
  std::vector<port_fact> ports;
  /// Nothing: no limit.
  std::optional<uint64_t> max_files;
  /// net.core.rmem_max and wmem_max; nothing where they cannot be read.
  std::optional<uint64_t> max_receive_buffer;
  std::optional<uint64_t> max_send_buffer;
  /// Addresses of the interfaces, without link-local ones.
  std::vector<net::socket_address> addresses;
  /// Set if the configuration names a certificate.
  std::optional<net::result<net::certificate_facts>> certificate;
  bool key_readable_by_all = false;
  std::chrono::system_clock::time_point now;
  std::optional<bool> clock_synchronized;
  double cores = 1;
  /// Limits of the control group; nothing without a limit.
  std::optional<double> cpu_quota;
  std::optional<uint64_t> memory_limit; // bytes
  secret_fact auth;                     // the keys for clients' tokens
  secret_fact admin;                    // the token of the admin API
  secret_fact ice;                      // the credentials of TURN servers
  std::vector<ice_server_fact> ice_servers;
  secret_fact webhook_secret;
  std::vector<webhook_fact> webhooks;
  bool webhook_spool_writable = true;
  /// Set if the configuration names a directory for recordings.
  std::optional<recording_disk_fact> recordings;
  bool srtp_available = true;
  std::string srtp_backend; // the one to be used
  bool has_page = true;
  /// Set if the configuration names a cluster.
  std::optional<cluster_facts> cluster;
};

/// The severity of a finding.
enum class verdict : uint8_t { ok, warning, wrong };

/// One line of the report: a fact and, if it is bad, the remedy.
struct finding {
  verdict how = verdict::ok;
  std::string topic;
  std::string what;
  std::string remedy;
};

/// Adds the findings on forwards; nothing if these are disabled.
void diagnose_forwards(const config& settings, std::vector<finding>& out);

/// Adds the findings on plain transports; nothing if these are disabled.
void diagnose_plain_transports(const config& settings,
                               std::vector<finding>& out);

/// Adds the findings on STUN and TURN servers; nothing if there are none.
void diagnose_ice_servers(const config& settings, const doctor_facts& facts,
                          std::vector<finding>& out);

/// Adds the findings on webhooks; nothing if there are none.
void diagnose_webhooks(const config& settings, const doctor_facts& facts,
                       std::vector<finding>& out);

/// Adds the findings on recordings; nothing if there are none.
void diagnose_recordings(const config& settings, const doctor_facts& facts,
                         std::vector<finding>& out);

/// Judges the facts. Every topic has at least one finding.
std::vector<finding> diagnose(const config& settings,
                              const doctor_facts& facts);

/// The findings as text, one line each.
std::string to_report(const std::vector<finding>& findings);

/// 1 if any finding is `wrong`, otherwise 0: warnings do not count.
int exit_code_of(const std::vector<finding>& findings);

/// The day of a time, in UTC: "2026-11-23".
std::string day_of(std::chrono::system_clock::time_point x);

/// Whether only private networks reach the address: those of RFC 1918, RFC 4193
/// and RFC 6598, and IPv4's link-local ones.
bool is_private(const net::socket_address& x);

/// Whether a secret looks like the placeholder of an example: "change-me" and
/// the like, or with too few different octets to be random.
bool is_placeholder(std::string_view secret);

/// Collects the facts of this host.
doctor_facts gather_facts(const config& settings);

} // namespace troupe::actors
