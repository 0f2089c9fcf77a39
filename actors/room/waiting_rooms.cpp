#include "actors/room/waiting_rooms.hpp"

#include "net/base/address_prefix.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

template <class Counts, class Key>
size_t count_of(const Counts& counts, const Key& key) {
  auto i = counts.find(key);
  return i == counts.end() ? 0 : i->second;
}

template <class Counts, class Key>
void take_one(Counts& counts, const Key& key) {
  if (auto i = counts.find(key); i != counts.end() && --i->second == 0)
    counts.erase(i);
}

bool fits(size_t count, size_t limit) {
  return limit == 0 || count < limit;
}

} // namespace

bool waiting_rooms::admits(const room_opener& opener) const {
  return fits(rooms_.size(), limits_.all)
         && fits(count_of(per_session_, opener.session), limits_.per_session)
         && fits(count_of(per_address_, net::client_network(opener.address)),
                 limits_.per_address);
}

void waiting_rooms::add(const room_id& id, const room_opener& opener,
                        net::time_point until) {
  remove(id);
  deadline ends{until, ++last_serial_};
  rooms_.emplace(id, entry{ends, opener});
  by_deadline_.emplace(ends, id);
  ++per_session_[opener.session];
  ++per_address_[net::client_network(opener.address)];
}

void waiting_rooms::remove(const room_id& id) {
  auto i = rooms_.find(id);
  if (i == rooms_.end())
    return;
  take_one(per_session_, i->second.opener.session);
  take_one(per_address_, net::client_network(i->second.opener.address));
  by_deadline_.erase(i->second.until);
  rooms_.erase(i);
}

std::optional<room_id> waiting_rooms::poll_expired(net::time_point now) {
  if (by_deadline_.empty() || by_deadline_.begin()->first.at > now)
    return std::nullopt;
  auto id = by_deadline_.begin()->second;
  remove(id);
  return id;
}

std::optional<net::time_point> waiting_rooms::poll_timeout() const {
  if (by_deadline_.empty())
    return std::nullopt;
  return by_deadline_.begin()->first.at;
}

} // namespace troupe::actors
