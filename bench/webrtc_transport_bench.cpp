// ns and allocations per packet through a connected webrtc_transport, for RTP
// in (classify, find the tuple, authenticate, decrypt, queue, poll) and RTP out
// (protect), and per STUN check with its response.

#include "tests/support/transport_pair.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<size_t> allocations{0};

} // namespace

[[gnu::noinline]] void* operator new(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (auto p = std::malloc(size))
    return p;
  throw std::bad_alloc{};
}

[[gnu::noinline]] void operator delete(void* p) noexcept {
  std::free(p);
}

[[gnu::noinline]] void operator delete(void* p, size_t) noexcept {
  std::free(p);
}

using namespace troupe::net;
using namespace troupe::test;

namespace {

constexpr size_t burst = 64;

void report(benchmark::State& state, size_t packets, size_t allocated) {
  state.SetItemsProcessed(static_cast<int64_t>(packets));
  state.counters["allocations/packet"] =
      static_cast<double>(allocated) / static_cast<double>(packets);
}

void BM_webrtc_transport_handle_rtp(benchmark::State& state) {
  transport_pair pair{{.backend = fastest_srtp_backend()}};
  if (!pair.connect())
    return state.SkipWithError("no handshake");
  const auto payload = static_cast<size_t>(state.range(0));
  datagram_batch batch;
  uint16_t sequence = 0;
  size_t packets = 0;
  size_t allocated = 0;
  for (auto _ : state) {
    state.PauseTiming();
    batch.clear();
    for (size_t i = 0; i < burst; ++i) {
      const auto x = *pair.client.protect_rtp(make_rtp(++sequence, 1, payload));
      auto data = pair.pool->take();
      data->resize(x.size());
      std::ranges::copy(x, data->bytes().begin());
      batch.push_back({std::move(data), pair.path, pair.now});
    }
    const auto before = allocations.load();
    state.ResumeTiming();
    for (auto& x : batch)
      pair.server.handle_datagram(std::move(x), pair.now);
    while (auto x = pair.server.poll_rtp())
      ++packets;
    allocated += packets > burst ? allocations.load() - before : 0;
  }
  report(state, packets, allocated);
}
BENCHMARK(BM_webrtc_transport_handle_rtp)->Arg(100)->Arg(1200 - 12);

void BM_webrtc_transport_protect_rtp(benchmark::State& state) {
  transport_pair pair{{.backend = fastest_srtp_backend()}};
  if (!pair.connect())
    return state.SkipWithError("no handshake");
  auto packet = make_rtp(0, 1, static_cast<size_t>(state.range(0)));
  const byte_span all{packet};
  uint8_t scratch[buffer::capacity];
  uint16_t sequence = 0;
  size_t packets = 0;
  const auto before = allocations.load();
  for (auto _ : state) {
    store_u16(packet.data() + 2, ++sequence);
    packets += pair.server.protect_rtp(all.first(12), all.subspan(12), scratch)
                   ? 1
                   : 0;
  }
  report(state, packets, allocations.load() - before);
}
BENCHMARK(BM_webrtc_transport_protect_rtp)->Arg(100)->Arg(1200 - 12);

void BM_webrtc_transport_handle_check(benchmark::State& state) {
  transport_pair pair;
  const auto request = ice_check::to(pair.server.local_ice()).build();
  pair.deliver(request);
  size_t packets = 0;
  const auto before = allocations.load();
  for (auto _ : state) {
    pair.deliver(request);
    while (pair.server.poll_datagram())
      ++packets;
  }
  report(state, packets, allocations.load() - before);
}
BENCHMARK(BM_webrtc_transport_handle_check);

} // namespace
