// ns per packet of protect and unprotect, by backend, profile, size and number
// of keys (1: one receiver; 300: a fan-out, each packet under another key). The
// printed item rate is packets per second.

#include "net/base/rng.hpp"
#include "net/srtp/srtp_session.hpp"

#include <benchmark/benchmark.h>

#include <malloc.h>

#include <memory>
#include <string>
#include <vector>

using namespace troupe::net;

namespace {

srtp_master_key random_key(srtp_profile profile, rng& random) {
  srtp_master_key key;
  key.key.resize(srtp_key_length(profile));
  key.salt.resize(srtp_salt_length(profile));
  random.fill(key.key);
  random.fill(key.salt);
  return key;
}

std::vector<uint8_t> make_header() {
  std::vector<uint8_t> header(12);
  header[0] = 0x80;
  header[1] = 96;
  store_u32(&header[8], 0x1234);
  return header;
}

void protect(benchmark::State& state, srtp_backend backend,
             srtp_profile profile, size_t size, size_t keys) {
  auto random = make_seeded_rng(1);
  std::vector<std::unique_ptr<srtp_sender>> senders;
  for (size_t i = 0; i < keys; ++i)
    senders.push_back(
        make_srtp_sender(backend, profile, random_key(profile, *random)));
  auto header = make_header();
  std::vector<uint8_t> payload(size - header.size());
  std::vector<uint8_t> out(size + srtp_max_overhead);
  uint16_t sequence = 0;
  size_t next = 0;
  for (auto _ : state) {
    if (next == keys) {
      next = 0;
      store_u16(&header[2], ++sequence);
    }
    if (next == 0 && keys == 1)
      store_u16(&header[2], ++sequence);
    benchmark::DoNotOptimize(senders[next]->protect_rtp(header, payload, out));
    next = keys == 1 ? 0 : next + 1;
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

void unprotect(benchmark::State& state, srtp_backend backend,
               srtp_profile profile, size_t size, size_t keys) {
  constexpr size_t burst = 64;
  auto random = make_seeded_rng(1);
  std::vector<std::unique_ptr<srtp_sender>> senders;
  std::vector<std::unique_ptr<srtp_receiver>> receivers;
  for (size_t i = 0; i < keys; ++i) {
    auto key = random_key(profile, *random);
    senders.push_back(make_srtp_sender(backend, profile, key));
    receivers.push_back(make_srtp_receiver(backend, profile, key));
  }
  auto header = make_header();
  std::vector<uint8_t> payload(size - header.size());
  std::vector<std::vector<uint8_t>> wires(burst);
  uint16_t sequence = 0;
  size_t key = 0;
  size_t next = burst;
  std::vector<size_t> owner(burst);
  for (auto _ : state) {
    if (next == burst) {
      // A burst is protected outside of the measured time.
      state.PauseTiming();
      for (size_t i = 0; i < burst; ++i) {
        if (key == keys)
          key = 0;
        if (key == 0)
          store_u16(&header[2], ++sequence);
        wires[i].resize(size + srtp_max_overhead);
        wires[i].resize(*senders[key]->protect_rtp(header, payload, wires[i]));
        owner[i] = key++;
      }
      next = 0;
      state.ResumeTiming();
    }
    if (!receivers[owner[next]]->unprotect_rtp(wires[next])) {
      state.SkipWithError("refused");
      break;
    }
    ++next;
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

/// Heap octets of a sender and a receiver that each know one source.
void memory(benchmark::State& state, srtp_backend backend,
            srtp_profile profile) {
  constexpr size_t pairs = 100;
  auto random = make_seeded_rng(1);
  auto header = make_header();
  std::vector<uint8_t> payload(100);
  for (auto _ : state) {
    std::vector<std::unique_ptr<srtp_sender>> senders;
    std::vector<std::unique_ptr<srtp_receiver>> receivers;
    senders.reserve(pairs);
    receivers.reserve(pairs);
    auto before = mallinfo2().uordblks;
    for (size_t i = 0; i < pairs; ++i) {
      auto key = random_key(profile, *random);
      senders.push_back(make_srtp_sender(backend, profile, key));
      receivers.push_back(make_srtp_receiver(backend, profile, key));
      uint8_t wire[200];
      auto n = senders[i]->protect_rtp(header, payload, wire);
      receivers[i]->unprotect_rtp({wire, *n});
    }
    state.counters["bytes"] =
        static_cast<double>((mallinfo2().uordblks - before) / pairs);
  }
}

const bool registered = [] {
  for (auto backend : {srtp_backend::libsrtp2, srtp_backend::openssl,
                       srtp_backend::ipsec_mb}) {
    if (!srtp_backend_available(backend))
      continue;
    for (auto profile :
         {srtp_profile::aes128_cm_sha1_80, srtp_profile::aes128_cm_sha1_32,
          srtp_profile::aead_aes_128_gcm, srtp_profile::aead_aes_256_gcm}) {
      auto name = '/' + std::string{to_string(backend)} + '/'
                  + std::string{to_string(profile)};
      benchmark::RegisterBenchmark(("BM_srtp_memory" + name).c_str(), memory,
                                   backend, profile)
          ->Iterations(1);
      for (size_t size : {size_t{120}, size_t{1200}}) {
        for (size_t keys : {size_t{1}, size_t{300}}) {
          auto arguments =
              name + '/' + std::to_string(size) + '/' + std::to_string(keys);
          benchmark::RegisterBenchmark(("BM_srtp_protect" + arguments).c_str(),
                                       protect, backend, profile, size, keys);
          benchmark::RegisterBenchmark(
              ("BM_srtp_unprotect" + arguments).c_str(), unprotect, backend,
              profile, size, keys);
        }
      }
    }
  }
  return true;
}();

} // namespace
