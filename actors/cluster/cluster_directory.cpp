#include "actors/cluster/cluster_directory.hpp"

#include "protocol/verbs/limits.hpp"

namespace troupe::actors {

namespace {

bool is_room(const std::string& id) {
  return !id.empty() && id.size() <= protocol::limits::id;
}

// Moves up to `limit` ids from the front of a set.
std::vector<std::string> take(std::set<std::string>& from, size_t limit) {
  std::vector<std::string> out;
  while (!from.empty() && out.size() < limit)
    out.push_back(std::move(from.extract(from.begin()).value()));
  return out;
}

} // namespace

void cluster_directory::handle_opened(const room_id& room) {
  if (!own_.insert(room.str()).second)
    return;
  if (closed_.erase(room.str()) == 0)
    opened_.insert(room.str());
}

void cluster_directory::handle_closed(const room_id& room) {
  if (own_.erase(room.str()) == 0)
    return;
  if (opened_.erase(room.str()) == 0)
    closed_.insert(room.str());
}

std::optional<rooms_changed>
cluster_directory::poll_changes(net::time_point now) {
  auto at = poll_timeout();
  if (!at || *at > now)
    return std::nullopt;
  told_ = now;
  rooms_changed out;
  out.closed = take(closed_, max_rooms_per_message);
  out.opened = take(opened_, max_rooms_per_message - out.closed.size());
  out.sequence = ++sequence_;
  return out;
}

std::optional<net::time_point> cluster_directory::poll_timeout() const {
  if (opened_.empty() && closed_.empty())
    return std::nullopt;
  return told_ ? *told_ + interval : net::time_point::min();
}

std::vector<rooms_snapshot> cluster_directory::snapshot() const {
  // Changes that are still to be told may be contained: telling them twice
  // changes nothing.
  std::vector<rooms_snapshot> out(1);
  for (const auto& room : own_) {
    if (out.back().rooms.size() == max_rooms_per_message)
      out.emplace_back();
    out.back().rooms.push_back(room);
  }
  out.front().first = true;
  out.back().last = true;
  for (auto& x : out)
    x.sequence = sequence_;
  return out;
}

std::optional<directory_fault>
cluster_directory::handle_changes(const std::string& node,
                                  const rooms_changed& x) {
  auto& known = remote_[node];
  if (!known.valid || x.sequence != known.sequence + 1) {
    known.valid = false;
    return directory_fault::sequence;
  }
  known.sequence = x.sequence;
  if (x.opened.size() + x.closed.size() > max_rooms_per_message)
    return directory_fault::room;
  std::optional<directory_fault> fault;
  for (const auto& room : x.closed)
    remove(node, known, room);
  for (const auto& room : x.opened) {
    if (!is_room(room))
      fault = directory_fault::room;
    else if (known.rooms.size() >= max_rooms)
      fault = directory_fault::too_many;
    else
      add(node, known, room);
  }
  return fault;
}

std::optional<directory_fault>
cluster_directory::handle_snapshot(const std::string& node,
                                   const rooms_snapshot& x) {
  auto& known = remote_[node];
  if (x.first) {
    known.pieces.clear();
    known.in_pieces = true;
  } else if (!known.in_pieces) {
    return directory_fault::sequence;
  }
  if (x.rooms.size() > max_rooms_per_message)
    return directory_fault::room;
  std::optional<directory_fault> fault;
  for (const auto& room : x.rooms) {
    if (!is_room(room))
      fault = directory_fault::room;
    else if (known.pieces.size() >= max_rooms)
      fault = directory_fault::too_many;
    else
      known.pieces.insert(room);
  }
  if (!x.last)
    return fault;
  auto pieces = std::move(known.pieces);
  known.pieces.clear();
  known.in_pieces = false;
  for (const auto& room : std::set<std::string>{known.rooms})
    if (!pieces.contains(room))
      remove(node, known, room);
  for (const auto& room : pieces)
    add(node, known, room);
  known.sequence = x.sequence;
  known.valid = true;
  return fault;
}

void cluster_directory::forget(const std::string& node) {
  auto i = remote_.find(node);
  if (i == remote_.end())
    return;
  while (!i->second.rooms.empty())
    remove(node, i->second, std::string{*i->second.rooms.begin()});
  remote_.erase(i);
}

std::vector<std::string>
cluster_directory::nodes_of(const room_id& room) const {
  auto i = nodes_.find(room.str());
  if (i == nodes_.end())
    return {};
  return {i->second.begin(), i->second.end()};
}

remote_room_page cluster_directory::rooms_after(const room_id& after,
                                                size_t limit) const {
  remote_room_page out;
  auto i = nodes_.upper_bound(after.str());
  for (; i != nodes_.end() && out.rooms.size() < limit; ++i)
    out.rooms.push_back(
        {room_id{i->first}, {i->second.begin(), i->second.end()}});
  out.more = i != nodes_.end();
  return out;
}

size_t cluster_directory::rooms_of(const std::string& node) const {
  auto i = remote_.find(node);
  return i == remote_.end() ? 0 : i->second.rooms.size();
}

void cluster_directory::add(const std::string& node, remote_rooms& to,
                            const std::string& room) {
  if (to.rooms.insert(room).second)
    nodes_[room].insert(node);
}

void cluster_directory::remove(const std::string& node, remote_rooms& from,
                               const std::string& room) {
  if (from.rooms.erase(room) == 0)
    return;
  auto i = nodes_.find(room);
  i->second.erase(node);
  if (i->second.empty())
    nodes_.erase(i);
}

} // namespace troupe::actors
