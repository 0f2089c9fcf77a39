#include "net/io/udp/report_filter.hpp"
#include "net/io/udp/socket_group.hpp"

#include <doctest/doctest.h>

#include <poll.h>
#include <sys/socket.h>

#include <set>
#include <string>
#include <utility>

using namespace troupe::net;

namespace {

// A datagram as far as the kernel looks at it.
std::vector<uint8_t> octets(uint8_t first, uint8_t second, size_t size = 100) {
  std::vector<uint8_t> out(size);
  out[0] = first;
  out[1] = second;
  return out;
}

const auto receiver_report = octets(0x81, 201);
const auto media_packet = octets(0x90, 96);

std::unique_ptr<udp_socket> open_client(const std::string& ip) {
  auto out = udp_socket::open(*parse_address(ip, 0), {});
  REQUIRE(out);
  return std::move(*out);
}

// The sockets of one address, and what arrives at them.
struct scene {
  scene(const std::string& address, size_t count,
        const report_steering& steer = steer_reports)
      : ip(address) {
    auto opened = open_socket_group(*parse_address(ip, 0), {}, count, steer);
    REQUIRE(opened.has_value());
    group = std::move(*opened);
  }

  socket_address address() const {
    return group.media.front()->local();
  }

  // The sockets for media, then those for reports.
  std::vector<udp_socket*> sockets() const {
    std::vector<udp_socket*> out;
    for (const auto& x : group.media)
      out.push_back(x.get());
    for (const auto& x : group.reports)
      out.push_back(x.get());
    return out;
  }

  // Sends a datagram and returns the index of the socket that receives it.
  size_t arrival(udp_socket& client, const std::vector<uint8_t>& data) {
    outgoing_datagram out{
        data, {transport_protocol::udp, 0, client.local(), address()}};
    client.send({&out, 1});
    auto all = sockets();
    std::vector<pollfd> waiting;
    for (const auto* x : all)
      waiting.push_back({x->fd(), POLLIN, 0});
    REQUIRE(::poll(waiting.data(), waiting.size(), 2000) == 1);
    size_t index = 0;
    while (waiting[index].revents == 0)
      ++index;
    datagram_batch got;
    all[index]->receive_burst(*pool, 0, {}, got);
    REQUIRE(got.size() == 1);
    CHECK(got[0].data->size() == data.size());
    return index;
  }

  std::string ip;
  buffer_pool::ptr pool = buffer_pool::make();
  socket_group group;
};

} // namespace

TEST_CASE(
    "reports arrive at a socket of their own, all else where media does") {
  struct row {
    const char* what;
    uint8_t first;
    uint8_t second;
    bool report;
  };
  const row rows[] = {
      {"sender report", 0x80, 200, true},
      {"receiver report", 0x81, 201, true},
      {"receiver report with padding", 0xA1, 201, true},
      {"transport-wide feedback", 0x8F, 205, true},
      {"REMB", 0x8F, 206, true},
      {"NACK", 0x81, 205, false},
      {"PLI", 0x81, 206, false},
      {"FIR", 0x84, 206, false},
      {"source description", 0x81, 202, false},
      {"BYE", 0x81, 203, false},
      {"extended report", 0x80, 207, false},
      {"RTP", 0x80, 96, false},
      {"RTP with a marker", 0x90, 0x80 | 111, false},
      {"STUN", 0, 1, false},
      {"STUN response that looks like RTCP", 1, 201, false},
      {"DTLS", 22, 201, false},
      {"TURN channel", 0x4F, 205, false},
      {"unknown version", 0xC0, 201, false},
  };
  for (const std::string ip : {"127.0.0.1", "::1"}) {
    CAPTURE(ip);
    scene x{ip, 1};
    REQUIRE(x.group.reports.size() == 1);
    auto client = open_client(ip);
    for (const auto& y : rows) {
      CAPTURE(y.what);
      const size_t expected = y.report ? 1 : 0;
      CHECK(x.arrival(*client, octets(y.first, y.second)) == expected);
      CHECK(x.arrival(*client, octets(y.first, y.second, 1200)) == expected);
    }
    // RTCP has at least eight octets.
    CHECK(x.arrival(*client, octets(0x81, 201, 8)) == 1);
    CHECK(x.arrival(*client, octets(0x81, 201, 7)) == 0);
    CHECK(x.arrival(*client, {0x81}) == 0);
  }
}

TEST_CASE(
    "a client's reports and media arrive at sockets that belong together") {
  for (const std::string ip : {"127.0.0.1", "::1"}) {
    CAPTURE(ip);
    constexpr size_t count = 3;
    scene x{ip, count};
    REQUIRE(x.group.reports.size() == count);
    std::set<size_t> used;
    std::vector<std::unique_ptr<udp_socket>> clients;
    for (int i = 0; i < 30; ++i) {
      clients.push_back(open_client(ip));
      auto& client = *clients.back();
      auto media = x.arrival(client, media_packet);
      CHECK(media < count);
      CHECK(x.arrival(client, receiver_report) == count + media);
      CHECK(x.arrival(client, octets(0, 1)) == media);
      CHECK(x.arrival(client, octets(22, 254, 1400)) == media);
      used.insert(media);
    }
    CHECK(used.size() > 1);
  }
}

TEST_CASE("without steering all datagrams arrive where media does") {
  scene x{"127.0.0.1", 1, nullptr};
  CHECK(x.group.reports.empty());
  auto client = open_client("127.0.0.1");
  CHECK(x.arrival(*client, receiver_report) == 0);
  CHECK(x.arrival(*client, media_packet) == 0);
}

TEST_CASE("a kernel that refuses to steer leaves the sockets for media") {
  std::error_code why;
  auto refused = [&](const udp_socket& first, size_t n) {
    int on = 1;
    REQUIRE(setsockopt(first.fd(), SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on)
            == 0);
    auto done = steer_reports(first, n);
    why = done ? std::error_code{} : done.error();
    return done;
  };
  for (size_t count : {size_t{1}, size_t{2}}) {
    CAPTURE(count);
    scene x{"127.0.0.1", count, refused};
    CHECK(why == std::errc::operation_not_permitted);
    CHECK(x.group.media.size() == count);
    CHECK(x.group.reports.empty());
    auto client = open_client("127.0.0.1");
    auto media = x.arrival(*client, media_packet);
    CHECK(x.arrival(*client, receiver_report) == media);
    // A single socket no longer shares its address.
    udp_socket_options options;
    options.reuse_port = true;
    CHECK(udp_socket::open(x.address(), options).has_value() == (count > 1));
  }
}

TEST_CASE("a second server cannot bind an address with sockets for reports") {
  scene x{"127.0.0.1", 1};
  for (const auto& steer :
       {report_steering{}, report_steering{steer_reports}}) {
    auto again = open_socket_group(x.address(), {}, 1, steer);
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error() == std::errc::address_in_use);
  }
}

TEST_CASE("the kernel's drops of a full socket are counted") {
  udp_socket_options options;
  options.receive_buffer = 4096;
  auto socket = udp_socket::open(*parse_address("127.0.0.1", 0), options);
  REQUIRE(socket);
  auto client = open_client("127.0.0.1");
  CHECK((*socket)->kernel_drops() == 0);
  outgoing_datagram out{
      media_packet,
      {transport_protocol::udp, 0, client->local(), (*socket)->local()}};
  for (int i = 0; i < 1000; ++i)
    client->send({&out, 1});
  CHECK((*socket)->kernel_drops() > 0);
}
