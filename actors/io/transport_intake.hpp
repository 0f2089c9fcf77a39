#pragma once

#include "actors/base/in_flight_gauge.hpp"
#include "actors/io/skipped_packets.hpp"
#include "net/base/datagram.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <span>

namespace troupe::actors {

/// An SSRC whose packets no consumer attends.
struct unattended_source {
  uint32_t ssrc = 0;
  /// The id of its header extension for transport-wide sequence numbers, or 0.
  uint8_t transport_wide_id = 0;

  bool operator==(const unattended_source&) const = default;
};

/// What the I/O threads ask before they send a transport what its client sends:
/// the gauge of the datagrams in flight, and the sources that no consumer
/// attends. Most packets of these are dropped on the I/O thread, before
/// decryption.
///
/// Of each such source one packet in `pass_interval` is passed on. It shows
/// that the stream is alive, and that SRTP's guess of the packet index (RFC
/// 3711, section 3.3.1), which stands 2^15 missing packets, stays right.
///
/// The transport's actor sets the sources and takes the skipped packets; any
/// I/O thread asks. All of it is without locks. A thread that asks during a
/// change may act on the sources before it.
class transport_intake final : public in_flight_gauge {
public:
  static constexpr net::duration pass_interval = std::chrono::milliseconds{200};

  /// The most sources that are skipped. Packets of further ones are passed on.
  static constexpr size_t max_sources = 16;

  using in_flight_gauge::in_flight_gauge;

  // -- the I/O threads -------------------------------------------------------

  /// Whether there are such sources.
  bool skips_any() const {
    return count_.load(std::memory_order_relaxed) > 0;
  }

  /// Whether to drop this datagram, which skips_any() must precede. Keeps what
  /// the sender must be told of it.
  bool skip(const net::datagram& x);

  // -- the transport's actor -------------------------------------------------

  /// Replaces the sources that no consumer attends.
  void set_unattended(std::span<const unattended_source> sources);

  /// The next packet that was skipped.
  std::optional<skipped_packet> poll_skipped() {
    return skipped_ ? skipped_->pop() : std::nullopt;
  }

private:
  struct entry {
    // SSRC and extension id in one, so that no reader gets half of each.
    std::atomic<uint64_t> source{0};
    std::atomic<net::duration::rep> passed{0}; // when one was passed last
  };

  entry* find(uint32_t ssrc, uint8_t& transport_wide_id);

  std::atomic<size_t> count_{0};
  // Made with the first source, before count_ tells of it, and kept.
  std::unique_ptr<skipped_packets> skipped_;
  std::unique_ptr<std::array<entry, max_sources>> entries_;
};

} // namespace troupe::actors
