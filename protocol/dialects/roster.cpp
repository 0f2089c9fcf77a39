#include "protocol/dialects/roster.hpp"

#include <algorithm>

namespace troupe::protocol {

void roster::reset(std::vector<participant> participants) {
  participants_ = std::move(participants);
}

bool roster::update(const any_event& event) {
  if (const auto joined = std::get_if<event::peer_joined>(&event))
    return put(joined->peer);
  if (const auto updated = std::get_if<event::peer_updated>(&event))
    return put(updated->peer);
  if (const auto left = std::get_if<event::peer_left>(&event))
    return remove(left->peer);
  return false;
}

bool roster::put(const participant& peer) {
  const auto found =
      std::find_if(participants_.begin(), participants_.end(),
                   [&](const auto& x) { return x.id == peer.id; });
  if (found == participants_.end()) {
    participants_.push_back(peer);
    return true;
  }
  if (*found == peer)
    return false;
  *found = peer;
  return true;
}

bool roster::remove(const peer_id& peer) {
  return std::erase_if(participants_,
                       [&](const auto& x) { return x.id == peer; })
         > 0;
}

} // namespace troupe::protocol
