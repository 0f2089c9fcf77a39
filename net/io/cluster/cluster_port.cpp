#include "net/io/cluster/cluster_port.hpp"

#include "net/io/cluster/cluster_dialer.hpp"
#include "net/io/cluster/cluster_handshake.hpp"
#include "net/io/cluster/cluster_listener.hpp"
#include "net/io/cluster/cluster_tls.hpp"
#include "net/io/cluster/link_pump.hpp"
#include "net/io/cluster/link_table.hpp"
#include "net/io/cluster/port_counters.hpp"
#include "net/io/loop/io_threads.hpp"
#include "net/io/loop/run_on_loops.hpp"
#include "net/io/process/file_watch.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <set>
#include <unordered_map>
#include <utility>

namespace troupe::net {

using std::chrono::steady_clock;
using std::chrono::system_clock;

namespace {

int64_t seconds_since_1970(system_clock::time_point x) {
  return std::chrono::duration_cast<std::chrono::seconds>(x.time_since_epoch())
      .count();
}

uint64_t milliseconds_since_1970(system_clock::time_point x) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(
          x.time_since_epoch())
          .count());
}

uint64_t next_link_id() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

// A connection whose peer has vanished ends after about 25 s, even while
// nothing is sent on it.
void tune(loop_socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay{true}, ignored);
  socket.set_option(boost::asio::socket_base::keep_alive{true}, ignored);
  auto set = [&](int option, int value) {
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value,
                 sizeof value);
  };
  set(TCP_KEEPIDLE, 10);
  set(TCP_KEEPINTVL, 5);
  set(TCP_KEEPCNT, 3);
}

} // namespace

void cluster_port_listener::connection_refused(link_refusal, std::string) {}

void cluster_port_listener::identity_changed(
    const std::optional<std::string>&) {}

// All functions run on the loop, except those that say otherwise.
struct cluster_port::impl : handshake_owner,
                            std::enable_shared_from_this<impl> {
  struct link {
    std::shared_ptr<link_pump> pump;
    std::string address;
    // CAF's id of the peer, once known.
    std::vector<uint8_t> name;
  };

  impl(io_threads& t, cluster_settings s, cluster_port_listener& l)
      : threads(t)
      , settings(std::move(s))
      , listener(l)
      , watch(
            {settings.files.certificate, settings.files.key, settings.files.ca})
      , table(settings.self, settings.max_nodes) {}

  // Called by `start`, on its thread.
  std::optional<std::string> open();
  // The same, and later on the loop.
  std::optional<std::string> read_files();
  void check_files();

  void begin(loop_acceptor acceptor, const std::vector<seed_address>& seeds);
  void shut_down();
  void accept(loop_socket socket);
  void begin_handshake(loop_socket socket, const socket_address& remote,
                       bool dialled);
  void refuse(link_refusal why, const std::string& address);
  std::optional<link_refusal> open_link(cluster_handshake& x);
  bool claim(uint64_t id, byte_span name);
  void end_link(uint64_t id, pump_end why);
  void close_link(uint64_t id, pump_end why);

  std::optional<link_refusal> check(const cluster_handshake& x) override;
  bool decides(const cluster_handshake& x) const override;
  std::optional<link_refusal> decide(const cluster_handshake& x) override;
  void handshake_ended(const std::shared_ptr<cluster_handshake>& x,
                       std::optional<link_refusal> why) override;

  io_threads& threads;
  const cluster_settings settings;
  cluster_port_listener& listener;
  const std::shared_ptr<port_counters> count =
      std::make_shared<port_counters>();
  std::atomic<uint16_t> port{0};
  file_watch watch;
  cluster_context context;
  // What is said on each connection; the time is added.
  cluster_preface said;
  link_table table;
  std::shared_ptr<cluster_listener> acceptor;
  std::shared_ptr<cluster_dialer> dialer;
  std::set<std::shared_ptr<cluster_handshake>> handshakes;
  // Nodes of which a dialled connection awaits the verdict.
  std::unordered_map<std::string, const cluster_handshake*> awaited;
  std::unordered_map<uint64_t, link> links;
  bool started = false;
  bool stopping = false;
  std::promise<void> all_closed;
};

std::optional<std::string> cluster_port::impl::open() {
  std::vector<seed_address> seeds;
  for (const auto& x : settings.seeds) {
    auto seed = seed_address::parse(x);
    if (!seed)
      return "cluster.seeds: \"" + x
             + "\" is neither host:port nor dns:NAME:port";
    seeds.push_back(std::move(*seed));
  }
  watch.mark();
  if (auto failure = read_files())
    return failure;
  auto listening = listen_on(threads.context(0), settings.listen);
  if (!listening)
    return "cluster.listen: cannot listen on " + settings.listen.str() + ": "
           + listening.error().message();
  if (auto at = bound_address(listening->native_handle()))
    port = at->port();
  said = settings.self;
  said.listen = settings.listen;
  said.listen.set_port(port);
  started = true;
  auto x = std::make_shared<loop_acceptor>(std::move(*listening));
  threads.post(0, [self = shared_from_this(), x, seeds] {
    self->begin(std::move(*x), seeds);
  });
  return std::nullopt;
}

// Connections that have begun keep the context that they have.
std::optional<std::string> cluster_port::impl::read_files() {
  auto made = make_cluster_context(settings.files, settings.self.node);
  if (!made)
    return made.error();
  context = std::move(*made);
  count->certificate_expires = seconds_since_1970(certificate_expiry(context));
  return std::nullopt;
}

void cluster_port::impl::check_files() {
  if (watch.poll())
    listener.identity_changed(read_files());
}

void cluster_port::impl::begin(loop_acceptor from,
                               const std::vector<seed_address>& seeds) {
  std::weak_ptr<impl> self = shared_from_this();
  acceptor = std::make_shared<cluster_listener>(
      std::move(from), [self](loop_socket socket) {
        if (auto x = self.lock())
          x->accept(std::move(socket));
      });
  acceptor->start();
  cluster_dialer::calls calls;
  calls.wanted = [this](const std::string& node) {
    return !table.find(node) && !table.in_quarantine(node, steady_clock::now());
  };
  calls.refused = [this](const std::string& node) {
    listener.node_refused(node);
  };
  calls.connected = [this](loop_socket socket, const socket_address& remote) {
    begin_handshake(std::move(socket), remote, true);
  };
  dialer =
      std::make_shared<cluster_dialer>(threads.context(0), settings.redial,
                                       settings.handshake, std::move(calls));
  for (const auto& x : seeds)
    dialer->add(x);
  dialer->start();
  threads.run_every(0, settings.file_check, [self] {
    auto x = self.lock();
    if (!x || x->stopping)
      return false;
    x->check_files();
    return true;
  });
}

void cluster_port::impl::shut_down() {
  if (std::exchange(stopping, true))
    return;
  if (acceptor)
    acceptor->stop();
  if (dialer)
    dialer->stop();
  for (const auto& x : std::exchange(handshakes, {}))
    x->abort();
  count->handshakes = 0;
  std::vector<std::shared_ptr<link_pump>> pumps;
  for (const auto& [id, x] : links)
    pumps.push_back(x.pump);
  if (pumps.empty())
    all_closed.set_value();
  for (const auto& x : pumps)
    x->flush_and_close();
}

void cluster_port::impl::accept(loop_socket socket) {
  if (auto remote = peer_address(socket.native_handle()))
    begin_handshake(std::move(socket), *remote, false);
}

void cluster_port::impl::begin_handshake(loop_socket socket,
                                         const socket_address& remote,
                                         bool dialled) {
  // A quarter is for connections that this node dialled, so that strangers
  // cannot keep it from the others.
  auto limit = settings.max_handshakes;
  if (handshakes.size() >= (dialled ? limit : limit - limit / 4)) {
    if (dialled)
      dialer->ended(remote, {}, link_refusal::too_many);
    return refuse(link_refusal::too_many, remote.str());
  }
  tune(socket);
  auto x = std::make_shared<cluster_handshake>(
      shared_from_this(), std::move(socket), context, remote, dialled);
  handshakes.insert(x);
  count->handshakes = handshakes.size();
  said.wall_clock = milliseconds_since_1970(system_clock::now());
  x->start(write_preface(said), settings.handshake);
}

void cluster_port::impl::refuse(link_refusal why, const std::string& address) {
  ++count->refused[static_cast<size_t>(why)];
  if (!stopping)
    listener.connection_refused(why, address);
}

std::optional<link_refusal>
cluster_port::impl::check(const cluster_handshake& x) {
  const auto& remote = *x.remote();
  auto why = table.check(remote, x.names(), x.dialled(), steady_clock::now());
  if (!why && x.dialled() && !awaited.try_emplace(remote.node, &x).second)
    return link_refusal::duplicate;
  return why;
}

bool cluster_port::impl::decides(const cluster_handshake& x) const {
  return table.decides(*x.remote());
}

std::optional<link_refusal>
cluster_port::impl::decide(const cluster_handshake& x) {
  return table.decide(*x.remote(), x.dialled(), steady_clock::now());
}

void cluster_port::impl::handshake_ended(
    const std::shared_ptr<cluster_handshake>& x,
    std::optional<link_refusal> why) {
  handshakes.erase(x);
  count->handshakes = handshakes.size();
  auto node = x->remote() ? x->remote()->node : std::string{};
  if (auto i = awaited.find(node); i != awaited.end() && i->second == x.get())
    awaited.erase(i);
  if (!why)
    why = open_link(*x);
  if (x->dialled())
    dialer->ended(x->remote_address(), node, why);
  if (why)
    refuse(*why, x->remote_address().str());
}

std::optional<link_refusal>
cluster_port::impl::open_link(cluster_handshake& x) {
  const auto& remote = *x.remote();
  // The node that decides cannot know what this one has done since.
  if (table.in_quarantine(remote.node, steady_clock::now()))
    return link_refusal::quarantine;
  auto old = table.find(remote.node);
  if (!old && links.size() + 1 >= settings.max_nodes)
    return link_refusal::too_many;
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair)
      != 0)
    return link_refusal::too_many;
  local_socket local{threads.context(0).get_executor()};
  boost::system::error_code failed;
  local.assign(boost::asio::local::stream_protocol{}, pair[0], failed);
  if (failed) {
    ::close(pair[0]);
    ::close(pair[1]);
    return link_refusal::too_many;
  }
  // The peer has lost the old link, or has restarted.
  if (old)
    close_link(old->id, pump_end::reset);
  auto id = next_link_id();
  link_pump::calls calls;
  calls.named = [this, id](byte_span name) {
    return claim(id, name);
  };
  calls.ended = [this, id](pump_end why) {
    end_link(id, why);
  };
  auto pump =
      std::make_shared<link_pump>(x.take_stream(), std::move(local),
                                  settings.read_rate, count, std::move(calls));
  // Only where the node is known to be: it must not choose whom this one dials.
  if (remote.listen.octets() == x.remote_address().octets())
    dialer->know(remote.node, remote.listen);
  links.emplace(id, link{pump, x.remote_address().str(), {}});
  table.insert(remote.node, {id, remote.incarnation, x.dialled()});
  count->links = links.size();
  listener.link_opened({id, remote, x.dialled(), pair[1]});
  pump->start(x.first_octets_to_send(), x.octets_received());
  return std::nullopt;
}

// CAF knows nodes by these ids only: a node that took another's would get the
// messages for it.
bool cluster_port::impl::claim(uint64_t id, byte_span name) {
  if (std::ranges::any_of(links, [&](const auto& x) {
        return std::ranges::equal(x.second.name, name);
      }))
    return false;
  links.at(id).name.assign(name.begin(), name.end());
  return true;
}

void cluster_port::impl::close_link(uint64_t id, pump_end why) {
  auto i = links.find(id);
  if (i == links.end())
    return;
  auto pump = i->second.pump;
  pump->close(why);
}

void cluster_port::impl::end_link(uint64_t id, pump_end why) {
  auto ended = links.extract(id);
  auto node = table.erase(id);
  count->links = links.size();
  listener.link_closed(id, why == pump_end::reset);
  if (why == pump_end::gate)
    refuse(link_refusal::gate, ended.mapped().address);
  if (stopping && links.empty())
    all_closed.set_value();
  else if (!stopping)
    dialer->node_lost(node);
}

cluster_port::cluster_port(io_threads& threads, cluster_settings settings,
                           cluster_port_listener& listener)
    : impl_(std::make_shared<impl>(threads, std::move(settings), listener)) {}

cluster_port::~cluster_port() {
  stop();
}

std::optional<std::string> cluster_port::start() {
  return impl_->open();
}

void cluster_port::stop() {
  if (!std::exchange(impl_->started, false))
    return;
  auto closed = impl_->all_closed.get_future();
  auto running = false;
  run_on_loop(impl_->threads, 0, [&] {
    running = true;
    impl_->shut_down();
  });
  // Each link ends within `flush_limit`, unless the loops stop meanwhile.
  if (running)
    closed.wait_for(10 * link_pump::flush_limit);
  else
    impl_->shut_down();
  // What was queued before has run.
  run_on_loop(impl_->threads, 0, [] {});
}

uint16_t cluster_port::port() const {
  return impl_->port;
}

void cluster_port::add_address(const std::string& address) {
  auto seed = seed_address::parse(address);
  if (!seed)
    return;
  impl_->threads.post(0, [self = impl_, seed = *seed] {
    if (self->dialer && !self->stopping)
      self->dialer->add(seed);
  });
}

void cluster_port::close(uint64_t id) {
  impl_->threads.post(
      0, [self = impl_, id] { self->close_link(id, pump_end::closed_here); });
}

void cluster_port::quarantine(const std::string& node,
                              std::chrono::milliseconds time) {
  impl_->threads.post(0, [self = impl_, node, time] {
    self->table.quarantine(node, time, steady_clock::now());
    if (auto x = self->table.find(node))
      self->close_link(x->id, pump_end::closed_here);
  });
}

cluster_port_stats cluster_port::stats() const {
  return impl_->count->read();
}

} // namespace troupe::net
