#pragma once

#include "actors/transport/plain_destination.hpp"
#include "net/io/udp/plain_port.hpp"
#include "net/srtp/srtp_session.hpp"

#include <algorithm>
#include <atomic>
#include <memory>

namespace troupe::actors {

/// The ports of a plain transport.
struct plain_ports {
  std::unique_ptr<net::plain_port> rtp;
  std::unique_ptr<net::plain_port> rtcp; // null: shares rtp

  net::plain_port& for_rtcp() const {
    return rtcp ? *rtcp : *rtp;
  }
};

/// The addresses of a plain transport's client.
struct plain_client {
  net::socket_address rtp;
  net::socket_address rtcp;
};

/// Sends packets of a plain transport in the role of its `srtp_sender`:
/// encrypts nothing and sends at once from the transport's own ports, where its
/// client expects packets from, so that none is left for the shard to send.
/// Drops what the destination does not admit. From one thread at a time.
class plain_sender final : public net::srtp_sender {
public:
  plain_sender(const std::shared_ptr<plain_ports>& ports, plain_client to,
               std::shared_ptr<plain_destination> destination)
      : ports_(ports)
      , to_(to)
      , destination_(std::move(destination)) {}

  std::optional<size_t> protect_rtp(net::byte_span header,
                                    net::byte_span payload,
                                    net::mutable_byte_span out) override {
    auto size = header.size() + payload.size();
    if (!destination_->proven() && !destination_->admit_rtp(now()))
      return std::nullopt;
    if (auto ports = ports_.lock(); ports && size <= out.size()) {
      std::ranges::copy(header, out.begin());
      std::ranges::copy(payload, out.begin() + std::ssize(header));
      ports->rtp->send(out.first(size), to_.rtp);
      note(size);
    }
    return std::nullopt;
  }

  std::optional<size_t> protect_rtcp(net::byte_span packet,
                                     net::mutable_byte_span out) override {
    if (!destination_->proven()) {
      if (packet.size() > out.size() || !destination_->admit_rtcp(now()))
        return std::nullopt;
      std::ranges::copy(packet, out.begin());
      destination_->mark_reports(out.first(packet.size()));
      packet = out.first(packet.size());
    }
    if (auto ports = ports_.lock()) {
      ports->for_rtcp().send(packet, to_.rtcp);
      note(packet.size());
    }
    return std::nullopt;
  }

  uint64_t packets() const {
    return packets_.load(std::memory_order_relaxed);
  }

  uint64_t octets() const {
    return octets_.load(std::memory_order_relaxed);
  }

private:
  static net::time_point now() {
    return std::chrono::steady_clock::now();
  }

  void note(size_t size) {
    packets_.fetch_add(1, std::memory_order_relaxed);
    octets_.fetch_add(size, std::memory_order_relaxed);
  }

  const std::weak_ptr<plain_ports> ports_; // owned by the transport
  const plain_client to_;
  const std::shared_ptr<plain_destination> destination_;
  std::atomic<uint64_t> packets_{0};
  std::atomic<uint64_t> octets_{0};
};

} // namespace troupe::actors
