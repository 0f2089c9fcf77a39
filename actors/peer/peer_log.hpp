#pragma once

#include "actors/peer/peer_context.hpp"

#include <array>
#include <system_error>

/// INTERNAL to the peer actor: what it logs of its transports.
namespace troupe::actors {

void log_transport_created(const peer_context& peer, const transport_id& which);

void log_plain_transport_failed(const peer_context& peer, std::error_code why);

/// A stream is on another transport, as the client's use has shown.
void log_move(const peer_context& peer, const std::string& what,
              const transport_id& to);

/// Logs that a member's media can flow: once for each protocol, however many
/// transports it has and how often they change their path.
class connection_log {
public:
  void note(const peer_context& peer, transport_kind by);

private:
  std::array<bool, transport_kind_count> noted_{};
};

} // namespace troupe::actors
