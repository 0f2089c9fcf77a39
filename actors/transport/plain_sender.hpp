#pragma once

#include "actors/fan_out/packet_sender.hpp"
#include "actors/transport/plain_client.hpp"
#include "actors/transport/plain_destination.hpp"
#include "net/base/buffer.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

namespace troupe::actors {

/// Sends the packets of a plain transport from its own ports, where its client
/// expects packets from. Drops what the destination does not admit.
class plain_sender final : public packet_sender {
public:
  plain_sender(const std::shared_ptr<plain_ports>& ports, plain_addresses to,
               std::shared_ptr<plain_destination> destination)
      : ports_(ports)
      , to_(to)
      , destination_(std::move(destination)) {}

  void send_rtp(net::byte_span header, net::byte_span payload,
                net::time_point now) override {
    const auto size = header.size() + payload.size();
    if (!destination_->proven() && !destination_->admit_rtp(now))
      return;
    if (auto ports = ports_.lock(); ports && size <= packet_.size()) {
      const auto end = std::ranges::copy(header, packet_.begin()).out;
      std::ranges::copy(payload, end);
      ports->rtp->send(net::byte_span{packet_}.first(size), to_.rtp);
      note(size);
    }
  }

  void send_rtcp(net::mutable_byte_span compound,
                 net::time_point now) override {
    if (!destination_->proven()) {
      if (!destination_->admit_rtcp(now))
        return;
      destination_->mark_reports(compound);
    }
    if (auto ports = ports_.lock()) {
      ports->for_rtcp().send(compound, to_.rtcp);
      note(compound.size());
    }
  }

  uint64_t packets() const {
    return packets_.load(std::memory_order_relaxed);
  }

  uint64_t octets() const {
    return octets_.load(std::memory_order_relaxed);
  }

private:
  void note(size_t size) {
    packets_.fetch_add(1, std::memory_order_relaxed);
    octets_.fetch_add(size, std::memory_order_relaxed);
  }

  const std::weak_ptr<plain_ports> ports_; // owned by the transport
  const plain_addresses to_;
  const std::shared_ptr<plain_destination> destination_;
  std::array<uint8_t, net::buffer::capacity + 64> packet_{}; // the last RTP
  std::atomic<uint64_t> packets_{0};
  std::atomic<uint64_t> octets_{0};
};

} // namespace troupe::actors
