#include "actors/node/node.hpp"

#include "actors/base/failure_watch.hpp"
#include "actors/base/log.hpp"
#include "actors/config/bind_failure.hpp"
#include "actors/config/net_settings.hpp"
#include "actors/http/admin_runner.hpp"
#include "actors/http/http_clients.hpp"
#include "actors/http/http_clients_actor.hpp"
#include "actors/http/http_gateway.hpp"
#include "actors/http/metrics.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/io/media_sockets.hpp"
#include "actors/load/load_actor.hpp"
#include "actors/node/node_cluster.hpp"
#include "actors/node/node_log.hpp"
#include "actors/node/node_recordings.hpp"
#include "actors/node/node_webhooks.hpp"
#include "actors/room/server_actor.hpp"
#include "actors/sctp/sctp_actor.hpp"
#include "actors/transport/ice_servers.hpp"
#include "net/io/http/tls_context.hpp"
#include "net/io/loop/run_on_loops.hpp"
#include "net/io/process/process_facts.hpp"
#include "net/io/process/process_load.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include <stdexcept>
#include <thread>

namespace troupe::actors {

namespace {

size_t scheduler_threads(const config::thread_keys& in) {
  return in.scheduler > 0
             ? in.scheduler
             : std::max<size_t>(1, std::thread::hardware_concurrency());
}

struct caf_config : caf::actor_system_config {
  explicit caf_config(const config& settings) {
    // `stealing`, the default, burns CPU while idle and takes ten times as
    // long to wake an actor.
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", scheduler_threads(settings.threads));
    // Without this, one client's flood is handled at once while all others
    // wait.
    set("scheduler.max-throughput", io_worker::max_throughput);
    prepare_cluster(settings.cluster, *this);
  }
};

// The memory in use, as a share of what this process may use.
std::function<double()> memory_reader() {
  return [usable = static_cast<double>(net::usable_memory())] {
    return usable > 0 ? static_cast<double>(net::resident_memory()) / usable
                      : 0;
  };
}

double cores_of(const config::thread_keys& in) {
  // Fewer threads than cores cannot use them all.
  auto threads = scheduler_threads(in) + in.io;
  return std::min(net::usable_cores(), static_cast<double>(threads));
}

std::shared_ptr<const forward_services>
to_forward_services(const std::shared_ptr<const media_services>& media) {
  if (media->settings.rtc.forward_allow.empty())
    return nullptr;
  return std::make_shared<const forward_services>(
      forward_services{media, std::make_shared<quota>(max_forwards)});
}

shedding_limits to_shedding_limits(const config& in) {
  return {static_cast<uint16_t>(in.overload.last_n),
          static_cast<uint16_t>(in.overload.speakers),
          static_cast<uint16_t>(in.room.last_n)};
}

std::string describe_http_failure(const config::http_keys& in,
                                  const std::error_code& why) {
  if (why.category() != net::tls_category())
    return describe_bind_failure(
        {"http", in.listen_addresses, in.port, {net::transport_protocol::tcp}},
        why);
  auto key = why == net::tls_errc::bad_certificate
                 ? "http.tls-certificate " + in.tls_certificate
                 : "http.tls-key " + in.tls_key;
  return key + ": " + why.message();
}

std::string describe_rtc_failure(const config::rtc_keys& in,
                                 const std::error_code& why) {
  std::vector protocols{net::transport_protocol::udp};
  if (in.tcp)
    protocols.push_back(net::transport_protocol::tcp);
  return describe_bind_failure(
      {"rtc", in.listen_addresses, in.port, std::move(protocols)}, why);
}

} // namespace

// Members are destroyed in reverse order: each comes after what it uses.
struct node::impl {
  explicit impl(config x)
      : settings(std::move(x))
      , cores(cores_of(settings.threads))
      , threads(
            settings.threads.io,
            [this](const std::string& why) { watch.note("io-thread", why); })
      , sockets(threads, to_media_port(settings.rtc))
      , caf_settings(settings)
      , system(caf_settings) {}

  std::optional<std::string> start();

  // Spawns the actor of the rooms, of which there are none yet.
  void open_rooms(const std::shared_ptr<const media_services>& services);

  void stop();

  // Reads all metrics.
  metrics_snapshot snapshot();

  // Adds the admin API. On failure, returns one line for the operator.
  std::optional<std::string> add_admin_api();

  // Logs that the server serves, and on which ports.
  void log_started(net::srtp_backend backend);

  // Reports the end of an actor of which there is only one as a failure.
  void watch_parts();

  // Called by the load actor on its own thread.
  void release_free_memory() {
    net::post_to_loops(threads, net::release_free_memory);
    net::release_free_memory();
  }

  // Waits until no more than `count` actors live, half a second at most.
  void await_actors(size_t count, net::duration most = default_patience);

  // Begins to record, if that is wanted, and finishes what earlier processes
  // have left. On failure, returns one line for the operator.
  std::optional<std::string> start_recording_service();

  // Waits until recordings have ended and are on the disk, for a while.
  void finish_recordings();

  // The actors that live until the rooms' last webhooks are sent.
  size_t lasting_actors() const;

  // Waits for the rooms' last webhooks, for a while.
  void finish_webhooks();

  static constexpr net::duration default_patience =
      std::chrono::milliseconds{500};

  config settings;
  const double cores;
  failure_watch watch;
  net::io_threads threads;
  std::unique_ptr<net::dtls_context> dtls;
  media_sockets sockets;
  caf_config caf_settings;
  caf::actor_system system;
  socket_actor socket;
  server_actor server;
  load_actor load;
  sctp_actor sctp;
  http_clients_actor clients;
  std::shared_ptr<overload_state_board> board =
      std::make_shared<overload_state_board>();
  std::unique_ptr<cluster_service> cluster;      // null: there is none
  std::unique_ptr<webhook_service> webhooks;     // null: there are none
  std::unique_ptr<recording_service> recordings; // null: there are none
  std::unique_ptr<http_gateway> gateway;
  std::unique_ptr<net::http_server> http;
  bool running = false; // something must be stopped
  bool started = false; // completely, and the log says so
};

std::optional<std::string> node::impl::start() {
  auto backend = to_backend(settings.rtc.srtp_backend);
  if (!backend)
    return "rtc.srtp-backend: " + settings.rtc.srtp_backend
           + " is not available on this machine";
  auto entry = make_authenticator(settings.auth);
  if (entry.failure)
    return entry.failure;
  auto ice = make_ice_servers(settings.rtc);
  if (ice.failure)
    return ice.failure;
  auto context = net::dtls_context::make();
  if (!context)
    return "cannot generate a DTLS certificate: " + context.error().message();
  dtls = std::move(*context);
  if (auto ok = sockets.port().start(); !ok)
    return describe_rtc_failure(settings.rtc, ok.error());
  running = true;
  log_report_sockets(settings.rtc, sockets.port().has_report_sockets());
  socket = spawn_socket(system, sockets);
  load = spawn_load(system, {to_marks(settings.overload), net::process_cpu_time,
                             cores, board, true, memory_reader(), [this] {
                               release_free_memory();
                             }});
  sctp = spawn_sctp(system,
                    {{settings.data.buffer_limit, settings.data.buffer_time},
                     &sockets.ticks(),
                     board});
  auto services = std::make_shared<const media_services>(media_services{
      settings, dtls.get(), *backend, &sockets.port(), socket, &sockets.ticks(),
      board, sctp, &threads,
      std::make_shared<quota>(settings.rtc.plain_transports), ice.servers});
  if (auto failure = start_cluster(settings.cluster, sockets.port(), socket,
                                   system, threads, board, cluster))
    return failure;
  if (auto failure = start_webhooks(settings, system, webhooks))
    return failure;
  if (auto failure = start_recording_service())
    return failure;
  open_rooms(services);
  gateway = std::make_unique<http_gateway>(
      system, services, caf::actor_cast<room_gate_actor>(server), entry.auth);
  if (auto failure = add_admin_api())
    return failure;
  clients = spawn_http_clients(
      system, {services, caf::actor_cast<room_gate_actor>(server), entry.auth});
  watch_parts();
  if (recordings)
    gateway->serve(recordings->downloads());
  gateway->serve(std::make_unique<http_clients>(clients, entry.auth, board));
  http = std::make_unique<net::http_server>(threads, *gateway,
                                            to_http_server(settings.http));
  if (auto ok = http->start(); !ok)
    return describe_http_failure(settings.http, ok.error());
  gateway->open([this] { return render_metrics(snapshot()); });
  log_warnings(settings);
  log_started(*backend);
  started = true;
  return std::nullopt;
}

std::optional<std::string> node::impl::start_recording_service() {
  if (auto failure = start_recordings(settings.record, system, recordings))
    return failure;
  if (recordings)
    recordings->recover([this](const manifest& x) {
      if (webhooks)
        tell_recovered(*webhooks->outlet(), x);
    });
  return std::nullopt;
}

void node::impl::open_rooms(
    const std::shared_ptr<const media_services>& services) {
  // Member by member: GCC 12 believes that a list of so many could be destroyed
  // before it is complete.
  room_services rooms;
  rooms.limits = settings.room;
  rooms.shards.out = &sockets.port();
  rooms.shards.load = board;
  rooms.shards.shedding = to_shedding_limits(settings);
  rooms.shards.ticks = &sockets.ticks();
  if (settings.rtc.sctp != "off")
    rooms.sctp = sctp;
  rooms.max_in_line = settings.overload.max_waiting;
  rooms.cluster = to_room_cluster(cluster.get(), services);
  if (webhooks)
    rooms.webhooks = webhooks->outlet();
  if (recordings) {
    rooms.recordings = recordings->services();
    rooms.library = recordings->library();
  }
  rooms.record.automatic = settings.record.automatic;
  rooms.record.asks = settings.record.consent == "ask";
  rooms.forwards = to_forward_services(services);
  server = spawn_server(system, std::move(rooms));
}

void node::impl::stop() {
  if (!running)
    return;
  running = false;
  watch.disarm();
  // Tells rooms why their members leave.
  board->drain().begin(std::chrono::steady_clock::now(), {});
  // The other nodes are told first, so that they wait for nothing.
  if (cluster)
    cluster->stop();
  // Closing the connections ends sessions, hence peers and what they own.
  if (http)
    http->stop();
  if (auto gone = std::exchange(clients, nullptr))
    caf::anon_send_exit(gone, caf::exit_reason::user_shutdown);
  if (server)
    caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(load, caf::exit_reason::user_shutdown);
  system.await_actors_before_shutdown(false);
  finish_recordings();
  finish_webhooks();
  await_actors(2); // last packets go through SCTP and sockets
  caf::anon_send_exit(sctp, caf::exit_reason::user_shutdown);
  sctp = nullptr;
  await_actors(1);
  caf::anon_send(socket, close_sockets{});
  await_actors(0);
  sockets.stop();
  server = nullptr;
  load = nullptr;
  socket = nullptr;
  // A thread that has spawned an actor keeps CAF's logger, for which the
  // actor system would wait for ever.
  threads.stop();
  if (started)
    log::event(log::level::info, "stopped");
}

std::optional<std::string> node::impl::add_admin_api() {
  admin_settings admin;
  if (auto failure = read_admin_token(settings.admin, admin))
    return failure;
  admin.request_timeout = settings.request_timeout;
  const auto others = to_admin_cluster(cluster.get());
  if (others.actor)
    caf::anon_send(others.actor,
                   serve_admin{spawn_admin_runner(system, server, others,
                                                  admin.request_timeout)});
  gateway->serve(std::make_unique<admin_api>(
      system, server, std::move(admin), [this] { return snapshot(); }, others,
      recordings ? recordings->catalogue() : nullptr,
      recordings ? recordings->downloads() : nullptr));
  return std::nullopt;
}

void node::impl::log_started(net::srtp_backend backend) {
  std::vector<log::field> fields{
      {"version", TROUPE_VERSION},
      {"http", std::to_string(http->port())},
      {"rtc", std::to_string(sockets.port().port())},
      {"srtp", std::string{net::to_string(backend)}}};
  if (cluster)
    fields.push_back({"cluster", std::to_string(cluster->port())});
  log::event_with(log::level::info, "started", fields);
}

void node::impl::watch_parts() {
  watch.watch(socket, "sockets");
  watch.watch(load, "load");
  watch.watch(sctp, "sctp");
  watch.watch(server, "server");
  watch.watch(clients, "http-clients");
  if (cluster)
    watch.watch(cluster->rooms(), "cluster");
}

metrics_snapshot node::impl::snapshot() {
  metrics_snapshot x;
  x.version = TROUPE_VERSION;
  x.read(*board, std::chrono::steady_clock::now());
  x.actors = system.registry().running();
  x.port = sockets.port().stats();
  x.routing = sockets.stats();
  x.io_run_us = sockets.longest_run().read(std::chrono::steady_clock::now());
  x.http = http->stats();
  for (size_t i = 0; i < x.rejects.size(); ++i)
    x.rejects[i] = http->rejects()[static_cast<net::reject_reason>(i)];
  if (auto when = http->certificate_expires())
    x.certificate_expires =
        std::chrono::duration<double>(when->time_since_epoch()).count();
  if (webhooks)
    x.webhooks = webhooks->report(std::chrono::steady_clock::now());
  if (recordings)
    x.recordings = recordings->report();
  if (cluster)
    x.cluster = cluster->report();
  x.process = net::read_process_facts();
  x.cores = cores;
  x.usable_memory = net::usable_memory();
  return x;
}

void node::impl::await_actors(size_t count, net::duration most) {
  constexpr auto step = std::chrono::milliseconds{5};
  for (net::duration t{}; t < most && system.registry().running() > count;
       t += step)
    std::this_thread::sleep_for(step);
}

size_t node::impl::lasting_actors() const {
  return 2 + (webhooks ? webhooks->outlet()->receivers.size() : 0);
}

void node::impl::finish_recordings() {
  if (!recordings)
    return;
  recordings->end_retention();
  // Rooms wait for their recordings, and these for the disk.
  await_actors(lasting_actors(), std::chrono::seconds{5});
  recordings->stop();
}

void node::impl::finish_webhooks() {
  if (!webhooks)
    return;
  await_actors(lasting_actors());
  webhooks->finish();
  await_actors(2, std::chrono::seconds{2});
  webhooks->stop();
}

node::node(config settings)
    : impl_(std::make_unique<impl>(std::move(settings))) {}

node::~node() {
  stop();
}

std::optional<std::string> node::start() {
  return impl_->start();
}

void node::stop() {
  impl_->stop();
}

void node::drain(std::chrono::seconds limit) {
  impl_->board->drain().begin(std::chrono::steady_clock::now(), limit);
  report_drain();
  caf::anon_send(impl_->server, announce_drain{limit});
}

void node::drain() {
  drain(impl_->settings.drain.limit);
}

void node::report_drain() const {
  log_drain(impl_->board->drain());
}

bool node::drained() const {
  auto empty = live_object::count(object_kind::peer) == 0;
  return impl_->board->drain().over(std::chrono::steady_clock::now(), empty);
}

std::optional<std::string> node::failure() const {
  return impl_->watch.failure();
}

void node::break_part(std::string_view name) {
  auto fail = [](const auto& actor) {
    caf::anon_send_exit(actor, caf::exit_reason::unhandled_exception);
  };
  if (name == "server")
    fail(impl_->server);
  else if (name == "sctp")
    fail(impl_->sctp);
  else if (name == "sockets")
    fail(impl_->socket);
  else if (name == "load")
    fail(impl_->load);
  else if (name == "http-clients")
    fail(impl_->clients);
  else if (name == "io-thread")
    impl_->threads.post(0, [] { throw std::runtime_error{"broken"}; });
}

uint16_t node::http_port() const {
  return impl_->http->port();
}

uint16_t node::rtc_port() const {
  return impl_->sockets.port().port();
}

uint16_t node::cluster_port() const {
  return impl_->cluster ? impl_->cluster->port() : uint16_t{0};
}

size_t node::live_actors() const {
  return impl_->system.registry().running();
}

} // namespace troupe::actors
