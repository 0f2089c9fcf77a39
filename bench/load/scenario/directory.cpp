#include "bench/load/scenario/directory.hpp"

namespace troupe::load {

void directory::add_peer(std::string peer, member_index who) {
  std::lock_guard guard{mutex_};
  peers_[std::move(peer)] = who;
}

void directory::add_producer(std::string producer, member_index who,
                             protocol::media_kind kind) {
  std::lock_guard guard{mutex_};
  producers_[std::move(producer)] = {who, kind};
}

std::optional<directory::stream>
directory::find(const producer_notice& x) const {
  std::lock_guard guard{mutex_};
  if (auto known = producers_.find(x.id); known != producers_.end())
    return known->second;
  if (!x.kind)
    return std::nullopt;
  auto peer = peers_.find(x.peer);
  if (peer == peers_.end())
    return std::nullopt;
  return stream{peer->second, *x.kind};
}

} // namespace troupe::load
