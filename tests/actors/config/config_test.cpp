#include "actors/config/config.hpp"
#include "actors/config/login_url.hpp"
#include "actors/config/net_settings.hpp"
#include "actors/session/authenticator.hpp"
#include "tests/support/source_tree.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

using troupe::actors::config;
using troupe::actors::config_outcome;

namespace {

config_outcome read(std::vector<std::string> arguments) {
  std::vector<const char*> argv{"troupe"};
  for (const auto& x : arguments)
    argv.push_back(x.c_str());
  return troupe::actors::read_config(static_cast<int>(argv.size()),
                                     argv.data());
}

/// A configuration file that exists as long as this object.
class temporary_file {
public:
  explicit temporary_file(const std::string& text) {
    char name[] = "/tmp/troupe_config_XXXXXX";
    auto fd = mkstemp(name);
    REQUIRE(fd >= 0);
    path_ = name;
    std::ofstream{path_} << text;
    fclose(fdopen(fd, "r"));
  }

  ~temporary_file() {
    std::filesystem::remove(path_);
  }

  std::string flag() const {
    return "--config-file=" + path_;
  }

private:
  std::string path_;
};

std::string slurp(const std::string& path) {
  std::ifstream in{path};
  REQUIRE(in.good());
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// "0.0.0.0,::" for `[0.0.0.0,::]`, `["0.0.0.0","::"]` and the like.
std::string plain(std::string text) {
  std::erase_if(text, [](char c) {
    return c == '[' || c == ']' || c == '"' || c == ' ';
  });
  return text;
}

using key_map = std::map<std::string, std::string>;

/// The keys of `--help` with their defaults, from lines such as
/// `  --rtc.port UINT:UINT in [0 - 65535]=44444  Port of all media, UDP and
/// TCP`.
key_map keys_of_help() {
  key_map out;
  auto help = read({"--help"});
  CHECK(help.exit_code == 0);
  std::istringstream lines{help.text};
  for (std::string line; std::getline(lines, line);) {
    auto begin = line.find("  --");
    auto end = line.find(' ', 4);
    if (begin != 0 || end == std::string::npos)
      continue;
    auto key = line.substr(4, end - 4);
    if (key == "version" || key == "config-file")
      continue;
    auto equals = std::min(line.find('=', end), line.size() - 1);
    auto rest = line.substr(equals + 1);
    auto shown = plain(rest.substr(0, rest.find(' ')));
    if (line.find(" BOOLEAN", end) == end)
      shown = shown == "1" || shown == "true" ? "true" : "false";
    out[key] = shown;
  }
  return out;
}

/// The keys of the file with their defaults. A key that only a comment shows
/// (`# key = x`) has the default "not set".
key_map keys_of_file(const std::string& path) {
  key_map out;
  std::istringstream lines{slurp(path)};
  for (std::string line; std::getline(lines, line);) {
    bool comment = line.starts_with("# ");
    if (comment)
      line.erase(0, 2);
    auto equals = line.find(" = ");
    auto key = line.substr(0, equals);
    if (equals == std::string::npos || key.find(' ') != std::string::npos)
      continue;
    out[key] = comment ? std::string{} : plain(line.substr(equals + 3));
  }
  return out;
}

} // namespace

TEST_CASE("without arguments every key has its default") {
  auto outcome = read({});
  REQUIRE(outcome.settings);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.settings->http.port == config{}.http.port);
  CHECK(outcome.settings->http.ping_interval == config{}.http.ping_interval);
  CHECK(outcome.settings->rtc.port == config{}.rtc.port);
  CHECK(outcome.settings->rtc.announced_addresses.empty());
  CHECK(outcome.settings->request_timeout == config{}.request_timeout);
}

TEST_CASE("a flag sets its key") {
  auto outcome =
      read({"--rtc.port=5004", "--http.ping-interval=1500", "--rtc.tcp=false",
            "--rtc.announced-addresses=203.0.113.7,2001:db8::1",
            "--rtc.consent-timeout=0", "--log.format=json",
            "--room.max-members=3", "--room.takeover=proven",
            "--room.max-lobby=5", "--room.lobby-timeout=60"});
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  const auto& x = *outcome.settings;
  CHECK(x.rtc.port == 5004);
  CHECK(x.http.ping_interval == std::chrono::milliseconds{1500});
  CHECK_FALSE(x.rtc.tcp);
  CHECK(x.rtc.announced_addresses
        == std::vector<std::string>{"203.0.113.7", "2001:db8::1"});
  CHECK(x.rtc.consent_timeout == std::chrono::seconds{0});
  CHECK(x.log.format == "json");
  CHECK(x.room.max_members == 3);
  CHECK(x.room.takeover == "proven");
  CHECK(x.room.max_lobby == 5);
  CHECK(x.room.lobby_timeout == std::chrono::seconds{60});
}

TEST_CASE("a file sets its keys and a flag wins over it") {
  temporary_file file{"# a comment\n"
                      "rtc.port = 5006\n"
                      "http.port = 8080\n"
                      "rtc.listen-addresses = 127.0.0.1,::1\n"
                      "rtc.prefer-tcp = true\n"};
  auto outcome = read({file.flag(), "--http.port=9090"});
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  const auto& x = *outcome.settings;
  CHECK(x.rtc.port == 5006);
  CHECK(x.http.port == 9090);
  CHECK(x.rtc.listen_addresses == std::vector<std::string>{"127.0.0.1", "::1"});
  CHECK(x.rtc.prefer_tcp);
}

TEST_CASE("`doctor` takes the same keys, before or after its name") {
  using troupe::actors::command;
  CHECK(read({}).what == command::serve);
  for (const auto& outcome : {read({"doctor", "--rtc.port=5004"}),
                              read({"--rtc.port=5004", "doctor"})}) {
    REQUIRE_MESSAGE(outcome.settings, outcome.text);
    CHECK(outcome.what == command::doctor);
    CHECK(outcome.settings->rtc.port == 5004);
  }
  CHECK_FALSE(read({"doctor", "--rtc.port=none"}).settings);
  CHECK_FALSE(read({"nurse"}).settings);
}

TEST_CASE("a value may be empty, also that of the last flag") {
  for (auto arguments : {std::vector<std::string>{"--http.static-root="},
                         {"--http.static-root=", "--http.port=9090"},
                         {"--http.port=9090", "--http.static-root="}}) {
    auto outcome = read(arguments);
    REQUIRE_MESSAGE(outcome.settings, outcome.text);
    CHECK(outcome.settings->http.static_root.empty());
    if (arguments.size() > 1)
      CHECK(outcome.settings->http.port == 9090);
  }
  CHECK_FALSE(read({"--http.port="}).settings);
}

TEST_CASE("the configured rate and connection limits reach the HTTP server") {
  auto outcome = read({"--http.max-per-address=7", "--http.message-rate=3",
                       "--http.address-rate=4", "--http.accept-rate=5",
                       "--http.address-message-rate=0"});
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  auto server = troupe::actors::to_http_server(outcome.settings->http);
  CHECK(server.limits.max_per_address == 7);
  CHECK(server.message_rate == 3);
  CHECK(server.message_burst == 30);
  CHECK(server.limits.address_rate == 4);
  CHECK(server.accept_rate == 5);
  CHECK(server.limits.address_message_rate == 0);
}

TEST_CASE("an error on the command line is one line that names the key") {
  for (std::string text :
       {"--rtc.port=65536", "--rtc.port=-1", "--rtc.port=many",
        "--rtc.listen-addresses=nowhere", "--http.max-connections=0",
        "--rtc.srtp-backend=rot13", "--log.level=loud", "--log.format=xml",
        "--http.ping-interval=1", "--room.max-members=0", "--rtc.tcp=perhaps",
        "--room.takeover=nobody", "--request-timeout=0", "--no-such-key=1",
        "--http.prt=80"}) {
    CAPTURE(text);
    auto outcome = read({text});
    CAPTURE(outcome.text);
    CHECK_FALSE(outcome.settings);
    CHECK(outcome.exit_code == 2);
    auto key = text.substr(2, text.find('=') - 2);
    CHECK(outcome.text.find(key) != std::string::npos);
    CHECK(outcome.text.find('\n') == outcome.text.size() - 1);
  }
}

TEST_CASE("an error in the file is one line that names the key") {
  for (std::string text :
       {"rtc.port = 65536", "rtc.listen-addresses = nowhere", "rtc.prt = 44444",
        "log.level = loud", "no-such-key = 1", "room.max-members = none"}) {
    CAPTURE(text);
    temporary_file file{text + "\n"};
    auto outcome = read({file.flag()});
    CAPTURE(outcome.text);
    CHECK_FALSE(outcome.settings);
    CHECK(outcome.exit_code == 2);
    auto key = text.substr(0, text.find(' '));
    CHECK(outcome.text.find(key) != std::string::npos);
    CHECK(outcome.text.find('\n') == outcome.text.size() - 1);
  }
}

TEST_CASE("an error in the file is reported with its line number") {
  auto rejects = [](const std::string& text, const std::string& line,
                    const std::string& what,
                    std::vector<std::string> flags = {}) {
    CAPTURE(text);
    temporary_file file{text};
    flags.push_back(file.flag());
    auto outcome = read(flags);
    CAPTURE(outcome.text);
    CHECK_FALSE(outcome.settings);
    CHECK(outcome.exit_code == 2);
    auto place = file.flag().substr(file.flag().find('=') + 1) + ":" + line;
    if (!line.empty())
      CHECK(outcome.text.starts_with("troupe: " + place + ": "));
    CHECK(outcome.text.find(what) != std::string::npos);
    CHECK(outcome.text.find('\n') == outcome.text.size() - 1);
  };
  rejects("# a\nhttp.port = 1\nhttp.port = 2\n", "3", "http.port is set twice");
  rejects("http.port = 1\nrtc.port = 4\nhttp.port = 1\n", "3", "in line 1");
  rejects("\n[http]\nport = 3000\n", "2", "sections such as [http]");
  rejects("rtc.port = 1\nrtc.prt = 2\n", "2", "unknown key rtc.prt");
  rejects("config-file = a\n", "1", "unknown key config-file");
  rejects("http.port\n", "1", "key = value");
  rejects("\nrtc.port = 65536\n", "2", ": rtc.port: ");
  rejects("\nrtc.port =\n", "2", "the value is empty");
  rejects("http.port = 1,2\n", "1", "http.port: only one value");
  rejects("rtc.tcp = perhaps\n", "1", "rtc.tcp");
  rejects("rtc.port = 5\n", "", "troupe: --rtc.port: ", {"--rtc.port=65536"});
}

TEST_CASE("a configuration file may begin with a byte order mark") {
  temporary_file file{"\xef\xbb\xbfrtc.port = 5004\n"};
  auto outcome = read({file.flag()});
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  CHECK(outcome.settings->rtc.port == 5004);
}

TEST_CASE("a list in the file may span several lines") {
  temporary_file file{"metrics.allow = [127.0.0.1,\n  ::1]\nrtc.port = 5004\n"};
  auto outcome = read({file.flag()});
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  CHECK(outcome.settings->metrics.allow.size() == 2);
  CHECK(outcome.settings->rtc.port == 5004);
}

TEST_CASE("an error in a flag is reported in plain words") {
  for (auto [flags, what] :
       std::initializer_list<std::pair<std::vector<std::string>, std::string>>{
           {{"--rtc.port="}, "--rtc.port: the value is empty"},
           {{"--log.level="}, "--log.level: the value is empty"},
           {{"--rtc.listen-addresses="},
            "--rtc.listen-addresses: the value is empty"},
           {{"--http.port=1", "--http.port=2"}, "--http.port: only one value"},
           {{"--rtc.announced-addresses=0.0.0.0"},
            "cannot announce 0.0.0.0: it is unspecified"},
           {{"--rtc.announced-addresses=203.0.113.7,::"},
            "cannot announce ::: it is unspecified"}}) {
    auto outcome = read(flags);
    CAPTURE(outcome.text);
    CHECK_FALSE(outcome.settings);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.text.find(what) != std::string::npos);
  }
}

TEST_CASE("STUN and TURN servers are named by the URLs of their RFCs") {
  auto outcome = read({"--rtc.ice-servers=stun:a.example,turns:b.example:443"
                       "?transport=tcp",
                       "--rtc.ice-secret-file=f", "--rtc.ice-lifetime=3600"});
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  const auto& x = outcome.settings->rtc;
  CHECK(x.ice_servers
        == std::vector<std::string>{"stun:a.example",
                                    "turns:b.example:443?transport=tcp"});
  CHECK(x.ice_secret_file == "f");
  CHECK(x.ice_lifetime == std::chrono::hours{1});
  CHECK(config{}.rtc.ice_lifetime == std::chrono::hours{24});
  temporary_file file{
      "rtc.ice-servers = turns:b.example:443?transport=tcp, stun:[::1]:9\n"};
  outcome = read({file.flag()});
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  CHECK(outcome.settings->rtc.ice_servers
        == std::vector<std::string>{"turns:b.example:443?transport=tcp",
                                    "stun:[::1]:9"});
  const std::pair<std::string, std::string> faults[]{
      {"https://a.example", "stun:, turn: or turns:"},
      {"turn://a.example", "without //"},
      {"turn:a.example:0", "1 to 65535"},
      {"turns:a.example?transport=udp", "DTLS"}};
  for (const auto& fault : faults) {
    outcome = read({"--rtc.ice-servers=" + fault.first});
    CAPTURE(outcome.text);
    CHECK_FALSE(outcome.settings);
    CHECK(outcome.text.find("rtc.ice-servers") != std::string::npos);
    CHECK(outcome.text.find(fault.second) != std::string::npos);
  }
}

TEST_CASE("the address of a sign-in is https, or http on this host") {
  using troupe::actors::find_login_url_fault;
  for (std::string good :
       {"https://login.example.org", "https://login.example.org/troupe?a=b",
        "https://[2001:db8::1]:8443/", "http://localhost:8080/in",
        "http://127.0.0.1:9000", "http://[::1]/"}) {
    CAPTURE(good);
    CHECK(find_login_url_fault(good).empty());
    auto outcome = read({"--auth.jwt=hs256", "--auth.login-url=" + good});
    REQUIRE_MESSAGE(outcome.settings, outcome.text);
    CHECK(outcome.settings->auth.login_url == good);
  }
  for (std::string bad :
       {"login.example.org", "http://login.example.org", "javascript:alert(1)",
        "//login.example.org", "https://", "https://:8443", "https:///path",
        "https://ann@login.example.org", "https://login.example.org/#token",
        "https://login.example.org/a b", "https://login.example.org/\"",
        "http://localhost.example.org", "http://localhost@example.org",
        "HTTPS://login.example.org"}) {
    CAPTURE(bad);
    CHECK_FALSE(find_login_url_fault(bad).empty());
    auto outcome = read({"--auth.jwt=hs256", "--auth.login-url=" + bad});
    CHECK_FALSE(outcome.settings);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.text.find("auth.login-url") != std::string::npos);
    CHECK(outcome.text.find('\n') == outcome.text.size() - 1);
  }
  CHECK_FALSE(
      find_login_url_fault("https://x/" + std::string(1024, 'x')).empty());
}

TEST_CASE("an address of a sign-in without tokens prevents the start") {
  CHECK(read({}).settings->auth.login_url.empty());
  CHECK(read({"--auth.login-url="}).settings);
  auto outcome = read({"--auth.login-url=https://login.example.org"});
  CHECK_FALSE(outcome.settings);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.text.find("auth.login-url needs auth.jwt")
        != std::string::npos);
}

TEST_CASE("an allowed origin has the form that browsers send") {
  for (std::string good :
       {"https://meet.example.org", "http://localhost:8080", "http://[::1]:80",
        "capacitor://localhost", "file://", "null",
        "https://a.example,https://b.example", "*", "http://localhost:*"}) {
    auto outcome = read({"--http.allowed-origins=" + good});
    CHECK_MESSAGE(outcome.settings, outcome.text);
  }
  for (std::string bad :
       {"foo", "meet.example.org", "https://", "https://a.example/",
        "https://A.example", "**", "https://*.example", "://a",
        "https://a.example:*:*", ""}) {
    CAPTURE(bad);
    auto outcome = read({"--http.allowed-origins=" + bad});
    CHECK_FALSE(outcome.settings);
    if (!bad.empty())
      CHECK(outcome.text.find("https://meet.example.org") != std::string::npos);
  }
}

TEST_CASE("the configuration names the origins that may embed the page") {
  for (std::string good : {"https://portal.example", "*", "http://a.example:*",
                           "https://a.example,https://b.example:8443"}) {
    auto outcome = read({"--http.frame-ancestors=" + good});
    CHECK_MESSAGE(outcome.settings, outcome.text);
  }
  // A character that would end the directive and begin another.
  for (std::string bad :
       {"https://a.example;script-src", "https://a.example 'none'", "'self'",
        "null", "file://", "capacitor://localhost", "a.example"})
    CHECK_MESSAGE(!read({"--http.frame-ancestors=" + bad}).settings, bad);
}

TEST_CASE(
    "the configuration tells whether only the server's host can reach it") {
  using troupe::actors::to_http_server;
  config::http_keys keys;
  CHECK_FALSE(to_http_server(keys).local_only);
  keys.listen_addresses = {"127.0.0.1", "::1"};
  CHECK(to_http_server(keys).local_only);
  keys.listen_addresses = {"127.0.0.1", "192.0.2.1"};
  CHECK_FALSE(to_http_server(keys).local_only);
}

TEST_CASE("a certificate without its key, or the reverse, prevents the start") {
  for (std::string text : {"--http.tls-key=k", "--http.tls-certificate=c"}) {
    auto outcome = read({text});
    CHECK_FALSE(outcome.settings);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.text.find("set together") != std::string::npos);
  }
  CHECK(read({"--http.tls-key=k", "--http.tls-certificate=c"}).settings);
}

TEST_CASE("a missing configuration file prevents the start") {
  auto outcome = read({"--config-file=/nonexistent/troupe.conf"});
  CHECK_FALSE(outcome.settings);
  CHECK(outcome.exit_code == 2);
}

TEST_CASE("help and version are not errors") {
  auto help = read({"--help"});
  CHECK_FALSE(help.settings);
  CHECK(help.exit_code == 0);
  auto version = read({"--version"});
  CHECK_FALSE(version.settings);
  CHECK(version.exit_code == 0);
  CHECK(version.text.find('.') != std::string::npos);
}

TEST_CASE("the configuration files shipped with the server are valid") {
  for (std::string name : {"conf/troupe.conf", "conf/dev.conf"}) {
    CAPTURE(name);
    auto outcome =
        read({"--config-file=" + troupe::test::in_source_tree(name)});
    CHECK_MESSAGE(outcome.settings, outcome.text);
  }
}

TEST_CASE(
    "dev.conf has signaling on loopback alone, but media on all addresses") {
  auto outcome =
      read({"--config-file=" + troupe::test::in_source_tree("conf/dev.conf")});
  REQUIRE_MESSAGE(outcome.settings, outcome.text);
  // Firefox sends no media over loopback.
  CHECK(outcome.settings->rtc.listen_addresses
        == config{}.rtc.listen_addresses);
  CHECK(outcome.settings->auth.jwt.empty());
  CHECK_FALSE(troupe::actors::open_to_strangers(*outcome.settings));
}

TEST_CASE("troupe.conf lists exactly the keys of --help with their defaults") {
  auto help = keys_of_help();
  auto file = keys_of_file(troupe::test::in_source_tree("conf/troupe.conf"));
  CHECK(help.size() > 20);
  for (const auto& [key, value] : help) {
    CAPTURE(key);
    REQUIRE(file.contains(key));
    CHECK(file[key] == value);
  }
  for (const auto& [key, value] : file) {
    CAPTURE(key);
    CHECK(help.contains(key));
  }
}
