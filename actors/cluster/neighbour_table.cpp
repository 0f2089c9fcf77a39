#include "actors/cluster/neighbour_table.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

// A node that uses more than it may says more than 1, and no number at all
// becomes 0.
double to_share(double x) {
  return x > 0 ? std::min(x, 1.0) : 0;
}

} // namespace

std::string_view to_string(neighbour_change::kind x) {
  switch (x) {
    case neighbour_change::kind::appeared:
      return "appeared";
    case neighbour_change::kind::suspected:
      return "suspected";
    case neighbour_change::kind::returned:
      return "returned";
    case neighbour_change::kind::died:
      return "died";
    case neighbour_change::kind::left:
      return "left";
  }
  return "unknown";
}

void neighbour_table::handle_link_up(const net::cluster_preface& remote,
                                     uint64_t link, net::time_point now) {
  auto& x = all_[remote.node];
  auto known = x.state != node_state::dead;
  if (known && x.incarnation != remote.incarnation) {
    end(x, change::died, now);
    known = false;
  } else if (x.link) {
    stale_.push_back(*x.link);
  }
  auto was_connected = known && x.state == node_state::connected;
  if (!known)
    x = {};
  x.name = remote.node;
  x.incarnation = remote.incarnation;
  x.level = std::min(cluster_level, remote.level);
  x.media = remote.media;
  x.link = link;
  x.heard = now;
  if (was_connected)
    return;
  x.state = node_state::connected;
  x.since = now;
  note(x, known ? change::returned : change::appeared);
}

void neighbour_table::handle_hello(uint64_t link, const link_hello& in,
                                   int64_t wall_clock, net::time_point now) {
  auto* x = by_link(link);
  if (!x)
    return;
  x->hello = in;
  x->hello.load = to_share(in.load);
  x->lateness = std::max(x->lateness * 14 / 15, now - x->heard - heartbeat_);
  x->heard = now;
  // The hello was under way for half of a round trip.
  auto half =
      std::chrono::duration_cast<std::chrono::milliseconds>(x->rtt / 2).count();
  // A remote clock may say anything; unsigned arithmetic cannot overflow.
  auto ahead = static_cast<uint64_t>(in.wall_clock)
               - static_cast<uint64_t>(wall_clock)
               + static_cast<uint64_t>(half);
  x->clock_offset = std::chrono::milliseconds{static_cast<int64_t>(ahead)};
}

void neighbour_table::handle_round_trip(uint64_t link, net::duration rtt) {
  if (auto* x = by_link(link))
    x->rtt = x->rtt == net::duration{} ? rtt : (x->rtt * 7 + rtt) / 8;
}

void neighbour_table::handle_link_down(uint64_t link, net::time_point now) {
  auto* x = by_link(link);
  if (!x)
    return;
  x->link.reset();
  x->state = node_state::suspect;
  x->since = now;
  ++suspected_;
  note(*x, change::suspected);
}

void neighbour_table::handle_goodbye(uint64_t link, net::time_point now) {
  if (auto* x = by_link(link))
    end(*x, change::left, now);
}

void neighbour_table::handle_refused(const std::string& node,
                                     net::time_point now) {
  auto i = all_.find(node);
  if (i != all_.end() && i->second.state == node_state::suspect)
    end(i->second, change::died, now);
}

void neighbour_table::handle_stall(net::duration gap, net::time_point now) {
  if (gap >= timeout_)
    return;
  for (auto& [name, x] : all_) {
    x.heard = std::min(x.heard + gap, now);
    if (x.state == node_state::suspect)
      x.since = std::min(x.since + gap, now);
  }
}

void neighbour_table::handle_timeout(net::time_point now) {
  for (auto& [name, x] : all_)
    if (x.state != node_state::dead && *deadline(x) <= now)
      end(x, change::died, now);
  forget_old(now);
}

std::optional<net::time_point> neighbour_table::poll_timeout() const {
  std::optional<net::time_point> out;
  for (const auto& [name, x] : all_)
    if (auto at = deadline(x); at && (!out || *at < *out))
      out = at;
  return out;
}

net::duration neighbour_table::leniency(const std::string& node) const {
  const auto* x = find(node);
  return x ? std::min(x->lateness * 3, timeout_ * 3) : net::duration{};
}

std::optional<neighbour_change> neighbour_table::poll_change() {
  if (changes_.empty())
    return std::nullopt;
  auto out = std::move(changes_.front());
  changes_.pop_front();
  return out;
}

std::optional<uint64_t> neighbour_table::poll_stale_link() {
  if (stale_.empty())
    return std::nullopt;
  auto out = stale_.front();
  stale_.pop_front();
  return out;
}

const cluster_neighbour* neighbour_table::find(const std::string& name) const {
  auto i = all_.find(name);
  return i == all_.end() ? nullptr : &i->second;
}

cluster_neighbour* neighbour_table::by_link(uint64_t link) {
  auto i = std::ranges::find_if(
      all_, [link](const auto& x) { return x.second.link == link; });
  return i == all_.end() ? nullptr : &i->second;
}

void neighbour_table::end(cluster_neighbour& x, change why,
                          net::time_point now) {
  if (x.link)
    stale_.push_back(*x.link);
  x.link.reset();
  x.state = node_state::dead;
  x.since = now;
  if (why == change::died)
    ++died_;
  note(x, why);
}

void neighbour_table::note(const cluster_neighbour& x, change what) {
  changes_.push_back({what, x.name, x.incarnation});
}

void neighbour_table::forget_old(net::time_point now) {
  auto is_dead = [](const auto& x) {
    return x.second.state == node_state::dead;
  };
  std::erase_if(all_, [&](const auto& x) {
    return is_dead(x) && now - x.second.since >= remembered;
  });
  auto excess = static_cast<size_t>(std::ranges::count_if(all_, is_dead));
  for (; excess > max_nodes_; --excess) {
    auto oldest = all_.end();
    for (auto i = all_.begin(); i != all_.end(); ++i)
      if (is_dead(*i)
          && (oldest == all_.end() || i->second.since < oldest->second.since))
        oldest = i;
    all_.erase(oldest);
  }
}

std::optional<net::time_point>
neighbour_table::deadline(const cluster_neighbour& x) const {
  switch (x.state) {
    case node_state::connected:
      return x.heard + timeout_ + leniency(x.name);
    case node_state::suspect:
      return x.since + timeout_ + leniency(x.name);
    case node_state::dead:
      return x.since + remembered;
  }
  return std::nullopt;
}

} // namespace troupe::actors
