// The CPU time of a handshake (both ends), and the heap octets of a connected
// association and of its two SRTP sessions.

#include "net/dtls/dtls_connection.hpp"

#include <benchmark/benchmark.h>

#include <malloc.h>

#include <memory>
#include <vector>

using namespace troupe::net;

namespace {

const dtls_context& context() {
  static const auto instance = dtls_context::make().value();
  return *instance;
}

void shake_hands(dtls_connection& client, dtls_connection& server) {
  time_point now{};
  server.start(dtls_role::server, {context().fingerprint()}, now);
  client.start(dtls_role::client, {context().fingerprint()}, now);
  for (bool moved = true; moved;) {
    moved = false;
    while (auto x = client.poll_datagram()) {
      server.handle_datagram(*x, now);
      moved = true;
    }
    while (auto x = server.poll_datagram()) {
      client.handle_datagram(*x, now);
      moved = true;
    }
  }
}

void BM_dtls_handshake(benchmark::State& state) {
  for (auto _ : state) {
    dtls_connection client{context()};
    dtls_connection server{context()};
    shake_hands(client, server);
    if (client.state() != dtls_state::connected)
      state.SkipWithError("not connected");
  }
}

BENCHMARK(BM_dtls_handshake)->Unit(benchmark::kMicrosecond);

void BM_dtls_data(benchmark::State& state) {
  dtls_connection client{context()};
  dtls_connection server{context()};
  shake_hands(client, server);
  std::vector<uint8_t> data(1100);
  for (auto _ : state) {
    client.send_data(data);
    server.handle_datagram(*client.poll_datagram(), time_point{});
    benchmark::DoNotOptimize(server.poll_data());
  }
}

BENCHMARK(BM_dtls_data);

/// bytes_fresh: before the start. bytes_server and bytes_client: connected.
/// bytes_released: a server after release(). bytes_srtp: a sender and a
/// receiver of the argument's backend.
void BM_dtls_memory(benchmark::State& state) {
  constexpr size_t count = 100;
  auto backend = static_cast<srtp_backend>(state.range(0));
  auto used = [] {
    return static_cast<double>(mallinfo2().uordblks);
  };
  auto per = [](double bytes) {
    return bytes / double(count);
  };
  for (auto _ : state) {
    std::vector<std::unique_ptr<dtls_connection>> servers(count);
    std::vector<std::unique_ptr<dtls_connection>> clients(count);
    auto start = used();
    for (auto& x : servers)
      x = std::make_unique<dtls_connection>(context());
    state.counters["bytes_fresh"] = per(used() - start);
    start = used();
    for (size_t i = 0; i < count; ++i) {
      clients[i] = std::make_unique<dtls_connection>(context());
      shake_hands(*clients[i], *servers[i]);
    }
    auto both = used() - start;
    clients.clear();
    auto server = used() - start;
    state.counters["bytes_server"] = per(server);
    state.counters["bytes_client"] = per(both - server);
    for (auto& x : servers)
      x->release();
    state.counters["bytes_released"] = per(used() - start);
    std::vector<std::unique_ptr<srtp_sender>> senders(count);
    std::vector<std::unique_ptr<srtp_receiver>> receivers(count);
    start = used();
    for (size_t i = 0; i < count; ++i) {
      auto& keys = *servers[i]->keys();
      senders[i] = make_srtp_sender(backend, keys.profile, keys.local);
      receivers[i] = make_srtp_receiver(backend, keys.profile, keys.remote);
    }
    state.counters["bytes_srtp"] = per(used() - start);
  }
  state.SetLabel(std::string{to_string(backend)});
}

BENCHMARK(BM_dtls_memory)->Arg(0)->Arg(1)->Arg(2)->Iterations(1);

} // namespace
