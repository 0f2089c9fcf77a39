// ns per ICE check that changes nothing, as the I/O threads answer it: parse,
// verify, write the response. And of its parts.

#include "net/ice/ice_check_responder.hpp"
#include "tests/support/ice_check.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace troupe::net;
using troupe::test::ice_check;
using troupe::test::make_tuple;

namespace {

// A responder, and a check that its client sends.
struct silent_client {
  explicit silent_client(size_t number) : tuple(make_tuple(1)) {
    tuple.remote.set_port(static_cast<uint16_t>(number));
    const auto text = std::to_string(100'000'000 + number);
    const ice_credentials credentials{text, "the-password-of-" + text};
    responder = std::make_unique<ice_check_responder>(
        credentials, tuple, time_point{}, std::make_shared<client_liveness>());
    auto x = ice_check::to(credentials);
    x.id.fill(static_cast<uint8_t>(number));
    check = x.build();
  }

  bool answer() {
    std::array<uint8_t, ice_check_responder::max_size> out;
    const auto size = responder->answer(check, tuple, time_point{}, out);
    benchmark::DoNotOptimize(out);
    return size.has_value();
  }

  transport_tuple tuple;
  std::unique_ptr<ice_check_responder> responder;
  std::vector<uint8_t> check;
};

// Clients in an order that the processor cannot predict.
std::vector<silent_client> make_clients(size_t count) {
  std::vector<silent_client> clients;
  clients.reserve(count);
  for (size_t i = 0; i < count; ++i)
    clients.emplace_back(i);
  std::shuffle(clients.begin(), clients.end(), std::mt19937{1});
  return clients;
}

// Clients take turns, so with more than one each check has another key than
// the check before it.
void BM_stun_answer(benchmark::State& state) {
  auto clients = make_clients(static_cast<size_t>(state.range(0)));
  size_t next = 0;
  for (auto _ : state) {
    if (!clients[next].answer())
      return state.SkipWithError("not answered");
    next = (next + 1) % clients.size();
  }
}
BENCHMARK(BM_stun_answer)->Arg(1)->Arg(4'400);

// The same in passes of eight checks, with 4 MB of other memory written before
// each pass: in a server, other work has replaced the near caches meanwhile.
// Reports the median pass, in ns per check.
void BM_stun_answer_cold(benchmark::State& state) {
  constexpr size_t pass = 8;
  auto clients = make_clients(4'400);
  std::vector<uint8_t> other(4 << 20);
  std::vector<double> samples;
  size_t next = 0;
  for (auto _ : state) {
    for (size_t i = 0; i < other.size(); i += 64)
      benchmark::DoNotOptimize(++other[i]);
    const auto begin = std::chrono::steady_clock::now();
    for (size_t i = 0; i < pass; ++i)
      if (!clients[next + i].answer())
        return state.SkipWithError("not answered");
    const std::chrono::duration<double, std::nano> spent =
        std::chrono::steady_clock::now() - begin;
    samples.push_back(spent.count() / pass);
    next = (next + pass) % clients.size();
  }
  const auto middle = samples.begin() + samples.size() / 2;
  std::ranges::nth_element(samples, middle);
  state.counters["ns/check"] = *middle;
}
BENCHMARK(BM_stun_answer_cold)->Iterations(5'000);

// Parses a message of the given size, which includes its FINGERPRINT: all that
// a message without a valid MESSAGE-INTEGRITY costs.
void BM_stun_parse(benchmark::State& state) {
  std::vector<uint8_t> out(static_cast<size_t>(state.range(0)));
  stun_writer writer{out, stun_class::request, {}};
  writer.attribute(0x8022, std::vector<uint8_t>(out.size() - 32, 7));
  writer.fingerprint();
  if (!writer.finish())
    return state.SkipWithError("does not fit");
  for (auto _ : state)
    benchmark::DoNotOptimize(stun_message::parse(out));
}
BENCHMARK(BM_stun_parse)->Arg(100)->Arg(1'500);

} // namespace
