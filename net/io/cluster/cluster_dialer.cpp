#include "net/io/cluster/cluster_dialer.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::net {

using std::chrono::steady_clock;

namespace {

using error_code = boost::system::error_code;

// A name server may answer with anything.
constexpr size_t max_addresses = 1024;

// Refusals that only an operator ends are retried more slowly.
constexpr int slow_factor = 5;

tcp::endpoint endpoint_of(const socket_address& x) {
  sockaddr_storage storage{};
  auto length = to_sockaddr(x, storage);
  tcp::endpoint out;
  std::memcpy(out.data(), &storage, length);
  return out;
}

bool is_slow(link_refusal x) {
  switch (x) {
    case link_refusal::tls:
    case link_refusal::other_cluster:
    case link_refusal::name_not_certified:
    case link_refusal::level:
      return true;
    default:
      return false;
  }
}

} // namespace

cluster_dialer::cluster_dialer(boost::asio::io_context& loop, duration redial,
                               duration patience, calls owner)
    : loop_(loop.get_executor())
    , redial_(redial)
    , patience_(patience)
    , owner_(std::move(owner))
    , round_(loop_)
    , resolver_(loop_) {}

void cluster_dialer::add(const seed_address& seed) {
  if (auto address = parse_address(seed.host, seed.port))
    fixed_.insert(*address);
  else
    names_.try_emplace(seed);
  update_targets();
}

void cluster_dialer::know(const std::string& node,
                          const socket_address& address) {
  if (known_.size() >= max_known && !known_.contains(node))
    return;
  known_[node] = {address, {}};
  update_targets();
  targets_[address].node = node;
}

void cluster_dialer::forget_lost() {
  const auto now = steady_clock::now();
  const auto gone = std::erase_if(known_, [&](const auto& x) {
    const auto& [node, known] = x;
    return known.lost && owner_.wanted(node) && now - *known.lost >= forgotten;
  });
  for (auto& [node, known] : known_)
    if (!owner_.wanted(node))
      known.lost.reset();
    else if (!known.lost)
      known.lost = now;
  if (gone > 0)
    update_targets();
}

void cluster_dialer::start() {
  if (stopped_)
    return;
  forget_lost();
  work();
}

void cluster_dialer::stop() {
  stopped_ = true;
  round_.cancel();
  resolver_.cancel();
  owner_ = {};
  error_code ignored;
  for (auto& x : attempts_) {
    x->socket.close(ignored);
    x->deadline.cancel();
  }
  attempts_.clear();
}

void cluster_dialer::node_lost(const std::string& node) {
  for (auto& [to, x] : targets_)
    if (x.node == node)
      x.lost = steady_clock::now();
  work();
}

void cluster_dialer::work() {
  if (stopped_)
    return;
  const auto now = steady_clock::now();
  for (auto& [seed, x] : names_)
    if (!x.busy && x.next <= now)
      resolve(seed, x);
  auto round = now + redial_;
  for (auto& [to, x] : targets_) {
    if (x.busy || !is_wanted(x))
      continue;
    if (x.next <= now)
      dial(to, x);
    else
      round = std::min(round, x.next);
  }
  round_.expires_at(round);
  round_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec)
      self->start();
  });
}

bool cluster_dialer::is_wanted(const target& x) const {
  return x.node.empty() || owner_.wanted(x.node);
}

bool cluster_dialer::was_just_lost(const target& x, time_point now) const {
  return x.lost && now - *x.lost < redial_ && is_wanted(x);
}

void cluster_dialer::resolve(const seed_address& seed, name& x) {
  x.busy = true;
  resolver_.async_resolve(
      seed.host, std::to_string(seed.port), tcp::resolver::numeric_service,
      [self = shared_from_this(), &x](error_code ec, const auto& found) {
        x.busy = false;
        x.next = steady_clock::now() + poll_interval;
        if (self->stopped_)
          return;
        // While names cannot be resolved, the last answer holds.
        if (ec)
          return;
        x.addresses.clear();
        for (const auto& entry : found)
          if (auto address = from_sockaddr(*entry.endpoint().data());
              address && x.addresses.size() < max_addresses)
            x.addresses.insert(*address);
        self->update_targets();
        self->work();
      });
}

void cluster_dialer::update_targets() {
  auto wanted = fixed_;
  for (const auto& [seed, x] : names_)
    wanted.insert(x.addresses.begin(), x.addresses.end());
  for (const auto& [node, x] : known_)
    wanted.insert(x.address);
  std::erase_if(targets_, [&](const auto& x) {
    return !x.second.busy && !wanted.contains(x.first);
  });
  for (const auto& x : wanted)
    targets_.try_emplace(x);
}

void cluster_dialer::dial(const socket_address& to, target& x) {
  x.busy = true;
  x.next = steady_clock::now() + redial_;
  auto made = std::make_shared<attempt>(loop_);
  attempts_.insert(made);
  made->deadline.expires_after(patience_);
  made->deadline.async_wait([made](error_code ec) {
    error_code ignored;
    if (!ec)
      made->socket.close(ignored);
  });
  made->socket.async_connect(
      endpoint_of(to), [self = shared_from_this(), made, to](error_code ec) {
        if (!ec && !made->socket.is_open())
          ec = boost::asio::error::operation_aborted;
        self->handle_connected(made, to, ec);
      });
}

void cluster_dialer::handle_connected(const std::shared_ptr<attempt>& x,
                                      const socket_address& to,
                                      const std::error_code& failed) {
  if (stopped_)
    return;
  x->deadline.cancel();
  attempts_.erase(x);
  if (!failed)
    return owner_.connected(std::move(x->socket), to);
  auto& tried = targets_[to];
  tried.busy = false;
  if (failed == std::errc::connection_refused && !tried.node.empty()
      && owner_.refused && owner_.wanted(tried.node))
    owner_.refused(tried.node);
}

void cluster_dialer::ended(const socket_address& to, const std::string& node,
                           std::optional<link_refusal> why) {
  auto i = targets_.find(to);
  if (i == targets_.end())
    return;
  const auto now = steady_clock::now();
  auto& x = i->second;
  x.busy = false;
  if (!node.empty())
    x.node = node;
  if (why == link_refusal::self)
    x.next = now + self_pause;
  else if (why && was_just_lost(x, now))
    x.next = now + std::max<duration>(first_pause, now - *x.lost);
  else if (why && is_slow(*why))
    x.next = now + slow_factor * redial_;
  work();
}

} // namespace troupe::net
