#pragma once

#include "actors/base/in_flight_gauge.hpp"
#include "actors/base/messages.hpp"
#include "actors/fan_out/fan_out.hpp"
#include "rtp/packet/media_packet.hpp"
#include "rtp/receive/rtcp_dispatcher.hpp"

#include <caf/typed_actor.hpp>

#include <memory>
#include <vector>

/// The messages of the packet path. All share what they carry by pointer and
/// never leave this process.
namespace troupe::actors {

/// A compound RTCP packet to send.
struct rtcp_to_send {
  std::vector<uint8_t> packet;
};

/// The sources of a producer whose packets no consumer attends, media and RTX.
/// Replaces those of the producer's last message.
struct sources_unattended {
  producer_id producer;
  std::vector<rtp::ssrc> sources;
  /// The id of their header extension for transport-wide sequence numbers, or
  /// 0.
  uint8_t transport_wide_id = 0;
};

/// Admits one more batch of a producer to a shard, with a key frame up to twice
/// the gauge's limit. After a refusal, the shard finds the gauge's
/// `take_refused` set, and its consumers resume with a key frame.
inline bool admit_batch(in_flight_gauge& gauge, bool key_frame) {
  return gauge.admit_within(key_frame ? 2 * gauge.limit() : gauge.limit());
}

/// The packets of one burst for a producer.
struct media_arrived {
  producer_key producer{};
  rtp::media_batch packets;
  /// The packets before these were left out on purpose, and are not missing.
  bool resumed = false;
  /// The gauge that admitted this batch, to which the shard gives back. Never
  /// null. Invariant: the shard makes a gauge for each subscription. A batch of
  /// an earlier one may arrive during the next one, and must not change its
  /// count.
  std::shared_ptr<in_flight_gauge> gauge;
  /// For how long the first packet waited for the end of its frame, which is no
  /// sign of overload.
  net::duration held{};
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

/// A producer's handle of its transport: sends RTCP to the client.
using rtcp_sender_actor = caf::typed_actor<
    // A compound RTCP packet to send.
    caf::reacts_to<rtcp_to_send>,
    // May drop the packets of these sources before decryption.
    caf::reacts_to<sources_unattended>>;

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
