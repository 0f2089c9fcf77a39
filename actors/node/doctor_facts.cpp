#include "actors/node/doctor.hpp"

#include "actors/config/net_settings.hpp"
#include "actors/config/secret_file.hpp"
#include "actors/http/admin_api.hpp"
#include "actors/node/node_recordings.hpp"
#include "actors/node/node_webhooks.hpp"
#include "actors/node/page_files.hpp"
#include "actors/session/authenticator.hpp"
#include "actors/transport/ice_servers.hpp"
#include "net/cluster/seed_address.hpp"
#include "net/io/process/host_facts.hpp"
#include "net/io/process/local_addresses.hpp"
#include "net/io/process/process_load.hpp"
#include "net/srtp/srtp_session.hpp"

#include <filesystem>
#include <fstream>

namespace troupe::actors {

namespace {

void add_ports(std::vector<port_fact>& out, const std::string& key,
               const std::vector<std::string>& addresses, uint16_t port,
               net::transport_protocol protocol) {
  for (const auto& text : addresses)
    if (auto address = net::parse_address(text, port))
      out.push_back(
          {key, protocol, *address, net::try_bind(*address, protocol)});
}

secret_fact look_at(const std::string& file,
                    const std::optional<std::string>& failure) {
  secret_fact out{failure.value_or(""), {}, {}};
  if (file.empty())
    return out;
  if (net::readable_by_all(file))
    out.exposed = file;
  if (auto secret = read_secret_file(file); secret && is_placeholder(*secret))
    out.placeholder = file;
  return out;
}

void add_secrets(doctor_facts& out, const config& settings) {
  if (const auto& auth = settings.auth; !auth.jwt.empty())
    out.auth = look_at(auth.jwt_secret_file, make_authenticator(auth).failure);
  admin_settings unused;
  out.admin = look_at(settings.admin.token_file,
                      read_admin_token(settings.admin, unused));
}

// How long a STUN or TURN server may take for one step.
constexpr auto ice_patience = std::chrono::seconds{2};

void add_ice_servers(doctor_facts& out, const config::rtc_keys& settings) {
  const auto made = make_ice_servers(settings);
  out.ice =
      look_at(settings.ice_secret_file.empty() ? settings.ice_credential_file
                                               : settings.ice_secret_file,
              made.failure);
  if (!made.servers)
    return;
  const protocol::peer_id self{"troupe-doctor"};
  for (const auto& x : made.servers->credentials_for(self, out.now))
    for (const auto& text : x.urls)
      if (auto url = net::ice_server_url::parse(text))
        out.ice_servers.push_back(
            {*url, net::probe_ice_server(*url, x.username, x.credential,
                                         ice_patience)});
}

// Whether files can be made in a directory.
bool is_writable(const std::filesystem::path& directory) {
  const auto file = directory / "troupe-doctor";
  const auto made = std::ofstream{file}.is_open();
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return made;
}

void add_webhooks(doctor_facts& out, const config::webhook_keys& settings) {
  out.webhook_secret =
      look_at(settings.secret_file, make_webhook_signer(settings).failure);
  for (const auto& url : settings.urls)
    out.webhooks.push_back(
        {url, net::probe_http_host(url, to_http_client(settings))});
  if (!settings.urls.empty() && !settings.spool.empty())
    out.webhook_spool_writable = is_writable(settings.spool);
}

void add_recordings(doctor_facts& out, const config::record_keys& settings) {
  if (settings.directory.empty())
    return;
  auto& x = out.recordings.emplace();
  std::error_code ignored;
  x.exists = std::filesystem::is_directory(settings.directory, ignored);
  x.writable = x.exists && is_writable(settings.directory);
  if (const auto free = net::host_disk()->free_octets(settings.directory))
    x.free = *free;
  x.secret =
      look_at(settings.secret_file, make_recording_secret(settings).failure);
}

} // namespace

doctor_facts gather_facts(const config& settings) {
  using net::transport_protocol;
  doctor_facts out;
  add_ports(out.ports, "http.port", settings.http.listen_addresses,
            settings.http.port, transport_protocol::tcp);
  const auto& rtc = settings.rtc;
  add_ports(out.ports, "rtc.port", rtc.listen_addresses, rtc.port,
            transport_protocol::udp);
  if (rtc.tcp)
    add_ports(out.ports, "rtc.port", rtc.listen_addresses, rtc.port,
              transport_protocol::tcp);
  out.max_files = net::file_limit();
  out.max_receive_buffer = net::kernel_setting("net/core/rmem_max");
  out.max_send_buffer = net::kernel_setting("net/core/wmem_max");
  out.addresses = net::local_addresses();
  if (const auto& http = settings.http; !http.tls_certificate.empty()) {
    out.certificate =
        net::read_certificate({http.tls_certificate, http.tls_key});
    out.key_readable_by_all = net::readable_by_all(http.tls_key);
  }
  out.now = std::chrono::system_clock::now();
  out.clock_synchronized = net::clock_is_synchronized();
  out.cores = net::usable_cores();
  out.cpu_quota = net::cpu_quota();
  out.memory_limit = net::memory_limit();
  add_secrets(out, settings);
  add_ice_servers(out, rtc);
  add_webhooks(out, settings.webhooks);
  add_recordings(out, settings.record);
  auto backend = to_backend(rtc.srtp_backend);
  out.srtp_available = backend.has_value();
  if (backend)
    out.srtp_backend = net::to_string(*backend);
  out.has_page = has_page(settings.http);
  if (const auto& keys = settings.cluster; !keys.name.empty())
    if (auto listen = net::parse_address_and_port(keys.listen))
      add_ports(out.ports, "cluster.listen", {listen->ip()}, listen->port(),
                transport_protocol::tcp);
  out.cluster = gather_cluster_facts(settings);
  return out;
}

} // namespace troupe::actors
