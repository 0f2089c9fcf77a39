// The engines on a packet's path: the cost of each step per packet, its
// allocations, and the memory of a consumer.

#include "rtp/receive/receiver.hpp"
#include "rtp/send/egress.hpp"
#include "rtp/send/forwarder.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>

namespace {

std::size_t allocations = 0;

} // namespace

// Not inlined, so that the compiler reports no mismatch with free().
[[gnu::noinline]] void* operator new(std::size_t n) {
  ++allocations;
  if (auto* p = std::malloc(n))
    return p;
  throw std::bad_alloc{};
}

[[gnu::noinline]] void operator delete(void* p) noexcept {
  std::free(p);
}

[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}

namespace {

using namespace troupe;
using namespace std::chrono_literals;

constexpr auto packets_per_batch = size_t{8};

rtp::receiver::config source() {
  auto x = rtp::receiver::config{};
  x.codec = rtp::codec::vp8;
  x.payload = rtp::payload_type{96};
  x.rtx_payload = rtp::payload_type{97};
  x.encodings = {{rtp::ssrc{1}, rtp::ssrc{2}, ""}};
  x.extensions = rtp::extension_map::defaults();
  x.feedback = {true, true, true, true, false};
  return x;
}

rtp::forwarder::config sink() {
  auto x = rtp::forwarder::config{};
  x.ssrc = rtp::ssrc{5};
  x.payload = rtp::payload_type{101};
  x.rtx_ssrc = rtp::ssrc{6};
  x.rtx_payload = rtp::payload_type{102};
  x.mid = "12";
  x.cname = "abcdefgh";
  x.source_extensions = rtp::extension_map::defaults();
  x.extensions = rtp::extension_map::defaults();
  x.feedback = {true, true, true, true, false};
  return x;
}

/// VP8 packets of 1,200 octets with MID, abs-send-time and transport-cc, in
/// consecutive batches.
class stream {
public:
  rtp::rtp_batch next(net::time_point now) {
    auto result = std::vector<rtp::packet>{};
    result.reserve(packets_per_batch);
    for (auto i = size_t{0}; i < packets_per_batch; ++i)
      result.push_back(make(now));
    return std::make_shared<const std::vector<rtp::packet>>(std::move(result));
  }

private:
  rtp::packet make(net::time_point now) {
    auto buffer = pool_->take();
    buffer->resize(1200);
    auto out = net::byte_writer{buffer->bytes()};
    out.u8(0x90);
    out.u8(96);
    out.u16(static_cast<uint16_t>(count_));
    out.u32(static_cast<uint32_t>(count_ * 300));
    out.u32(1);
    out.u32(0xBEDE0003);
    out.u8(0x10);
    out.u8('0');
    out.u8(0x42);
    out.u24(0x123456);
    out.u8(0x51);
    out.u16(static_cast<uint16_t>(count_));
    out.zeros(3);
    // The first packet begins a key frame; later ones a delta frame.
    out.u8(0x10);
    out.u8(count_++ == 0 ? 0x00 : 0x01);
    out.zeros(2);
    out.u24(0x9d012a);
    out.u32(0x4001f000);
    return *rtp::packet::parse(std::move(buffer), now);
  }

  net::buffer_pool::ptr pool_ = net::buffer_pool::make();
  uint32_t count_ = 0;
};

void report(benchmark::State& state, size_t per_batch, size_t allocated) {
  auto packets =
      state.iterations() * static_cast<int64_t>(packets_per_batch * per_batch);
  state.SetItemsProcessed(packets);
  state.counters["allocations/packet"] =
      static_cast<double>(allocated) / static_cast<double>(packets);
  state.counters["time/packet"] = benchmark::Counter{
      static_cast<double>(packets),
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert};
}

/// A producer handles a batch of 8.
void BM_receiver_handle(benchmark::State& state) {
  auto random = net::make_seeded_rng(1);
  auto engine = rtp::receiver{source(), *random};
  auto input = stream{};
  auto now = net::time_point{} + 100s;
  auto allocated = size_t{0};
  for (auto _ : state) {
    state.PauseTiming();
    now += 4ms;
    auto batch = input.next(now);
    auto before = allocations;
    state.ResumeTiming();
    engine.handle_packets(batch, now);
    benchmark::DoNotOptimize(engine.poll_batch());
    allocated += allocations - before;
    while (engine.poll_event() || engine.poll_rtcp()) {
    }
  }
  report(state, 1, allocated);
}

/// The given number of consumers forward it; each batch goes to an egress of
/// its own, with (1) or without (0) writing the headers.
void BM_forward(benchmark::State& state) {
  auto consumers = static_cast<size_t>(state.range(0));
  auto random = net::make_seeded_rng(1);
  auto producer = rtp::receiver{source(), *random};
  auto forwarders = std::vector<rtp::forwarder>{};
  auto egresses = std::vector<rtp::egress>(consumers);
  for (auto i = size_t{0}; i < consumers; ++i)
    forwarders.emplace_back(sink(), *random);
  auto input = stream{};
  auto now = net::time_point{} + 100s;
  auto allocated = size_t{0};
  for (auto _ : state) {
    state.PauseTiming();
    now += 4ms;
    producer.handle_packets(input.next(now), now);
    auto batch = *producer.poll_batch();
    while (producer.poll_event() || producer.poll_rtcp()) {
    }
    auto before = allocations;
    state.ResumeTiming();
    for (auto i = size_t{0}; i < consumers; ++i) {
      forwarders[i].handle_batch(batch, now);
      auto out = forwarders[i].poll_batch();
      if (!out || state.range(1) == 0)
        continue;
      egresses[i].handle_batch(std::move(*out), now);
      while (auto x = egresses[i].poll_packet())
        benchmark::DoNotOptimize(x->header.data());
    }
    allocated += allocations - before;
    for (auto& x : forwarders)
      while (x.poll_event() || x.poll_rtcp()) {
      }
  }
  report(state, consumers, allocated);
  auto lost = std::vector<uint16_t>(1);
  forwarders[0].handle_nack(lost, now);
  state.counters["bytes/consumer"] =
      static_cast<double>(forwarders[0].memory());
}

} // namespace

BENCHMARK(BM_receiver_handle);
BENCHMARK(BM_forward)->ArgsProduct({{1, 30, 300}, {0, 1}});
