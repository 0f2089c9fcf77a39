#pragma once

#include "net/base/datagram_sink.hpp"
#include "net/srtp/srtp_session.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/support/rtp_packets.hpp"

#include <algorithm>
#include <map>

namespace troupe::test {

/// "Protects" by copying, so that tests can read the sent packets.
class clear_srtp final : public net::srtp_sender {
public:
  std::optional<size_t> protect_rtp(net::byte_span header,
                                    net::byte_span payload,
                                    net::mutable_byte_span out) override {
    auto end = std::ranges::copy(header, out.begin()).out;
    std::ranges::copy(payload, end);
    return header.size() + payload.size();
  }

  std::optional<size_t> protect_rtcp(net::byte_span packet,
                                     net::mutable_byte_span out) override {
    std::ranges::copy(packet, out.begin());
    return packet.size();
  }

  void retire(uint32_t) override {}

  std::optional<uint16_t> last_sequence(uint32_t) override {
    return std::nullopt;
  }
};

/// An address on loopback with this port.
inline net::transport_tuple to_port(uint16_t port) {
  net::transport_tuple out;
  out.remote = *net::parse_address("127.0.0.1", port);
  return out;
}

/// Stores packets sent in the clear, by their destination port.
class sent_packets final : public net::datagram_sink {
public:
  struct traffic {
    std::vector<octets> rtp;
    std::vector<octets> rtcp;

    std::vector<uint16_t> sequence_numbers() const {
      std::vector<uint16_t> out;
      for (const auto& x : rtp)
        out.push_back(net::load_u16(&x[2]));
      return out;
    }
  };

  void send_batch(std::span<const net::outgoing_datagram> batch) override {
    ++calls;
    for (const auto& x : batch) {
      auto& to = by_port[x.tuple.remote.port()];
      auto packet = octets(x.data.begin(), x.data.end());
      bool rtcp = packet.at(1) >= 192 && packet.at(1) <= 223;
      (rtcp ? to.rtcp : to.rtp).push_back(std::move(packet));
    }
  }

  std::map<uint16_t, traffic> by_port;
  int calls = 0;
};

} // namespace troupe::test
