#include "actors/transport/plain_client.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
using protocol::error_code;
using protocol::plain_address;

namespace {

constexpr net::time_point start{1h};

net::socket_address address(const std::string& ip, uint16_t port) {
  return *net::parse_address(ip, port);
}

/// A client, and the packets that come from somewhere.
struct scene {
  explicit scene(bool comedia, bool rtcp_mux = false)
      : client(comedia, rtcp_mux, start) {}

  bool packet(uint32_t path, const net::socket_address& from,
              bool knows_source = true) {
    net::transport_tuple tuple;
    tuple.path = path;
    tuple.remote = from;
    return client.admit(tuple, now, [&] { return knows_source; });
  }

  std::optional<error_code> connect(const plain_address& x) {
    auto refusal = client.connect(x, networks, now);
    return refusal ? std::optional{refusal->code} : std::nullopt;
  }

  plain_networks networks{config::rtc_keys{}};
  net::time_point now = start + 1s;
  plain_client client;
};

const auto here = address("127.0.0.1", 5004);
const auto here_rtcp = address("127.0.0.1", 7000);
const auto elsewhere = address("127.0.0.2", 5004);

} // namespace

TEST_CASE("a client with comedia is where its first known packet comes from") {
  scene at{true};
  CHECK_FALSE(at.packet(rtp_path, elsewhere, false));
  CHECK_FALSE(at.client.addresses());
  CHECK_FALSE(at.client.answered());
  CHECK(at.client.heard() == start);
  CHECK(at.packet(rtp_path, here));
  CHECK(at.client.take_learned());
  CHECK_FALSE(at.client.take_learned());
  CHECK(at.client.answered());
  CHECK(at.client.heard() == at.now);
  // It stays; further packets need no producer.
  CHECK_FALSE(at.packet(rtp_path, elsewhere));
  CHECK_FALSE(at.packet(rtp_path, address("127.0.0.1", 5005)));
  CHECK(at.packet(rtp_path, here, false));
  CHECK(at.client.addresses()->rtp == here);
}

TEST_CASE("both ports of a plain client are on one host") {
  scene at{true};
  CHECK(at.packet(rtp_path, here));
  CHECK(at.client.take_learned());
  CHECK_FALSE(at.client.reports_to());
  // Until the client sends RTCP, that goes to the next port.
  CHECK(at.client.addresses()->rtcp == address("127.0.0.1", 5005));
  CHECK_FALSE(at.packet(rtcp_path, elsewhere));
  CHECK_FALSE(at.client.take_learned());
  CHECK(at.packet(rtcp_path, here_rtcp));
  CHECK(at.client.take_learned());
  CHECK(at.client.addresses()->rtcp == here_rtcp);
  CHECK(at.client.reports_to() == here_rtcp);
}

TEST_CASE("with rtcpMux a plain client has one address") {
  scene at{true, true};
  CHECK(at.packet(rtp_path, here));
  CHECK(at.client.addresses()->rtcp == here);
  CHECK(at.client.reports_to() == here);
}

TEST_CASE("a plain client that sends RTCP first is sent nothing yet") {
  scene at{true};
  CHECK(at.packet(rtcp_path, here_rtcp));
  CHECK_FALSE(at.client.addresses());
  CHECK(at.client.reports_to() == here_rtcp);
}

TEST_CASE("a plain client without comedia has the addresses that it signals") {
  scene at{false};
  CHECK_FALSE(at.packet(rtp_path, here));
  CHECK_FALSE(at.connect({"127.0.0.1", 5004, 7000}));
  CHECK(at.client.heard() == at.now);
  CHECK(at.client.addresses()->rtp == here);
  CHECK(at.client.addresses()->rtcp == here_rtcp);
  // It is sent no reports before it has sent something.
  CHECK_FALSE(at.client.reports_to());
  CHECK_FALSE(at.packet(rtp_path, elsewhere));
  CHECK(at.packet(rtp_path, here));
  CHECK(at.client.reports_to() == here_rtcp);
  CHECK_FALSE(at.client.take_learned());
  CHECK(at.connect({"127.0.0.1", 5004, 7000}) == error_code::wrong_state);
}

TEST_CASE("a refused address leaves a plain client unconnected") {
  scene at{false};
  for (auto ip : {"nowhere", "0.0.0.0", "239.1.1.1", "ff02::1"})
    CHECK(at.connect({ip, 5004, 5005}) == error_code::bad_request);
  CHECK(at.connect({"127.0.0.1", 0, 5005}) == error_code::bad_request);
  CHECK(at.connect({"127.0.0.1", 5004, {}}) == error_code::bad_request);
  CHECK(at.connect({"127.0.0.1", 5004, 0}) == error_code::bad_request);
  CHECK(at.connect({"203.0.113.7", 5004, 5005}) == error_code::forbidden);
  CHECK(at.client.heard() == start);
  CHECK_FALSE(at.connect({"127.0.0.1", 5004, 5005}));
}

TEST_CASE("with rtcpMux no port for RTCP is signaled") {
  scene at{false, true};
  CHECK_FALSE(at.connect({"127.0.0.1", 5004, {}}));
  CHECK(at.client.addresses()->rtcp == here);
}
