#include "actors/base/log.hpp"
#include "actors/media/consumer_actor.hpp"
#include "net/io/loop/io_threads.hpp"
#include "net/io/udp/media_port.hpp"
#include "tests/support/rtp_packets.hpp"

#include "support/unread_sockets.hpp"

#include <benchmark/benchmark.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <ctime>

/// The cost of forwarding a packet, from the plaintext that a transport gives
/// its producer to the encrypted packet sent to each receiver. All figures are
/// CPU time of the whole process, kernel included, per packet sent
/// (`cpu_per_packet`); `per_second` is by the wall clock.
///
/// BM_loop_*: the engines called by a plain loop, one thread. BM_actors_*: the
/// same engines in the actors of a producer, its consumers and their shards.
/// *_discard ends before the system call, *_send sends to sockets on loopback.
/// *_forwarders is *_discard without the forwarding pass.
namespace {

using namespace troupe;
using namespace troupe::actors;

constexpr uint32_t source_ssrc = 0x11223344;

/// Batches in flight: below the gauge's limit.
constexpr int64_t rounds = 16;

/// The shard size of a room.
constexpr size_t members_per_shard = 32;

rtp::receiver::config source() {
  rtp::receiver::config out;
  out.codec = rtp::codec::opus; // every packet is forwarded, none parsed
  out.kind = rtp::media_kind::audio;
  out.clock_rate = 48000;
  out.payload = rtp::payload_type{111};
  out.encodings = {{rtp::ssrc{source_ssrc}, {}, {}}};
  return out;
}

rtp::forwarder::config sink(size_t number) {
  rtp::forwarder::config out;
  out.kind = rtp::media_kind::audio;
  out.clock_rate = 48000;
  out.ssrc = rtp::ssrc{static_cast<uint32_t>(number + 1)};
  out.payload = rtp::payload_type{100};
  out.mid = "0";
  out.cname = "bench";
  out.extensions = rtp::extension_map::defaults();
  out.max_queueing = std::chrono::hours{1}; // no packet may be dropped
  return out;
}

std::shared_ptr<net::srtp_sender> make_srtp(size_t number) {
  net::srtp_master_key key{std::vector<uint8_t>(16, 7),
                           std::vector<uint8_t>(12, 9)};
  key.key[0] = static_cast<uint8_t>(number);
  key.key[1] = static_cast<uint8_t>(number >> 8);
  return net::make_srtp_sender(net::fastest_srtp_backend(),
                               net::srtp_profile::aead_aes_128_gcm, key);
}

/// Bursts of a source whose packets have 1,200 octets.
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
    x.payload = test::octets(1160, 0x55);
    return x.build();
  }

  test::octets packet_ = make();
  uint16_t number_ = 0;
};

/// Counts the packets, and sends or discards them.
class counting_sink final : public net::datagram_sink {
public:
  explicit counting_sink(net::datagram_sink* to) : to_(to) {}

  void send_batch(std::span<const net::outgoing_datagram> batch) override {
    if (to_)
      to_->send_batch(batch);
    sent_.fetch_add(batch.size());
    sent_.notify_all();
  }

  uint64_t sent() const {
    return sent_.load();
  }

  void wait(uint64_t target) const {
    for (auto x = sent_.load(); x < target; x = sent_.load())
      sent_.wait(x);
  }

private:
  net::datagram_sink* to_;
  std::atomic<uint64_t> sent_{0};
};

/// A port that sends to sockets that are never read, or discards.
struct network {
  network(size_t receivers, bool real) : destinations(real ? receivers : 0) {
    net::media_port_config config;
    config.addresses = {"127.0.0.1"};
    config.port = 0;
    config.tcp = false;
    port = std::make_unique<net::media_port>(threads, null_receiver, config);
    if (!port->start())
      std::abort();
    sink = std::make_unique<counting_sink>(real ? port.get() : nullptr);
  }

  net::transport_tuple tuple(size_t number) const {
    net::transport_tuple out;
    out.local = port->addresses().front();
    out.remote = destinations.address(number);
    return out;
  }

  struct : net::media_receiver {
    void on_burst(std::span<net::datagram>, net::datagram_sink&) override {}
    void on_tcp_closed(const net::transport_tuple&) override {}
  } null_receiver;
  net::io_threads threads{1};
  std::unique_ptr<net::media_port> port;
  bench::unread_sockets destinations;
  std::unique_ptr<counting_sink> sink;
};

double process_cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec)
         + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Reports the costs from its construction to its destruction.
class reporter {
public:
  explicit reporter(benchmark::State& state) : state_(state) {}

  ~reporter() {
    using benchmark::Counter;
    auto packets =
        static_cast<double>(state_.iterations())
        * static_cast<double>(rounds * state_.range(0) * state_.range(1));
    state_.counters["cpu_per_packet"] =
        (process_cpu_seconds() - began_) / packets;
    state_.counters["per_second"] = {packets, Counter::kIsRate};
  }

private:
  benchmark::State& state_;
  double began_ = process_cpu_seconds();
};

// -- the loop ----------------------------------------------------------------

void run_loop(benchmark::State& state, bool real, bool passing = true) {
  auto consumers = static_cast<size_t>(state.range(0));
  auto batch = static_cast<size_t>(state.range(1));
  network net{consumers, real};
  auto random = net::make_seeded_rng(1);
  rtp::receiver producer{source(), *random};
  fan_out shard;
  shard.set_passing(passing);
  auto now = std::chrono::steady_clock::now();
  for (size_t i = 0; i < consumers; ++i) {
    auto on = transport_key{i};
    shard.set_srtp(on, make_srtp(i), now);
    shard.set_path(on, net.tuple(i), now);
    shard_consumer stream;
    stream.key = consumer_key{i};
    stream.on = on;
    stream.from = producer_key{1};
    stream.engine = sink(i);
    shard.add_consumer(std::move(stream), *random, now);
  }
  burst_source packets;
  reporter counts{state};
  for (auto _ : state)
    for (int64_t i = 0; i < rounds; ++i) {
      now = std::chrono::steady_clock::now();
      producer.handle_packets(packets.next(batch), now);
      while (auto media = producer.poll_batch())
        shard.handle_media(producer_key{1}, *media, false, now);
      shard.flush(*net.sink, now);
    }
  if (net.sink->sent()
      < static_cast<size_t>(state.iterations() * rounds) * batch * consumers)
    state.SkipWithError("packets were lost");
}

// -- the actors --------------------------------------------------------------

struct sharing : caf::actor_system_config {
  explicit sharing(size_t threads) {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", threads);
  }
};

struct null_actors {
  static consumer_listener_actor listener(caf::actor_system& system) {
    using type = consumer_listener_actor;
    return system.spawn([](type::pointer) -> type::behavior_type {
      return {[](const consumer_ended&) {},
              [](const consumer_producer_paused&) {},
              [](const consumer_score_changed&) {},
              [](const consumer_layers_changed&) {
              }};
    });
  }

  static rtcp_sender_actor rtcp_sender(caf::actor_system& system) {
    using type = rtcp_sender_actor;
    return system.spawn([](type::pointer) -> type::behavior_type {
      return {[](const rtcp_to_send&) {},
              [](const sources_unattended&) {
              }};
    });
  }
};

/// A producer, its consumers, and the shards that send for them.
struct actor_fixture {
  actor_fixture(caf::actor_system& system, network& net, size_t count)
      : listener(null_actors::listener(system)) {
    producer = spawn_producer(
        system, {producer_id{"p"}, source(), null_actors::rtcp_sender(system)});
    for (size_t i = 0; i < count; ++i) {
      if (i % members_per_shard == 0)
        shards.push_back(spawn_shard(system, {net.sink.get()},
                                     std::make_shared<speech_ranking>(),
                                     producer.address()));
      auto on = transport_key{i};
      caf::anon_send(shards.back(), set_transport_srtp{on, make_srtp(i)});
      caf::anon_send(shards.back(), set_transport_path{on, net.tuple(i)});
      consumers.push_back(
          spawn_consumer(system, {consumer_id{"c"}, producer_id{"p"}, sink(i),
                                  producer, on, shards.back(), listener}));
    }
    // A consumer that answers has subscribed, and the producer knows it.
    caf::scoped_actor self{system};
    for (const auto& x : consumers)
      wait_for(self, x);
    wait_for(self, producer);
  }

  ~actor_fixture() {
    for (const auto& x : consumers)
      caf::anon_send(x, control_stream{close_consumer{}});
    caf::anon_send(producer, close_producer{});
    caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
  }

  template <class Handle>
  static void wait_for(caf::scoped_actor& self, const Handle& x) {
    self->request(x, std::chrono::seconds{10}, fence{})
        .receive([](const done&) {}, [](const caf::error&) { std::abort(); });
  }

  consumer_listener_actor listener;
  producer_actor producer;
  std::vector<shard_actor> shards;
  std::vector<consumer_actor> consumers;
};

void run_actors(benchmark::State& state, bool real) {
  auto consumers = static_cast<size_t>(state.range(0));
  auto batch = static_cast<size_t>(state.range(1));
  network net{consumers, real};
  sharing settings{static_cast<size_t>(state.range(2))};
  caf::actor_system system{settings};
  actor_fixture fixture{system, net, consumers};
  burst_source packets;
  reporter counts{state};
  for (auto _ : state) {
    auto target = net.sink->sent() + size_t{rounds} * batch * consumers;
    for (int64_t i = 0; i < rounds; ++i)
      caf::anon_send(fixture.producer, packets.next(batch));
    net.sink->wait(target);
  }
}

const std::vector<int64_t> all_consumers = {1, 7, 50, 100, 300};
const std::vector<int64_t> all_batches = {1, 4, 16};

void BM_loop_discard(benchmark::State& state) {
  run_loop(state, false);
}

void BM_loop_forwarders(benchmark::State& state) {
  run_loop(state, false, false);
}

void BM_loop_send(benchmark::State& state) {
  run_loop(state, true);
}

void BM_actors_discard(benchmark::State& state) {
  run_actors(state, false);
}

void BM_actors_send(benchmark::State& state) {
  run_actors(state, true);
}

void loop_shapes(benchmark::internal::Benchmark* x) {
  x->ArgNames({"consumers", "batch"})
      ->ArgsProduct({all_consumers, all_batches})
      ->UseRealTime();
}

void actor_shapes(benchmark::internal::Benchmark* x) {
  x->ArgNames({"consumers", "batch", "threads"})
      ->ArgsProduct({all_consumers, all_batches, {1, 2}})
      ->UseRealTime();
}

BENCHMARK(BM_loop_discard)->Apply(loop_shapes);
BENCHMARK(BM_loop_forwarders)->Apply(loop_shapes);
BENCHMARK(BM_actors_discard)->Apply(actor_shapes);
BENCHMARK(BM_loop_send)->Apply(loop_shapes);
BENCHMARK(BM_actors_send)->Apply(actor_shapes);

} // namespace

int main(int argc, char** argv) {
  actors::log::open({.level = "off", .format = "line"});
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
