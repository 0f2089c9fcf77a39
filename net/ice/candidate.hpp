#pragma once

#include "net/base/transport_tuple.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace troupe::net {

/// A host candidate (RFC 8445, section 5.1.1) as it is signalled. TCP ones
/// are passive (RFC 6544, section 4.1): the client connects.
struct ice_candidate {
  std::string foundation;
  uint32_t priority = 0;
  /// An IP address, or the announced host name.
  std::string address;
  transport_protocol protocol = transport_protocol::udp;
  uint16_t port = 0;

  bool operator==(const ice_candidate&) const = default;
};

/// An address that the server listens on.
struct candidate_address {
  socket_address local;
  /// The address or host name for clients (NAT, containers); empty: `local`.
  std::string announced = {};
  /// Whether clients are also sent the local address.
  bool expose_local = false;
};

struct candidate_options {
  bool udp = true;
  bool tcp = true;
  /// The protocol that clients should try first.
  std::optional<transport_protocol> preferred = transport_protocol::udp;
};

/// Makes the candidates of all addresses on one port, which UDP and TCP share:
/// the preferred protocol's first, then in the given order. Priorities follow
/// mediasoup, so that its clients choose alike: each further entry is 100 local
/// preferences below the one before, the preferred protocol 1000 above the
/// other, an exposed local address 1000 below its announced one. Leaves out
/// unspecified and link-local addresses without an announced address, since no
/// client could reach them.
std::vector<ice_candidate>
make_candidates(std::span<const candidate_address> addresses, uint16_t port,
                const candidate_options& options = {});

} // namespace troupe::net
