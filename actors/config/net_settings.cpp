#include "actors/config/net_settings.hpp"

#include <algorithm>

namespace troupe::actors {

net::media_port_config to_media_port(const config::rtc_keys& in) {
  net::media_port_config out;
  out.addresses = in.listen_addresses;
  out.port = in.port;
  out.sockets_per_address = in.sockets;
  out.report_wait = in.report_wait;
  out.receive_buffer = static_cast<int>(in.receive_buffer);
  out.send_buffer = static_cast<int>(in.send_buffer);
  out.tcp = in.tcp;
  return out;
}

bool only_loopback(const std::vector<std::string>& addresses) {
  return std::ranges::all_of(addresses, [](const auto& text) {
    auto x = net::parse_address(text, 0);
    return x && x->is_loopback();
  });
}

net::http_server_config to_http_server(const config::http_keys& in) {
  net::http_server_config out;
  out.addresses = in.listen_addresses;
  out.port = in.port;
  out.static_root = in.static_root;
  if (!in.tls_certificate.empty())
    out.tls = net::tls_files{in.tls_certificate, in.tls_key};
  out.tls_check_interval = in.tls_check_interval;
  out.allowed_origins = in.allowed_origins;
  out.local_only = only_loopback(in.listen_addresses);
  out.frame_ancestors = in.frame_ancestors;
  out.hsts_seconds = static_cast<uint32_t>(in.hsts.count());
  out.engineio.ping_interval = in.ping_interval;
  out.engineio.ping_timeout = in.ping_timeout;
  out.undelivered.in_total = in.undelivered_limit;
  out.websocket_idle_timeout = in.ping_interval + in.ping_timeout;
  out.limits.max_connections = in.max_connections;
  out.limits.max_per_address = in.max_per_address;
  // Bursts cover what clients that share an address need when a class begins,
  // and what one client needs to join.
  out.accept_rate = out.accept_burst = in.accept_rate;
  out.limits.address_rate = in.address_rate;
  out.limits.address_burst = 5.0 * in.address_rate;
  out.message_rate = in.message_rate;
  out.message_burst = 10.0 * in.message_rate;
  out.limits.address_message_rate = in.address_message_rate;
  out.limits.address_message_burst = 2.0 * in.address_message_rate;
  return out;
}

std::optional<net::srtp_backend> to_backend(const std::string& name) {
  using net::srtp_backend;
  auto wanted = name == "libsrtp2"   ? srtp_backend::libsrtp2
                : name == "openssl"  ? srtp_backend::openssl
                : name == "ipsec-mb" ? srtp_backend::ipsec_mb
                                     : net::fastest_srtp_backend();
  if (!net::srtp_backend_available(wanted))
    return std::nullopt;
  return wanted;
}

} // namespace troupe::actors
