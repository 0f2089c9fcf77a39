#include "actors/config/config.hpp"

#include "actors/config/cluster_keys.hpp"
#include "actors/config/config_file.hpp"
#include "actors/config/option_table.hpp"
#include "actors/config/record_keys.hpp"
#include "actors/config/validators.hpp"
#include "actors/config/webhook_keys.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <span>

namespace troupe::actors {

namespace {

/// Declares each key once. The options refer to `out`, which must outlive the
/// parse.
class key_table : private option_table {
public:
  key_table(CLI::App& app, config& out) : option_table(app), out_(out) {
    add_http();
    add_http_limits();
    add_rtc();
    add_room();
    add_data();
    add_auth();
    add_overload();
    add_cluster_keys(*this, out_.cluster);
    add_webhook_keys(*this, out_.webhooks);
    add_record_keys(*this, out_.record);
    add_rest();
  }

  /// Copies values of types that CLI11 does not know, and checks conditions
  /// that concern more than one key.
  void finish() {
    assign_times();
    if (out_.http.tls_certificate.empty() != out_.http.tls_key.empty())
      throw CLI::ValidationError(
          "http.tls-certificate and http.tls-key must be set together");
    if (!out_.auth.login_url.empty() && out_.auth.jwt.empty())
      throw CLI::ValidationError("auth.login-url needs auth.jwt");
    if (auto fault = find_cluster_fault(out_.cluster))
      throw CLI::ValidationError(*fault);
    if (auto fault = find_webhook_fault(out_.webhooks))
      throw CLI::ValidationError(*fault);
    if (auto fault = find_record_fault(out_.record))
      throw CLI::ValidationError(*fault);
  }

private:
  void add_http();
  void add_http_limits();
  void add_rtc();
  void add_room();
  void add_data();
  void add_auth();
  void add_overload();
  void add_rest();

  config& out_;
};

void key_table::add_http() {
  auto& x = out_.http;
  add_list("http.listen-addresses", x.listen_addresses,
           "Addresses on which HTTP and WebSocket listen", ip_address());
  add_number("http.port", x.port, 0, 65535,
             "Port of HTTP, WebSocket and Socket.IO; 0 takes a free one");
  add_text("http.static-root", x.static_root,
           "Folder of the web page; empty serves none");
  add_text("http.tls-certificate", x.tls_certificate,
           "PEM file of the certificate and its chain; empty is plain http");
  add_text("http.tls-key", x.tls_key, "PEM file of its private key");
  add_time("http.tls-check-interval", x.tls_check_interval, 10, 3'600'000,
           "How often these files are checked for changes, ms");
  add_list("http.allowed-origins", x.allowed_origins,
           "Origins whose pages may use the server besides its own; * is all",
           page_origin());
  add_list("http.frame-ancestors", x.frame_ancestors,
           "Origins that may show the page in a frame besides its own; * is "
           "all",
           web_origin());
  add_time("http.hsts", x.hsts, 0, 63'072'000, "HSTS max-age, in seconds");
  add_number("http.max-connections", x.max_connections, 1, 1'000'000,
             "Maximum number of connections");
  add_time("http.ping-interval", x.ping_interval, 100, 600'000,
           "Engine.IO and WebSocket ping interval, ms");
  add_time("http.ping-timeout", x.ping_timeout, 100, 600'000,
           "Engine.IO and WebSocket ping timeout, ms");
}

void key_table::add_http_limits() {
  auto& x = out_.http;
  add_time("http.connect-timeout", x.connect_timeout, 100, 600'000,
           "How long a Socket.IO client may stay in no namespace, ms");
  add_number("http.max-per-address", x.max_per_address, 0, 1'000'000,
             "Maximum number of connections of one address; 0 is no limit");
  add_number("http.accept-rate", x.accept_rate, 0, 1'000'000,
             "New connections a second; more wait; 0 is no limit");
  add_number("http.address-rate", x.address_rate, 0, 1'000'000,
             "New connections a second of one address; 0 is no limit");
  add_number("http.message-rate", x.message_rate, 0, 1'000'000,
             "Messages a second of one connection; 0 is no limit");
  add_number("http.address-message-rate", x.address_message_rate, 0, 10'000'000,
             "Messages a second of one address; more wait; 0 is no limit");
  add_number("http.undelivered-limit", x.undelivered_limit, 1'048'576,
             4'294'967'295,
             "Bytes of messages that may wait for the server in all; beyond "
             "it, connections with a large backlog are not read");
}

void key_table::add_rtc() {
  auto& x = out_.rtc;
  add_list("rtc.listen-addresses", x.listen_addresses,
           "Addresses on which media listens, UDP and TCP", ip_address());
  add_number("rtc.port", x.port, 0, 65535,
             "Port of all media, UDP and TCP; 0 takes a free one");
  add_flag("rtc.tcp", x.tcp, "Offer ICE-TCP on the same port");
  add_flag("rtc.prefer-tcp", x.prefer_tcp, "Rank TCP candidates above UDP");
  add_list("rtc.announced-addresses", x.announced_addresses,
           "Addresses sent to clients instead of the interfaces' own",
           announced_address());
  add_list("rtc.ice-servers", x.ice_servers,
           "URLs of STUN and TURN servers for clients", ice_server_address());
  add_text("rtc.ice-secret-file", x.ice_secret_file,
           "File with the secret that these TURN servers share");
  add_time("rtc.ice-lifetime", x.ice_lifetime, 60, 2'592'000,
           "How long credentials made with that secret are valid, seconds");
  add_text("rtc.ice-username", x.ice_username,
           "Instead of a secret: the user name of all clients");
  add_text("rtc.ice-credential-file", x.ice_credential_file,
           "File with the password of that user name");
  add_number("rtc.sockets", x.sockets, 1, 64,
             "UDP sockets per address (SO_REUSEPORT)");
  add_time("rtc.report-wait", x.report_wait, 0, 20,
           "How long RTCP reports may wait to be read together, ms; 0 is off");
  add_time("rtc.consent-timeout", x.consent_timeout, 0, 60,
           "Seconds without a check until a transport is lost; 0 is never");
  add_choice("rtc.srtp-backend", x.srtp_backend,
             {"auto", "libsrtp2", "openssl", "ipsec-mb"},
             "auto, libsrtp2, openssl or ipsec-mb");
  add_choice("rtc.sctp", x.sctp, {"asked", "always", "off"},
             "Which transports carry data channels: asked, always or off");
  add_number("rtc.plain-transports", x.plain_transports, 0, 4'096,
             "Maximum number of transports for unencrypted RTP; 0 is none");
  add_text("rtc.plain-address", x.plain_address,
           "Address that receives their RTP, each on its own ports",
           ip_address());
  add_list("rtc.plain-destinations", x.plain_destinations,
           "Addresses and prefixes to which these transports may send",
           ip_prefix());
  add_list("rtc.plain-trusted", x.plain_trusted,
           "Destinations that need no proof by RTCP; or none",
           ip_prefix_or_none());
  add_list("rtc.forward-allow", x.forward_allow,
           "Addresses and prefixes that RTP may be forwarded to; empty is off",
           ip_prefix());
  add_number("rtc.receive-buffer", x.receive_buffer, 65'536, 1'073'741'824,
             "Socket receive buffer, bytes");
  add_number("rtc.send-buffer", x.send_buffer, 65'536, 1'073'741'824,
             "Socket send buffer, bytes");
}

void key_table::add_room() {
  auto& x = out_.room;
  add_number("room.max-members", x.max_members, 1, 1'000'000,
             "Maximum number of members of one room");
  add_number("room.max-producers", x.max_producers, 1, 10'000'000,
             "Maximum number of producers of one room");
  add_number("room.max-consumers", x.max_consumers, 1, 100'000'000,
             "Maximum number of consumers of one room");
  add_number("room.max-producers-per-peer", x.max_producers_per_peer, 1, 10'000,
             "Maximum number of producers of one peer");
  add_number("room.max-consumers-per-peer", x.max_consumers_per_peer, 1,
             100'000, "Maximum number of consumers of one peer");
  add_number("room.max-transports-per-peer", x.max_transports_per_peer, 1,
             1'000, "Maximum number of transports of one peer");
  add_number("room.max-data-producers", x.max_data_producers, 1, 10'000'000,
             "Maximum number of data producers of one room");
  add_number("room.max-data-consumers", x.max_data_consumers, 1, 100'000'000,
             "Maximum number of data consumers of one room");
  add_number("room.max-data-producers-per-peer", x.max_data_producers_per_peer,
             1, 10'000, "Maximum number of data producers of one peer");
  add_number("room.max-data-consumers-per-peer", x.max_data_consumers_per_peer,
             1, 100'000, "Maximum number of data consumers of one peer");
  add_number("room.max-waiting", x.max_waiting, 0, 1'000'000,
             "Maximum number of rooms without members; 0 is no limit");
  add_number("room.max-waiting-per-session", x.max_waiting_per_session, 0,
             1'000'000, "The same, of those that one session opened");
  add_number("room.max-waiting-per-address", x.max_waiting_per_address, 0,
             1'000'000,
             "The same, of those that clients of one address opened");
  add_number("room.max-app-data", x.max_app_data, 0, 1'073'741'824,
             "Bytes of appData of all producers of one room, without the "
             "first 1,024 of each peer");
  add_number("room.max-app-data-per-peer", x.max_app_data_per_peer, 2,
             16'777'216, "Bytes of appData of all producers of one peer");
  add_time("room.empty-timeout", x.empty_timeout, 1, 86'400,
           "How long an opened room stays open without members, seconds");
  add_time("room.reconnect-grace", x.reconnect_grace, 0, 3'600,
           "Seconds in which a lost member may reconnect; 0 is not at all");
  add_number("room.max-lobby", x.max_lobby, 1, 1'000,
             "Maximum number of clients that wait in the lobby of one room");
  add_time("room.lobby-timeout", x.lobby_timeout, 1, 86'400,
           "How long a client waits in a lobby, seconds");
  add_choice("room.takeover", x.takeover, {"anyone", "proven"},
             "Clients that may take over a member's id: anyone or proven");
  add_number("room.audio-top", x.audio_top, 0, 1'000,
             "How many audio streams are forwarded, the loudest; 0 is all");
  add_number("room.audio-top-above", x.audio_top_above, 0, 1'000'000,
             "Rooms with at most this many members forward all audio streams");
  add_number("room.last-n", x.last_n, 0, 65'535,
             "Video of the last N speakers is forwarded; 0 is all");
  add_number("room.chat-history", x.chat_history, 0, 1'000,
             "Chat messages kept in memory for later members; 0 is none");
  add_number("whep.max-viewers", x.max_viewers, 0, 1'000'000,
             "Maximum number of WHEP viewers of one room");
}

void key_table::add_data() {
  auto& x = out_.data;
  add_number("data.buffer-limit", x.buffer_limit, 262'144, 1'073'741'824,
             "Bytes that may be queued for a slow data consumer");
  add_time("data.buffer-time", x.buffer_time, 0, 600,
           "Seconds for which up to twice as many may be queued");
}

void key_table::add_auth() {
  auto& x = out_.auth;
  add_list(
      "auth.jwt", x.jwt,
      "Signature algorithms of tokens: hs256, rs256, es256; without any, all "
      "clients may join",
      CLI::IsMember({"hs256", "rs256", "es256"}));
  add_text("auth.jwt-secret-file", x.jwt_secret_file,
           "File with the secret of hs256");
  add_text("auth.jwt-key-file", x.jwt_key_file,
           "File with the public keys of rs256 and es256, PEM");
  add_text("auth.jwt-issuer", x.jwt_issuer, "Required issuer (iss) of tokens");
  add_text("auth.jwt-audience", x.jwt_audience,
           "Required audience (aud) of tokens");
  add_time("auth.jwt-leeway", x.jwt_leeway, 0, 3'600,
           "Tolerated difference to the clocks of issuers, seconds");
  add_flag("auth.jwt-require-exp", x.jwt_require_exp,
           "Refuse tokens that never expire");
  add_text("auth.login-url", x.login_url,
           "Where people without a valid token sign in; empty is nowhere",
           login_address());
  add_text(
      "admin.token-file", out_.admin.token_file,
      "File with the bearer token of the admin API; empty disables the API");
}

void key_table::add_overload() {
  auto& x = out_.overload;
  add_number(
      "overload.cpu", x.cpu, 0, 100,
      "Share of the CPU above which newcomers are refused, percent; 0 is "
      "never");
  add_number(
      "overload.memory", x.memory, 0, 100,
      "Share of the memory above which newcomers are refused, percent; 0 "
      "is never");
  add_time("overload.delay", x.delay, 0, 10'000,
           "Newcomers are refused if packets wait longer than this, ms; 0 is "
           "never");
  add_time("overload.shed-delay", x.shed_delay, 0, 10'000,
           "Video is shed if packets wait longer than this, ms; 0 is never");
  add_time("overload.coalescing", x.coalescing, 0, 20,
           "How long packets may wait to be sent together at full load, ms");
  add_time("overload.frame-hold", x.frame_hold, 0, 20,
           "How long the first packets of a frame may wait for its last, ms");
  add_number(
      "overload.last-n", x.last_n, 0, 65'535,
      "Members whose video remains when it is shed: the last N speakers");
  add_number("overload.speakers", x.speakers, 0, 65'535,
             "Members whose video remains after that: the N loudest speakers");
  add_time("overload.max-wait", x.max_wait, 0, 30,
           "How long newcomers wait in line before they are refused, seconds");
  add_number("overload.max-waiting", x.max_waiting, 1, 10'000,
             "Maximum number of newcomers that wait in line");
}

void key_table::add_rest() {
  add_number("threads.scheduler", out_.threads.scheduler, 0, 1'024,
             "Threads that run actors; 0 is one per core");
  add_number("threads.io", out_.threads.io, 1, 64,
             "Threads that handle sockets");
  add_list("metrics.allow", out_.metrics.allow,
           "Addresses and prefixes that may read /metrics", ip_prefix());
  add_time("drain.limit", out_.drain.limit, 0, 604'800,
           "How long a draining server waits for its rooms to empty, seconds");
  add_choice("log.level", out_.log.level,
             {"trace", "debug", "info", "warn", "error", "off"},
             "trace, debug, info, warn, error or off");
  add_choice("log.format", out_.log.format, {"line", "json"}, "line or json");
  add_time("request-timeout", out_.request_timeout, 100, 60'000,
           "How long the server may take to answer a request, ms");
}

/// CLI11's message in one line.
std::string one_line(std::string text) {
  for (auto& c : text)
    if (c == '\n')
      c = ' ';
  while (!text.empty() && text.back() == ' ')
    text.pop_back();
  return text;
}

/// The arguments in reverse order, as CLI11 wants them. It takes what follows
/// `--key=` for the value, so an empty value becomes an argument of its own.
std::vector<std::string> to_arguments(int argc, const char* const* argv) {
  std::vector<std::string> out;
  for (int i = argc - 1; i > 0; --i) {
    std::string text = argv[i];
    if (text.starts_with("--") && text.find('=') == text.size() - 1) {
      out.emplace_back();
      text.pop_back();
    }
    out.push_back(std::move(text));
  }
  return out;
}

/// Whether the key is set on the command line.
bool is_given(const std::string& key, std::span<const char* const> words) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    return word == "--" + key || word.starts_with("--" + key + "=");
  });
}

/// CLI11's message about a value, with file and line if a file sets it.
std::string explain(const CLI::Error& error, const config_file_reader& file,
                    std::span<const char* const> words) {
  auto text = one_line(error.what());
  // CLI11 names the flag even if a line of the file sets the value.
  auto dashes = text.starts_with("--") ? 0 : text.find(" --");
  if (dashes == std::string::npos)
    return text;
  auto begin = text.find("--", dashes) + 2;
  auto key = text.substr(begin, text.find_first_of(": ", begin) - begin);
  if (text.find(": At Most 1 required") != std::string::npos)
    text = "--" + key + ": only one value is allowed";
  auto location = file.location_of(key);
  if (location.empty() || is_given(key, words))
    return text;
  text.erase(text.find("--" + key), 2);
  return location + ": " + text;
}

} // namespace

config_outcome read_config(int argc, const char* const* argv) {
  config settings;
  CLI::App app{"Troupe: a conferencing server (SFU) with its signaling inside",
               "troupe"};
  app.set_version_flag("--version", TROUPE_VERSION);
  app.set_config("--config-file", "",
                 "Configuration file with lines of key = value");
  auto file = std::make_shared<config_file_reader>(app);
  app.config_formatter(file);
  app.allow_config_extras(false);
  auto* doctor = app.add_subcommand(
      "doctor", "Reports problems of the configuration and of this host");
  doctor->fallthrough();
  app.footer(
      "troupe drain [--wait] [PID] drains a running server and ends it.");
  key_table keys{app, settings};
  config_outcome outcome;
  try {
    app.parse(to_arguments(argc, argv));
    keys.finish();
    outcome.settings = std::move(settings);
    outcome.what = doctor->parsed() ? command::doctor : command::serve;
  } catch (const CLI::CallForHelp&) {
    outcome.text = app.help();
  } catch (const CLI::CallForVersion&) {
    outcome.text = std::string{TROUPE_VERSION} + "\n";
  } catch (const CLI::Error& error) {
    std::span words{argv, static_cast<size_t>(argc)};
    outcome.text = "troupe: " + explain(error, *file, words) + "\n";
    outcome.exit_code = 2;
  }
  return outcome;
}

} // namespace troupe::actors
