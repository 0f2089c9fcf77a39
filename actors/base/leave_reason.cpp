#include "actors/base/leave_reason.hpp"

namespace troupe::actors {

std::string_view to_string(leave_reason x) {
  switch (x) {
    case leave_reason::left:
      return "left";
    case leave_reason::moved:
      return "moved";
    case leave_reason::connection_lost:
      return "connection-lost";
    case leave_reason::token_expired:
      return "token-expired";
    case leave_reason::kicked:
      return "kicked";
    case leave_reason::room_ended:
      return "room-ended";
    case leave_reason::taken_over:
      return "taken-over";
    case leave_reason::server_stops:
      return "server-stops";
    case leave_reason::failed:
      return "failed";
  }
  return "invalid";
}

} // namespace troupe::actors
