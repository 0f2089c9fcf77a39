#pragma once

#include "actors/config/config.hpp"
#include "net/io/http/http_server.hpp"
#include "net/io/udp/media_port.hpp"
#include "net/srtp/srtp_session.hpp"

/// Converts the operator's keys to the configuration of parts of net.
namespace troupe::actors {

net::media_port_config to_media_port(const config::rtc_keys& in);

/// Whether all of these are loopback addresses, which only this host can reach.
bool only_loopback(const std::vector<std::string>& addresses);

net::http_server_config to_http_server(const config::http_keys& in);

/// The backend of this name, of which "auto" is the fastest; nothing if this
/// machine does not have it.
std::optional<net::srtp_backend> to_backend(const std::string& name);

} // namespace troupe::actors
