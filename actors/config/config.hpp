#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// Everything an operator can set. Each member is one key, which is a flag
/// (`--rtc.port=44444`) and a line of the configuration file
/// (`rtc.port = 44444`); `conf/troupe.conf` explains each key.
struct config {
  struct http_keys {
    std::vector<std::string> listen_addresses{"0.0.0.0", "::"};
    uint16_t port = 3000;
    std::string static_root = "web/dist";
    std::string tls_certificate; // empty: plain http
    std::string tls_key;
    std::chrono::milliseconds tls_check_interval{2'000};
    std::vector<std::string> allowed_origins;
    std::vector<std::string> frame_ancestors;
    std::chrono::seconds hsts{15'552'000}; // 180 days
    uint32_t max_connections = 20'000;
    std::chrono::milliseconds ping_interval{25'000};
    std::chrono::milliseconds ping_timeout{20'000};
    std::chrono::milliseconds connect_timeout{5'000};
    uint32_t max_per_address = 10'000;
    uint32_t accept_rate = 2'000;                  // connections a second
    uint32_t address_rate = 400;                   // connections a second
    uint32_t message_rate = 200;                   // messages a second
    uint32_t address_message_rate = 20'000;        // messages a second
    uint32_t undelivered_limit = 64 * 1024 * 1024; // bytes
  } http;

  struct rtc_keys {
    std::vector<std::string> listen_addresses{"0.0.0.0", "::"};
    uint16_t port = 44'444;
    bool tcp = true;
    bool prefer_tcp = false;
    std::vector<std::string> announced_addresses;
    std::vector<std::string> ice_servers; // URLs
    std::string ice_secret_file;
    std::chrono::seconds ice_lifetime{86'400};
    std::string ice_username;
    std::string ice_credential_file;
    uint32_t sockets = 1;
    std::chrono::seconds consent_timeout{30};
    std::string srtp_backend = "auto";
    std::string sctp = "asked";
    uint32_t plain_transports = 0; // 0: none
    std::string plain_address = "127.0.0.1";
    std::vector<std::string> plain_destinations; // empty: from plain_address
    std::vector<std::string> plain_trusted{"127.0.0.0/8", "::1"};
    std::vector<std::string> forward_allow;    // empty: no forwards
    std::chrono::milliseconds report_wait{5};  // 0: none
    uint32_t receive_buffer = 4 * 1024 * 1024; // bytes
    uint32_t send_buffer = 4 * 1024 * 1024;    // bytes
  } rtc;

  struct room_keys {
    uint32_t max_members = 1'000;
    uint32_t max_producers = 16'000;
    uint32_t max_consumers = 1'000'000;
    uint32_t max_producers_per_peer = 16;
    uint32_t max_consumers_per_peer = 1'500;
    uint32_t max_transports_per_peer = 8;
    uint32_t max_data_producers = 16'000;
    uint32_t max_data_consumers = 1'000'000;
    uint32_t max_data_producers_per_peer = 64;
    uint32_t max_data_consumers_per_peer = 1'000;
    uint32_t max_waiting = 10'000;              // 0: no limit
    uint32_t max_waiting_per_session = 100;     // 0: no limit
    uint32_t max_waiting_per_address = 1'000;   // 0: no limit
    uint32_t max_app_data = 2 * 1024 * 1024;    // bytes
    uint32_t max_app_data_per_peer = 64 * 1024; // bytes
    std::chrono::seconds empty_timeout{300};
    std::chrono::seconds reconnect_grace{10};
    uint32_t max_lobby = 100; // clients in the lobby of one room
    std::chrono::seconds lobby_timeout{600};
    std::string takeover = "anyone"; // or "proven"
    uint32_t audio_top = 3;          // 0: all
    uint32_t audio_top_above = 250;
    uint32_t last_n = 0;          // 0: all
    uint32_t chat_history = 200;  // messages; 0: none
    uint32_t max_viewers = 1'000; // whep.max-viewers
  } room;

  struct data_keys {
    uint32_t buffer_limit = 8 * 1024 * 1024; // bytes
    std::chrono::seconds buffer_time{5};
  } data;

  struct auth_keys {
    std::vector<std::string> jwt; // hs256, rs256, es256; empty: no tokens
    std::string jwt_secret_file;
    std::string jwt_key_file;
    std::string jwt_issuer;
    std::string jwt_audience;
    std::chrono::seconds jwt_leeway{5};
    bool jwt_require_exp = false;
    std::string login_url; // empty: none
  } auth;

  struct admin_keys {
    std::string token_file; // empty: no admin API
  } admin;

  struct overload_keys {
    uint32_t cpu = 90;    // percent
    uint32_t memory = 90; // percent
    std::chrono::milliseconds delay{20};
    std::chrono::milliseconds shed_delay{40};
    std::chrono::milliseconds coalescing{10};
    std::chrono::milliseconds frame_hold{10};
    uint32_t last_n = 9;
    uint32_t speakers = 3;
    std::chrono::seconds max_wait{5};
    uint32_t max_waiting = 500; // newcomers
  } overload;

  struct cluster_keys {
    std::string name;               // empty: no cluster
    std::string node;               // empty: the host's name
    std::string listen;             // address and port
    std::vector<std::string> seeds; // host:port, dns:NAME:port
    std::string certificate;
    std::string key;
    std::string ca;
    std::string media_address; // empty: that of `listen`
    std::chrono::milliseconds heartbeat{500};
    std::chrono::milliseconds timeout{2'000};
    uint32_t max_nodes = 128;
    std::string public_url; // empty: unknown
  } cluster;

  struct webhook_keys {
    std::vector<std::string> urls; // empty: no webhooks
    std::string key;
    std::string secret_file;
    std::string ca;    // empty: the host's
    std::string spool; // directory; empty: none
    std::chrono::milliseconds timeout{5'000};
    uint32_t tries = 10;
    uint32_t parallel_rooms = 8;
    uint32_t max_events = 10'000; // of one receiver
  } webhooks;

  struct record_keys {
    std::string directory; // empty: nothing is recorded
    bool automatic = false;
    std::string consent = "notice";        // or "ask"
    uint64_t min_free = uint64_t{1} << 30; // octets
    uint64_t max_bytes = 0;                // of a recording; 0: no limit
    uint32_t keep_days = 0;                // 0: for ever
    std::string public_url;                // empty: the page's origin
    std::string secret_file;               // empty: a secret of its own
  } record;

  struct thread_keys {
    uint32_t scheduler = 0; // 0: one per core
    uint32_t io = 1;
  } threads;

  struct metrics_keys {
    std::vector<std::string> allow{"127.0.0.1", "::1"};
  } metrics;

  struct drain_keys {
    std::chrono::seconds limit{3'600};
  } drain;

  struct log_keys {
    std::string level = "info";
    std::string format = "line";
  } log;

  /// How long one actor waits for another's response.
  std::chrono::milliseconds request_timeout{5'000};
};

/// The command to run.
enum class command : uint8_t {
  /// Run the server.
  serve,
  /// Check the configuration and this host.
  doctor
};

/// The result of reading the command line: a configuration, or the text to
/// print and the exit code (`--help`, `--version` and every mistake).
struct config_outcome {
  std::optional<config> settings;
  command what = command::serve;
  std::string text;
  int exit_code = 0;
};

/// Reads flags and, if `--config-file` names one, a file; flags win. An unknown
/// key or a bad value yields one line that names it, and exit code 2.
config_outcome read_config(int argc, const char* const* argv);

} // namespace troupe::actors
