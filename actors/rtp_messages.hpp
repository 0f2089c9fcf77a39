#pragma once

#include "actors/messages.hpp"
#include "rtp/media_packet.hpp"
#include "rtp/packet.hpp"

#include <caf/typed_actor.hpp>

#include <atomic>
#include <memory>
#include <vector>

/// The messages of the packet's way. All share what they carry by pointer and
/// never leave this process.
namespace troupe::actors {

/// A plaintext compound RTCP packet, shared by all whom it concerns: each
/// reads what names its SSRCs.
struct rtcp_received {
  net::buffer_ptr packet;
  rtp::time_point arrival;
};

/// A compound RTCP packet to send.
struct rtcp_to_send {
  std::vector<uint8_t> packet;
};

/// Counts the batches that are under way from one producer to one consumer,
/// since a mailbox has no bound (one writer, one reader).
class flow_gauge {
public:
  /// About a third of a second of video at 30 frames a second.
  static constexpr uint32_t limit = 32;

  bool full() const {
    return in_flight_.load(std::memory_order_relaxed) >= limit;
  }

  void enter() {
    in_flight_.fetch_add(1, std::memory_order_relaxed);
  }

  void leave() {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
  }

private:
  std::atomic<uint32_t> in_flight_{0};
};

/// Packets a consumer asked for again.
struct packets_restored {
  rtp::media_batch packets;
};

/// A sender report of the producer's source.
struct source_reported {
  rtp::source_report report;
};

/// The producer's score changed.
struct producer_score_changed {
  int score = 10;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::rtp::rtp_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::rtp::media_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::rtcp_received)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::rtcp_to_send)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::packets_restored)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::source_reported)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producer_score_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producer_paused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::request_key_frame)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::transport_writable)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::get_actor_stats)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::protocol::reply::stats)

namespace troupe::actors {

/// What a transport knows of the producers on it.
using rtp_sink_actor = caf::typed_actor<
  // The packets of one burst that belong to this producer.
  caf::reacts_to<rtp::rtp_batch>,
  // RTCP that concerns it.
  caf::reacts_to<rtcp_received>>;

/// What a transport knows of the consumers on it.
using feedback_sink_actor = caf::typed_actor<
  // RTCP about the consumer's stream.
  caf::reacts_to<rtcp_received>,
  // Whether the transport can send.
  caf::reacts_to<transport_writable>>;

/// What a producer knows of its consumers.
using media_sink_actor = caf::typed_actor<
  // The packets of one burst, in order, without duplicates.
  caf::reacts_to<rtp::media_batch>,
  // Those that were asked for again.
  caf::reacts_to<packets_restored>,
  // How media time and wall clock belong together.
  caf::reacts_to<source_reported>,
  // The producer stopped or went on.
  caf::reacts_to<producer_paused>,
  // How well its own source reaches us.
  caf::reacts_to<producer_score_changed>>;

} // namespace troupe::actors
