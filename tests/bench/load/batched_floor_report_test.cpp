#include "bench/load/report/batched_floor.hpp"
#include "bench/load/report/batched_sender.hpp"
#include "bench/load/report/floor_feeder.hpp"
#include "bench/load/report/loopback_peers.hpp"

#include <doctest/doctest.h>

#include <poll.h>
#include <sys/socket.h>

using namespace troupe;
using namespace troupe::load;
using namespace std::chrono_literals;

namespace {

constexpr auto backend = net::srtp_backend::openssl;

std::unique_ptr<net::srtp_sender> make_keys() {
  net::srtp_master_key key{std::vector<uint8_t>(16, 7),
                           std::vector<uint8_t>(12, 9)};
  return net::make_srtp_sender(backend, net::srtp_profile::aead_aes_128_gcm,
                               key);
}

/// A sender to `count` receivers, which are one socket.
struct sending {
  explicit sending(size_t count) {
    for (size_t i = 0; i < count; ++i)
      sender.add_receiver(to->address, make_keys());
  }

  /// Sends packets of these sizes, without the tag, to one receiver.
  void send(size_t receiver, const std::vector<size_t>& sizes) {
    std::vector<std::vector<uint8_t>> packets;
    std::vector<net::mutable_byte_span> spans;
    for (auto size : sizes) {
      auto& x = packets.emplace_back(size);
      x[0] = 0x90; // one extension element: a header of 20 octets
      net::store_u16(&x[12], 0xbede);
      net::store_u16(&x[14], 1);
      net::store_u16(&x[2], ++number);
    }
    for (auto& x : packets)
      spans.push_back(x);
    sender.send(receiver, spans);
  }

  /// The sizes of the next `count` datagrams, or of fewer if they do not come.
  std::vector<size_t> received(size_t count) {
    std::vector<size_t> out;
    pollfd ready{*to->socket, POLLIN, 0};
    char room[2048];
    while (out.size() < count && ::poll(&ready, 1, 2'000) > 0)
      for (ssize_t n;
           (n = ::recv(*to->socket, room, sizeof room, MSG_DONTWAIT)) >= 0;)
        out.push_back(static_cast<size_t>(n));
    return out;
  }

  outcome<udp_endpoint> from = open_loopback_udp();
  outcome<udp_endpoint> to = open_loopback_udp();
  batched_sender sender{*from->socket};
  uint16_t number = 0;
};

floor_traffic two_streams() {
  floor_traffic out;
  out.receivers = 3;
  out.streams = {{{{130}}, 50, {0, 1, 2}},
                 {{{1'200, 1'200, 700}, {500}}, 30, {1, 2}}};
  out.rtcp_per_packet = 0.2;
  return out;
}

} // namespace

TEST_CASE("equal packets to one receiver are one message of the floor") {
  sending x{2};
  x.send(0, {1'000, 1'000, 400});
  x.send(1, {1'000});
  x.sender.flush();
  CHECK(x.sender.messages() == 2);
  CHECK(x.sender.calls() == 1);
  CHECK(x.sender.sent() == 4);
  CHECK(x.received(4) == std::vector<size_t>{1'016, 1'016, 416, 1'016});
}

TEST_CASE("a larger packet, or one after a shorter, begins a new message") {
  sending x{1};
  x.send(0, {400, 1'000, 1'000, 400, 400});
  x.sender.flush();
  CHECK(x.sender.messages() == 3);
  CHECK(x.received(5).size() == 5);
}

TEST_CASE("a call of the floor takes 64 messages") {
  sending x{1};
  for (int i = 0; i < 65; ++i)
    x.send(0, {100});
  x.sender.flush();
  CHECK(x.sender.messages() == 65);
  CHECK(x.sender.calls() == 2);
  CHECK(x.received(65).size() == 65);
}

TEST_CASE("the frames of all streams come in the order of their times") {
  auto traffic = two_streams();
  auto order = floor_feeder::order_of(traffic);
  // Three seconds of 50 and 30 frames a second.
  CHECK(order.size() == 3 * (50 + 30));
  size_t frames[2] = {};
  for (const auto& x : order)
    CHECK(x.frame
          == frames[x.stream]++ % traffic.streams[x.stream].frames.size());
  CHECK(frames[0] == 150);
  // They alternate as the rates are.
  size_t video = 0;
  for (size_t i = 0; i < 80; ++i)
    video += order[i].stream;
  CHECK(video >= 29);
  CHECK(video <= 31);
}

TEST_CASE("the batched floor is measured for a scenario's traffic") {
  batched_floor_options options;
  options.repetitions = 3;
  options.slice = 1ms;
  options.backend = backend;
  auto traffic = two_streams();
  auto ns = measure_batched_floor(traffic, options);
  REQUIRE(ns.has_value());
  CHECK(*ns > 0);
}

TEST_CASE("a scenario that sends nothing has no batched floor") {
  batched_floor_options options;
  options.slice = 1ms;
  CHECK_FALSE(measure_batched_floor({}, options).has_value());
}
