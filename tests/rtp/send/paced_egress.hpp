#pragma once

#include "rtp/send/egress.hpp"

#include "rtp/rtcp/compound.hpp"
#include "tests/support/media_packets.hpp"

#include <algorithm>
#include <map>
#include <random>

namespace troupe::test {

inline std::shared_ptr<const rtp::header_writer> headers() {
  auto ids = rtp::extension_map::defaults();
  auto result = std::make_shared<rtp::header_writer>(ids, ids);
  result->set_mid("12");
  return result;
}

inline rtp::outgoing_packet outgoing(uint16_t sequence) {
  auto fields = rtp::rewritten_fields{};
  fields.payload_type = rtp::payload_type{101};
  fields.sequence_number = sequence;
  fields.timestamp = 4711;
  fields.ssrc = rtp::ssrc{5555};
  return {make_packet({}, at(0ms)), fields, std::nullopt};
}

inline std::optional<rtp::packet> take(rtp::egress& x, net::time_point now) {
  auto wire = x.poll_packet();
  if (!wire)
    return std::nullopt;
  auto octets = octet_vector(wire->header.begin(), wire->header.end());
  octets.insert(octets.end(), wire->payload.begin(), wire->payload.end());
  return parse_packet(octets, now);
}

/// An egress with feedback from a receiver behind a link of some rate.
struct paced_egress {
  explicit paced_egress(double bps) : link_bps(bps) {}

  rtp::outgoing_batch make(rtp::media_kind kind, size_t count,
                           uint32_t ssrc = 5555, size_t size = 1000) {
    rtp::outgoing_batch out;
    auto& own = streams[ssrc];
    own = own ? own : headers();
    out.headers = own;
    out.kind = kind;
    for (size_t i = 0; i < count; ++i) {
      packet_spec spec;
      spec.payload = octet_vector(size, 7);
      auto fields = rtp::rewritten_fields{};
      fields.sequence_number = sequence++;
      fields.ssrc = rtp::ssrc{ssrc};
      out.packets.push_back({make_packet(spec, now), fields, std::nullopt});
    }
    return out;
  }

  /// Sends all that may be sent now; returns the SSRCs.
  std::vector<uint32_t> flush() {
    std::vector<uint32_t> out;
    engine.handle_timeout(now);
    if (coalesces)
      engine.put_audio_last();
    while (auto p = take(engine, now)) {
      out.push_back(rtp::value(p->ssrc()));
      auto number = rtp::read_transport_cc(*p, rtp::extension_map::defaults());
      free = std::max(free, now)
             + std::chrono::nanoseconds{
                 static_cast<int64_t>(p->size() * 8e9 / link_bps)};
      under_way.push_back({*number, std::max(free, busy_until)});
    }
    return out;
  }

  /// Reports all packets that have arrived by now.
  void report() {
    rtp::rtcp::transport_cc_builder builder;
    if (under_way.empty() || under_way.front().second > now)
      return;
    builder.start(under_way.front().first,
                  under_way.front().second.time_since_epoch());
    while (!under_way.empty() && under_way.front().second <= now) {
      builder.add(under_way.front().first,
                  under_way.front().second.time_since_epoch());
      under_way.erase(under_way.begin());
    }
    octet_vector wire(1400);
    wire.resize(
        *builder.build(rtp::ssrc{1}, rtp::ssrc{2}, feedback_count++, wire));
    rtp::rtcp::compound_reader reader{wire};
    auto message = reader.next();
    engine.handle_transport_feedback(
        std::get<rtp::rtcp::transport_cc>(*message), now);
  }

  /// Sends video at this rate for this time.
  void send(double bps, net::duration time) {
    for (auto end = now + time; now < end; now += 10ms) {
      if (busy_for > 0ms && now >= busy_until + 20ms)
        busy_until = now + random() % (busy_for / 1ms) * 1ms;
      owed += bps / 8 / 100;
      for (; owed >= 1000; owed -= 1000)
        engine.handle_batch(make(rtp::media_kind::video, 1), now);
      flush();
      if (now >= next_report) {
        next_report = now + 50ms;
        report();
      }
    }
  }

  double link_bps;
  bool coalesces = false;
  rtp::egress engine;
  net::time_point now = at(0ms);
  std::map<uint32_t, std::shared_ptr<const rtp::header_writer>> streams;
  uint16_t sequence = 1;
  double owed = 0;
  net::time_point free{};
  net::time_point next_report{};
  uint8_t feedback_count = 0;
  /// The receiver processes packets at intervals of up to this time.
  net::duration busy_for{};
  net::time_point busy_until{};
  std::mt19937 random{11};
  std::vector<std::pair<uint16_t, net::time_point>> under_way;
};

} // namespace troupe::test
