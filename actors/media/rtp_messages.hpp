#pragma once

#include "actors/base/messages.hpp"
#include "actors/fan_out/fan_out.hpp"
#include "rtp/packet/media_packet.hpp"
#include "rtp/receive/rtcp_dispatcher.hpp"

#include <caf/typed_actor.hpp>

#include <atomic>
#include <memory>
#include <vector>

/// The messages of the packet path. All share what they carry by pointer and
/// never leave this process.
namespace troupe::actors {

/// A compound RTCP packet to send.
struct rtcp_to_send {
  std::vector<uint8_t> packet;
};

/// Counts the batches in flight from one producer to one shard, since a mailbox
/// has no bound (one writer, one reader).
///
/// Invariant: a gauge belongs to one subscription. The shard makes it when it
/// subscribes, each batch carries the gauge that admitted it, and the shard
/// gives back to that gauge. A batch of an earlier subscription may arrive
/// during the next one, and must not change its count.
class flow_gauge {
public:
  /// About a second of video at 30 frames a second. Key frames may use twice
  /// that.
  static constexpr uint32_t limit = 32;

  /// Admits one more batch. After a refusal, the shard finds `take_refused`
  /// set, and its consumers resume with a key frame.
  bool admit(bool key_frame) {
    if (in_flight_.load(std::memory_order_relaxed)
        >= (key_frame ? 2 * limit : limit)) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    in_flight_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  /// Gives back a batch that this gauge admitted, when the shard has taken it.
  void leave() {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
  }

  /// How many batches were refused since the last call.
  uint32_t take_refused() {
    if (refused_.load(std::memory_order_relaxed) == 0)
      return 0;
    return refused_.exchange(0, std::memory_order_relaxed);
  }

private:
  std::atomic<uint32_t> in_flight_{0};
  std::atomic<uint32_t> refused_{0};
};

/// The packets of one burst for a producer.
struct media_arrived {
  producer_key producer{};
  rtp::media_batch packets;
  /// The packets before these were left out on purpose, and are not missing.
  bool resumed = false;
  /// The subscription's gauge, which admitted this batch. Never null.
  std::shared_ptr<flow_gauge> gauge;
};

/// Packets that a consumer requested again.
struct packets_restored {
  consumer_key consumer{};
  rtp::media_batch packets;
};

/// The last group of pictures, for a consumer that starts.
struct packets_replayed {
  consumer_key consumer{};
  rtp::media_batch packets;
};

/// A sender report of the producer's source.
struct source_reported {
  producer_key producer{};
  rtp::source_report report;
};

/// The producer was paused or resumed.
struct producer_paused {
  producer_key producer{};
  bool paused = false;
};

/// The scores of the producer's streams have changed; they are in its
/// score_board.
struct producer_score_changed {
  producer_key producer{};
};

/// A transport's handle of the producers on it.
using rtp_sink_actor = caf::typed_actor<
    // The packets of one burst that belong to this producer.
    caf::reacts_to<rtp::rtp_batch>,
    // RTCP of its source.
    caf::reacts_to<rtp::sender_report_received>,
    caf::reacts_to<rtp::dlrr_received>, caf::reacts_to<rtp::bye_received>>;

/// Sends RTCP to a client.
using rtcp_sender_actor = caf::typed_actor<
    // A compound RTCP packet to send.
    caf::reacts_to<rtcp_to_send>>;

/// A producer's handle of a shard, which receives for all its consumers there.
using media_sink_actor = caf::typed_actor<
    // The packets of one burst, in order, without duplicates.
    caf::reacts_to<media_arrived>,
    // Packets that a consumer requested again.
    caf::reacts_to<packets_restored>,
    // Packets for a consumer to start with; later batches continue them.
    caf::reacts_to<packets_replayed>,
    // The relation of media time and wall clock.
    caf::reacts_to<source_reported>,
    // The producer was paused or resumed.
    caf::reacts_to<producer_paused>,
    // The scores of its streams have changed.
    caf::reacts_to<producer_score_changed>>;

} // namespace troupe::actors
