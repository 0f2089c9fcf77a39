#include "actors/consumer_actor.hpp"
#include "actors/log.hpp"
#include "actors/producer_actor.hpp"
#include "actors/transport_actor.hpp"
#include "net/io/io_threads.hpp"
#include "tests/actors/live_client.hpp"
#include "tests/support/rtp_packets.hpp"

#include "support/doctest_outside.hpp"

#include <benchmark/benchmark.h>

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <thread>

/// What forwarding a packet costs, from the plaintext that a transport hands
/// its producer to the packet that leaves for each receiver. All figures are
/// CPU time of the whole process, kernel included, per packet sent.
///
/// BM_loop_*: the engines called by a plain loop. BM_actors_*: the same by
/// actors, one producer, and a consumer and a transport for each receiver.
namespace {

using namespace troupe;
using namespace troupe::actors;

constexpr uint32_t source_ssrc = 0x11223344;

/// Batches under way at a time: below the gauge's limit.
constexpr size_t rounds = 16;

rtp::receiver::config source() {
  rtp::receiver::config out;
  out.codec = rtp::codec::opus; // every packet is passed on, none unpacked
  out.kind = rtp::media_kind::audio;
  out.clock_rate = 48000;
  out.payload = rtp::payload_type{111};
  out.encodings = {{rtp::ssrc{source_ssrc}, {}, {}}};
  return out;
}

rtp::forwarder::config sink(uint32_t ssrc) {
  rtp::forwarder::config out;
  out.kind = rtp::media_kind::audio;
  out.clock_rate = 48000;
  out.ssrc = rtp::ssrc{ssrc};
  out.payload = rtp::payload_type{100};
  out.mid = "0";
  out.cname = "bench";
  out.extensions = rtp::extension_map::defaults();
  out.max_queueing = std::chrono::hours{1}; // nothing may be lost
  return out;
}

/// Bursts of a source that sends 1,200 octets at a time.
class burst_source {
public:
  rtp::rtp_batch next(size_t count) {
    std::vector<rtp::packet> out;
    out.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      net::store_u16(&packet_[2], number_);
      net::store_u32(&packet_[4], number_ * 960u);
      ++number_;
      out.push_back(*test::parse(packet_, std::chrono::steady_clock::now()));
    }
    return std::make_shared<const std::vector<rtp::packet>>(std::move(out));
  }

private:
  static test::octets make() {
    test::rtp_builder x;
    x.payload_type = 111;
    x.ssrc = source_ssrc;
    x.payload = test::octets(1188, 0x55);
    return x.build();
  }

  test::octets packet_ = make();
  uint16_t number_ = 0;
};

void report(benchmark::State& state, size_t consumers, size_t batch) {
  auto packets = static_cast<double>(state.iterations())
                 * static_cast<double>(rounds * batch * consumers);
  state.counters["cpu_per_packet"] = {
      packets, benchmark::Counter::kIsRate | benchmark::Counter::kInvert};
}

void shapes(benchmark::internal::Benchmark* x) {
  x->ArgNames({"consumers", "batch"})
      ->ArgsProduct({{1, 10, 100, 300}, {1, 8, 32}})
      ->MeasureProcessCPUTime()
      ->UseRealTime();
}

struct sharing : caf::actor_system_config {
  sharing() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", size_t{2});
  }
};

// -- without encryption ------------------------------------------------------

void BM_loop_forward(benchmark::State& state) {
  auto consumers = static_cast<size_t>(state.range(0));
  auto batch = static_cast<size_t>(state.range(1));
  auto random = net::make_seeded_rng(1);
  rtp::receiver producer{source(), *random};
  std::vector<std::unique_ptr<rtp::forwarder>> to;
  auto now = std::chrono::steady_clock::now();
  for (size_t i = 0; i < consumers; ++i) {
    to.push_back(std::make_unique<rtp::forwarder>(
        sink(static_cast<uint32_t>(i + 1)), *random));
    to.back()->handle_connected(now);
  }
  burst_source packets;
  size_t sent = 0;
  for (auto _ : state)
    for (size_t i = 0; i < rounds; ++i) {
      now = std::chrono::steady_clock::now();
      producer.handle_packets(packets.next(batch), now);
      while (auto media = producer.poll_batch())
        for (auto& x : to) {
          x->handle_batch(*media, now);
          while (auto out = x->poll_batch())
            sent += out->packets.size();
        }
    }
  if (sent != state.iterations() * rounds * batch * consumers)
    state.SkipWithError("packets were lost");
  report(state, consumers, batch);
}

BENCHMARK(BM_loop_forward)->Apply(shapes);

/// Counts what comes, in place of a transport.
class counted {
public:
  void expect(size_t packets) {
    left_.store(static_cast<int64_t>(packets));
  }

  void note(size_t packets) {
    auto n = static_cast<int64_t>(packets);
    if (left_.fetch_sub(n) == n)
      left_.notify_all();
  }

  void wait() {
    for (auto x = left_.load(); x > 0; x = left_.load())
      left_.wait(x);
  }

private:
  std::atomic<int64_t> left_{0};
};

egress_actor spawn_counter(caf::actor_system& system, counted& all) {
  return system.spawn(
      [&all](egress_actor::pointer) -> egress_actor::behavior_type {
        return {
            [](const rtcp_to_send&) {},
            [&all](const rtp::outgoing_batch& x) {
              all.note(x.packets.size());
            },
        };
      });
}

consumer_listener_actor spawn_deaf(caf::actor_system& system) {
  using type = consumer_listener_actor;
  return system.spawn([](type::pointer) -> type::behavior_type {
    return {[](const consumer_ended&) {},
            [](const consumer_producer_paused&) {},
            [](const consumer_score_changed&) {
            }};
  });
}

/// A producer and its consumers, which go to `transports`.
struct cast_of {
  cast_of(caf::actor_system& system,
          const std::vector<egress_actor>& transports) {
    listener = spawn_deaf(system);
    producer = spawn_producer(
        system, {producer_id{"p"}, source(),
                 caf::actor_cast<rtcp_sender_actor>(transports.front())});
    for (size_t i = 0; i < transports.size(); ++i) {
      auto x = spawn_consumer(system, {consumer_id{"c"}, producer_id{"p"},
                                       sink(static_cast<uint32_t>(i + 1)),
                                       producer, transports[i], listener});
      caf::anon_send(x, transport_writable{true});
      consumers.push_back(x);
    }
    // A consumer that answers has subscribed; so has then the producer heard.
    caf::scoped_actor self{system};
    for (const auto& x : consumers)
      ask(self, x);
    ask(self, producer);
  }

  ~cast_of() {
    for (const auto& x : consumers)
      caf::anon_send(x, close_consumer{});
    caf::anon_send(producer, close_producer{});
  }

  template <class Handle>
  static void ask(caf::scoped_actor& self, const Handle& x) {
    self->request(x, std::chrono::seconds{10}, get_actor_stats{})
        .receive([](const protocol::reply::stats&) {},
                 [](const caf::error&) { std::abort(); });
  }

  consumer_listener_actor listener;
  producer_actor producer;
  std::vector<consumer_actor> consumers;
};

void BM_actors_forward(benchmark::State& state) {
  auto consumers = static_cast<size_t>(state.range(0));
  auto batch = static_cast<size_t>(state.range(1));
  sharing settings;
  caf::actor_system system{settings};
  counted all;
  {
    std::vector<egress_actor> transports;
    for (size_t i = 0; i < consumers; ++i)
      transports.push_back(spawn_counter(system, all));
    cast_of cast{system, transports};
    burst_source packets;
    for (auto _ : state) {
      all.expect(rounds * batch * consumers);
      for (size_t i = 0; i < rounds; ++i)
        caf::anon_send(cast.producer, packets.next(batch));
      all.wait();
    }
    for (const auto& x : transports)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(cast.listener, caf::exit_reason::user_shutdown);
  }
  report(state, consumers, batch);
}

BENCHMARK(BM_actors_forward)->Apply(shapes);

// -- to the network ----------------------------------------------------------

const net::dtls_context& client_dtls() {
  static auto instance = std::move(*net::dtls_context::make());
  return *instance;
}

/// Real transports, each with a client that has finished its handshake and
/// reads nothing from then on: the kernel drops what its buffer cannot hold.
struct network {
  explicit network(size_t count) {
    port.addresses = {"127.0.0.1"};
    port.port = 0;
    sockets = std::make_unique<media_sockets>(threads, port);
    if (!sockets->port().start())
      std::abort();
    system = std::make_unique<caf::actor_system>(settings);
    socket = spawn_socket(*system, *sockets);
    dtls = std::move(*net::dtls_context::make());
    services = std::make_shared<const media_services>(media_services{
        {}, dtls.get(), net::fastest_srtp_backend(), &sockets->port(), socket});
    for (size_t i = 0; i < count; ++i)
      connect(std::to_string(i));
  }

  ~network() {
    for (const auto& x : transports)
      caf::anon_send(x, close_transport{});
    transports.clear();
    while (system->registry().running() > 1)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    caf::anon_send(socket, close_sockets{});
    while (system->registry().running() > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    socket = nullptr;
    services.reset();
  }

  void connect(const std::string& name) {
    auto actor = spawn_transport(*system, {transport_id{name}, services});
    transports.push_back(actor);
    caf::scoped_actor self{*system};
    transport_parameters ours;
    self->request(actor, std::chrono::seconds{10}, get_transport_parameters{})
        .receive([&](transport_parameters& x) { ours = std::move(x); },
                 [](const caf::error&) { std::abort(); });
    protocol::dtls_parameters theirs;
    theirs.role = protocol::dtls_role::client;
    theirs.fingerprints = {{"sha-256", client_dtls().fingerprint().value}};
    self->request(actor, std::chrono::seconds{10}, connect_dtls{theirs})
        .receive([](const done&) {}, [](const caf::error&) { std::abort(); });
    clients.push_back(std::make_unique<test::live_transport>(client_dtls()));
    auto& client = *clients.back();
    client.start(sockets->port().port(),
                 {ours.ice.username_fragment, ours.ice.password},
                 {{ours.dtls.fingerprints[0].algorithm,
                   ours.dtls.fingerprints[0].value}});
    if (!test::drive({&client}, [&] { return client.connected(); }))
      std::abort();
  }

  // Until that many datagrams have gone out since the port was opened.
  void wait(uint64_t datagrams) {
    while (sockets->port().stats().datagrams_sent < datagrams)
      std::this_thread::sleep_for(std::chrono::microseconds{200});
  }

  net::media_port_config port;
  net::io_threads threads{1};
  std::unique_ptr<net::dtls_context> dtls;
  std::unique_ptr<media_sockets> sockets;
  sharing settings;
  std::unique_ptr<caf::actor_system> system;
  socket_actor socket;
  std::shared_ptr<const media_services> services;
  std::vector<transport_actor> transports;
  std::vector<std::unique_ptr<test::live_transport>> clients;
};

void BM_actors_send(benchmark::State& state) {
  auto consumers = static_cast<size_t>(state.range(0));
  auto batch = static_cast<size_t>(state.range(1));
  network net{consumers};
  std::vector<egress_actor> to;
  for (const auto& x : net.transports)
    to.push_back(caf::actor_cast<egress_actor>(x));
  {
    cast_of cast{*net.system, to};
    burst_source packets;
    for (auto _ : state) {
      auto target = net.sockets->port().stats().datagrams_sent
                    + rounds * batch * consumers;
      for (size_t i = 0; i < rounds; ++i)
        caf::anon_send(cast.producer, packets.next(batch));
      net.wait(target);
    }
    caf::anon_send_exit(cast.listener, caf::exit_reason::user_shutdown);
  }
  report(state, consumers, batch);
}

BENCHMARK(BM_actors_send)->Apply(shapes);

} // namespace

int main(int argc, char** argv) {
  troupe::bench::doctest_outside checks;
  actors::log::open({.level = "off", .format = "line"});
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
