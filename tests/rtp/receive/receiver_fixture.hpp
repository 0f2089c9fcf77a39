#pragma once

#include "rtp/receive/receiver.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

/// A producer's engine and its output, for tests.
namespace troupe::test {

inline rtp::receiver::config video() {
  auto x = rtp::receiver::config{};
  x.codec = rtp::codec::vp8;
  x.payload = rtp::payload_type{96};
  x.rtx_payload = rtp::payload_type{97};
  x.encodings = {{rtp::ssrc{1111}, rtp::ssrc{2222}, ""}};
  x.extensions = rtp::extension_map::defaults();
  x.feedback = {true, true, true, false, false};
  return x;
}

/// A receiver that collects and counts its output.
struct receiver_fixture {
  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  rtp::receiver engine;
  std::vector<int64_t> passed;
  std::vector<uint16_t> nacked;
  int plis = 0;
  int firs = 0;
  std::vector<rtp::rtcp::report_block> blocks;
  std::optional<rtp::ntp_time> reference_time;
  std::vector<rtp::receiver_event> events;

  explicit receiver_fixture(rtp::receiver::config x = video())
      : engine(std::move(x), *random) {}

  void feed(const packet_spec& x, net::duration when) {
    engine.handle_packets(batch_of({make_packet(x, at(when))}), at(when));
    drain();
  }

  void feed(uint16_t sequence, net::duration when,
            const octet_vector& payload = vp8_delta) {
    auto x = packet_spec{};
    x.sequence = sequence;
    x.timestamp = sequence * 3000u;
    x.payload = payload;
    feed(x, when);
  }

  void rtx(uint16_t original, net::duration when) {
    auto x = packet_spec{};
    x.ssrc = 2222;
    x.payload_type = 97;
    x.timestamp = original * 3000u;
    x.payload = vp8_delta;
    x.payload.insert(x.payload.begin(), {static_cast<uint8_t>(original >> 8),
                                         static_cast<uint8_t>(original)});
    feed(x, when);
  }

  void tick(net::duration when) {
    engine.handle_timeout(at(when));
    drain();
  }

  void drain() {
    while (auto x = engine.poll_batch())
      for (auto& p : **x)
        if (!p.filler)
          passed.push_back(p.sequence - 65536);
    while (auto x = engine.poll_event())
      events.push_back(std::move(*x));
    while (auto x = engine.poll_rtcp()) {
      auto reader = rtp::rtcp::compound_reader{*x};
      while (auto message = reader.next()) {
        if (auto* nack = std::get_if<rtp::rtcp::nack>(&*message))
          nack->for_each([&](uint16_t y) { nacked.push_back(y); });
        if (std::holds_alternative<rtp::rtcp::pli>(*message))
          ++plis;
        if (std::holds_alternative<rtp::rtcp::fir>(*message))
          ++firs;
        if (auto* rr = std::get_if<rtp::rtcp::receiver_report>(&*message))
          for (auto block : rr->blocks)
            blocks.push_back(block);
        if (auto* xr = std::get_if<rtp::rtcp::extended_report>(&*message))
          reference_time = xr->reference_time;
      }
      CHECK(reader.malformed() == 0);
    }
  }

  rtp::receive_stream_stats stats() {
    auto all = engine.stats(at(0s)).streams;
    REQUIRE(all.size() == 1);
    return all.front();
  }

  template <class T>
  const T* last_event() const {
    for (auto i = events.rbegin(); i != events.rend(); ++i)
      if (auto* x = std::get_if<T>(&*i))
        return x;
    return nullptr;
  }
};

} // namespace troupe::test
