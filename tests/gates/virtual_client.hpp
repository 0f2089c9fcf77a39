#pragma once

#include "rtp/base/types.hpp"
#include "rtp/rtcp/transport_cc.hpp"
#include "tests/actors/support/fake_client.hpp"
#include "tests/gates/gate_world.hpp"
#include "tests/support/webrtc_client.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace troupe::gates {

/// The transports of all clients, on addresses of their own; and the one socket
/// on loopback by which their handshakes come. 127/8 is one host: a socket that
/// is bound to all addresses receives for each of them.
class client_network {
public:
  client_network();

  client_network(const client_network&) = delete;

  ~client_network();

  /// The address of transport `number`.
  net::socket_address address(size_t number) const;

  /// The number of the transport with that address.
  static size_t number_of(const net::socket_address& x);

  /// Waits, for two seconds at most, until a datagram comes; returns all.
  std::vector<std::vector<uint8_t>> receive();

private:
  int fd_ = -1;
  uint16_t port_ = 0;
};

/// One transport of a client: ICE, DTLS and SRTP, without a socket. What it
/// receives is not decrypted: only headers are read, and reports are sent as a
/// browser sends them, transport-wide feedback every 100 ms and a receiver
/// report every second.
class virtual_transport {
public:
  static constexpr net::duration feedback_interval =
      std::chrono::milliseconds{100};
  static constexpr net::duration report_interval = std::chrono::seconds{1};

  /// Creates the transport by `client`'s signaling and connects it. A failed
  /// check ends the test.
  virtual_transport(gate_world& world, client_network& network, size_t number,
                    test::fake_client& client, const std::string& direction);

  const std::string& id() const {
    return id_;
  }

  /// The id of transport-wide sequence numbers in what it receives.
  void expect_numbers(uint8_t extension_id) {
    numbers_id_ = extension_id;
  }

  /// The transport-wide number of the next packet that it sends.
  uint16_t next_number() {
    return sent_numbers_++;
  }

  /// A packet that the server has sent.
  void receive(net::byte_span packet, net::time_point now);

  /// When report() is next wanted.
  net::time_point due() const {
    return std::min(feedback_due_, report_due_);
  }

  /// Adds the reports that are due.
  void report(net::time_point now, std::vector<arrival>& to);

  /// Protects and adds a packet of RTP with a header of that size, and one of
  /// RTCP.
  void send_rtp(const std::vector<uint8_t>& packet, size_t header,
                net::time_point now, std::vector<arrival>& to);
  void send_rtcp(net::byte_span packet, net::time_point now,
                 std::vector<arrival>& to);

private:
  struct stream {
    rtp::wrap_extender<uint16_t> numbers;
    int64_t highest = -1;
  };

  void connect(client_network& network);
  void add(std::vector<uint8_t> datagram, net::time_point now,
           std::vector<arrival>& to);
  void send_feedback(net::time_point now, std::vector<arrival>& to);
  void send_report(net::time_point now, std::vector<arrival>& to);

  gate_world& world_;
  std::unique_ptr<net::rng> random_;
  test::webrtc_client engine_;
  net::buffer_pool::ptr pool_ = net::buffer_pool::make();
  net::transport_tuple tuple_;
  const route* route_ = nullptr;
  std::string id_;
  uint8_t numbers_id_ = 0;
  rtp::wrap_extender<uint16_t> transport_numbers_;
  std::map<int64_t, net::time_point> arrivals_; // not yet reported
  std::map<uint32_t, stream> streams_;          // by SSRC
  uint16_t sent_numbers_ = 0;
  uint8_t feedback_count_ = 0;
  net::time_point feedback_due_{};
  net::time_point report_due_{};
};

} // namespace troupe::gates
