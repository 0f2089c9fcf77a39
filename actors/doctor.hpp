#pragma once

#include "actors/config.hpp"
#include "net/io/tls_context.hpp"
#include "net/transport_tuple.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// `troupe doctor`: says what is wrong with a configuration on this host
/// before clients do.
namespace troupe::actors {

/// Whether a port that the server wants can be had.
struct port_fact {
  std::string key; // "http.port" or "rtc.port"
  net::transport_protocol protocol = net::transport_protocol::tcp;
  net::socket_address address;
  std::error_code failure;
};

/// What may be wrong with a secret and its file.
struct secret_fact {
  /// Why it cannot be used; empty where it can.
  std::string failure;
  /// The file, if everybody on this host can read it.
  std::string exposed;
  /// The file, if its secret was meant to be replaced.
  std::string placeholder;
};

/// What the doctor needs to know of the host.
struct doctor_facts {
  std::vector<port_fact> ports;
  /// Nothing: no limit.
  std::optional<uint64_t> max_files;
  /// net.core.rmem_max and wmem_max; nothing where they cannot be read.
  std::optional<uint64_t> max_receive_buffer;
  std::optional<uint64_t> max_send_buffer;
  /// Those of the interfaces, without link-local ones.
  std::vector<net::socket_address> addresses;
  /// Where the configuration names a certificate.
  std::optional<net::result<net::certificate_facts>> certificate;
  bool key_readable_by_all = false;
  std::chrono::system_clock::time_point now;
  std::optional<bool> clock_synchronized;
  double cores = 1;
  /// What a control group leaves the server; nothing without a limit.
  std::optional<double> cpu_quota;
  std::optional<uint64_t> memory_limit; // bytes
  secret_fact auth;                     // the keys for clients' tokens
  secret_fact admin;                    // the token of the admin API
  bool srtp_available = true;
  std::string srtp_backend; // that would be used
  bool has_page = true;
};

/// How bad a finding is.
enum class verdict : uint8_t { ok, warning, wrong };

/// One line of the doctor's: what is so and, if that is not good, what to do.
struct finding {
  verdict how = verdict::ok;
  std::string topic;
  std::string what;
  std::string remedy;
};

/// Adds what is to be said of plain transports: nothing where there are none.
void diagnose_plain_transports(const config& settings,
                               std::vector<finding>& out);

/// Judges the facts. Every topic has at least one finding.
std::vector<finding> diagnose(const config& settings,
                              const doctor_facts& facts);

/// The findings, each in one line.
std::string to_report(const std::vector<finding>& findings);

/// 1 where anything is wrong, otherwise 0: warnings are no mistakes.
int exit_code_of(const std::vector<finding>& findings);

/// Whether a secret looks like what an example has in its place: "change-me"
/// and the like, or too few different octets to be drawn by lot.
bool is_placeholder(std::string_view secret);

/// Looks around on this host.
doctor_facts gather_facts(const config& settings);

} // namespace troupe::actors
