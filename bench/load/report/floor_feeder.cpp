#include "bench/load/report/floor_feeder.hpp"

#include "bench/load/report/batched_sender.hpp"
#include "net/base/assert.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace troupe::load {

namespace {

constexpr auto profile = net::srtp_profile::aead_aes_128_gcm;

// The packets sent between two readings of the clock, at least.
constexpr size_t sent_per_feed = 128;

// SSRCs of receivers' reports; those of media count from 1.
constexpr uint32_t first_reporter = 0x8000'0000;

// A receiver report with transport-wide feedback, as long as is usual.
constexpr size_t report_octets = 64;

// Frames of all streams repeat after this time.
constexpr uint64_t period_ns = 3'000'000'000;

} // namespace

std::vector<floor_feeder::turn>
floor_feeder::order_of(const floor_traffic& traffic) {
  struct timed {
    uint64_t at;
    turn what;
  };
  std::vector<timed> all;
  for (size_t i = 0; i < traffic.streams.size(); ++i) {
    auto& x = traffic.streams[i];
    if (x.rate == 0 || x.frames.empty() || x.receivers.empty())
      continue;
    auto interval = 1'000'000'000 / uint64_t{x.rate};
    auto phase = i * 3'701'000 % interval;
    for (uint64_t n = 0; n * interval + phase < period_ns; ++n)
      all.push_back({n * interval + phase, {i, n % x.frames.size()}});
  }
  std::ranges::stable_sort(all, {}, &timed::at);
  std::vector<turn> out;
  for (auto& x : all)
    out.push_back(x.what);
  return out;
}

outcome<std::unique_ptr<floor_feeder>>
floor_feeder::make(const floor_traffic& traffic, const sockaddr_in& server,
                   net::srtp_backend backend) {
  if (!net::srtp_backend_available(backend))
    return failure{"the SRTP backend " + std::string{net::to_string(backend)}
                   + " is not available"};
  std::unique_ptr<floor_feeder> self{new floor_feeder{traffic}};
  self->order_ = order_of(traffic);
  if (self->order_.empty())
    return failure{"the scenario sends nothing: it has no batched floor"};
  auto endpoint = open_loopback_udp();
  if (!endpoint)
    return endpoint.error();
  self->endpoint_ = std::move(*endpoint);
  self->server_ = server;
  for (size_t i = 0; i < traffic.streams.size(); ++i)
    self->sources_.push_back({self->make_keys(backend), 0, 0});
  return self;
}

floor_feeder::keys floor_feeder::make_keys(net::srtp_backend backend) {
  net::srtp_master_key key;
  key.key.resize(net::srtp_key_length(profile));
  key.salt.resize(net::srtp_salt_length(profile));
  random_->fill(key.key);
  random_->fill(key.salt);
  return {net::make_srtp_sender(backend, profile, key),
          net::make_srtp_receiver(backend, profile, key)};
}

std::unique_ptr<net::srtp_sender>
floor_feeder::make_receiver_key(net::srtp_backend backend) {
  reports_.push_back(make_keys(backend));
  return make_keys(backend).sender;
}

void floor_feeder::feed() {
  size_t sent = 0;
  size_t datagrams = 0;
  do {
    auto& x = order_[next_turn_];
    auto& stream = traffic_.streams[x.stream];
    auto packets = stream.frames[x.frame].size();
    if (datagrams > 0 && datagrams + packets > max_datagrams)
      break;
    send_frame(x);
    next_turn_ = (next_turn_ + 1) % order_.size();
    datagrams += packets;
    sent += packets * stream.receivers.size();
  } while (sent < sent_per_feed);
  rtcp_due_ += static_cast<double>(sent) * traffic_.rtcp_per_packet;
  for (; rtcp_due_ >= 1 && datagrams < max_datagrams; ++datagrams) {
    rtcp_due_ -= 1;
    send_rtcp();
  }
}

void floor_feeder::send_frame(const turn& x) {
  auto& from = sources_[x.stream];
  from.timestamp += 3'000;
  std::array<uint8_t, batched_sender::header_octets> header{
      0x90, 96,   0, 0, 0,    0, 0, 0, 0, 0, 0, 0, // X bit
      0xbe, 0xde, 0, 1, 0x31, 0, 0, 0};            // id 3, two octets
  net::store_u32(&header[4], from.timestamp);
  net::store_u32(&header[8], static_cast<uint32_t>(x.stream + 1));
  std::array<uint8_t, 2048> payload;
  payload.fill(0x55);
  std::array<uint8_t, 2048> out;
  for (size_t octets : traffic_.streams[x.stream].frames[x.frame]) {
    constexpr auto around =
        batched_sender::header_octets + net::srtp_max_overhead;
    TROUPE_ASSERT(octets > around && octets <= out.size());
    net::store_u16(&header[2], ++from.sequence);
    auto size = from.crypto.sender->protect_rtp(
        header, net::byte_span{payload}.first(octets - around), out);
    TROUPE_ASSERT(size.has_value());
    send(net::byte_span{out}.first(*size));
  }
}

void floor_feeder::send_rtcp() {
  if (reports_.empty())
    return;
  std::array<uint8_t, report_octets> report{0x80, 201, 0,
                                            report_octets / 4 - 1};
  net::store_u32(&report[4],
                 first_reporter + static_cast<uint32_t>(next_reporter_));
  std::array<uint8_t, report_octets + net::srtcp_max_overhead> out;
  auto size = reports_[next_reporter_].sender->protect_rtcp(report, out);
  TROUPE_ASSERT(size.has_value());
  send(net::byte_span{out}.first(*size));
  next_reporter_ = (next_reporter_ + 1) % reports_.size();
}

void floor_feeder::send(net::byte_span datagram) {
  ::sendto(*endpoint_.socket, datagram.data(), datagram.size(), 0,
           reinterpret_cast<const sockaddr*>(&server_), sizeof(server_));
}

std::optional<size_t>
floor_feeder::unprotect_rtp(net::mutable_byte_span packet) {
  if (packet.size() < batched_sender::header_octets
      || stream_of(packet) >= sources_.size())
    return std::nullopt;
  return sources_[stream_of(packet)].crypto.receiver->unprotect_rtp(packet);
}

void floor_feeder::unprotect_rtcp(net::mutable_byte_span packet) {
  auto who = net::load_u32(&packet[4]) - first_reporter;
  if (who < reports_.size())
    reports_[who].receiver->unprotect_rtcp(packet);
}

bool floor_feeder::is_rtcp(net::byte_span packet) {
  return packet.size() >= 8 && packet[1] == 201;
}

size_t floor_feeder::stream_of(net::byte_span packet) {
  return net::load_u32(&packet[8]) - 1;
}

} // namespace troupe::load
