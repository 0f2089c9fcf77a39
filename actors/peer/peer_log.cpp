#include "actors/peer/peer_log.hpp"

#include <utility>

namespace troupe::actors {

void log_transport_created(const peer_context& peer,
                           const transport_id& which) {
  log::event(log::level::debug, "transport-created",
             {{"room", peer.room_name.str()},
              {"peer", peer.id.str()},
              {"transport", which.str()}});
}

void log_plain_transport_failed(const peer_context& peer, std::error_code why) {
  log::event(log::level::error, "plain-transport-failed",
             {{"room", peer.room_name.str()},
              {"peer", peer.id.str()},
              {"why", why.message()}});
}

void log_move(const peer_context& peer, const std::string& what,
              const transport_id& to) {
  log::event(log::level::debug, "direction-learnt",
             {{"room", peer.room_name.str()},
              {"peer", peer.id.str()},
              {"stream", what},
              {"transport", to.str()}});
}

void connection_log::note(const peer_context& peer, transport_kind by) {
  if (std::exchange(noted_.at(static_cast<size_t>(by)), true))
    return;
  log::event(log::level::info, "media-connected",
             {{"room", peer.room_name.str()},
              {"peer", peer.id.str()},
              {"by", std::string{to_string(by)}}});
}

} // namespace troupe::actors
