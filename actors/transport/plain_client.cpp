#include "actors/transport/plain_client.hpp"

namespace troupe::actors {

using protocol::bad_member;
using protocol::error;
using protocol::error_code;

bool is_host(const net::socket_address& x) {
  constexpr size_t v4_begin = 12;
  constexpr uint8_t first_group = 224;
  const auto& ip = x.octets();
  return !x.is_unspecified()
         && (x.is_v4() ? ip[v4_begin] < first_group : ip[0] != 0xff);
}

std::optional<error> plain_client::connect(const protocol::plain_address& given,
                                           const plain_networks& networks,
                                           net::time_point now) {
  if (known_[rtp_path])
    return error{error_code::wrong_state, "Transport already connected"};
  auto where = net::parse_address(given.ip, given.port);
  if (!where || !is_host(*where))
    return bad_member("ip", "must be the address of one host");
  if (given.port == 0)
    return bad_member("port", "must be 1 to 65535");
  if (!networks.allows(*where) && !networks.trusts(*where))
    return error{error_code::forbidden,
                 "ip: not allowed by rtc.plain-destinations"};
  auto rtcp = *where;
  if (!rtcp_mux_ && given.rtcp_port.value_or(0) == 0)
    return bad_member("rtcpPort", "missing");
  if (!rtcp_mux_)
    rtcp.set_port(*given.rtcp_port);
  known_ = {*where, rtcp};
  heard_ = now;
  return std::nullopt;
}

bool plain_client::learn(uint32_t path, const net::transport_tuple& of) {
  // A sender on another host than the sender of the other port is not the
  // client.
  const auto& other = known_[path == rtp_path ? rtcp_path : rtp_path];
  if (other && other->octets() != of.remote.octets())
    return false;
  known_[path] = of.remote;
  learned_ = true;
  return true;
}

std::optional<plain_addresses> plain_client::addresses() const {
  const auto& rtp = known_[rtp_path];
  if (!rtp)
    return std::nullopt;
  plain_addresses out{*rtp, *rtp};
  if (known_[rtcp_path])
    out.rtcp = *known_[rtcp_path];
  else if (!rtcp_mux_)
    out.rtcp.set_port(static_cast<uint16_t>(rtp->port() + 1));
  return out;
}

} // namespace troupe::actors
