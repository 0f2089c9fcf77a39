#pragma once

#include "actors/base/ids.hpp"
#include "actors/fan_out/consumer_explanation.hpp"
#include "actors/fan_out/transport_sender.hpp"
#include "actors/sctp/data_switch.hpp"
#include "net/webrtc_transport.hpp"
#include "protocol/verbs/verbs.hpp"
#include "rtp/base/stats.hpp"
#include "rtp/send/decision_log.hpp"

/// The engines' statistics as dictionaries of the W3C's webrtc-stats, one array
/// each. Times are in seconds, sizes in octets; `timestamp` is in milliseconds
/// since 1970.
namespace troupe::actors {

/// `inbound-rtp`, one per encoding.
protocol::json_text webrtc_stats(const producer_id& id, rtp::media_kind kind,
                                 const rtp::receiver_stats& in);

/// `outbound-rtp`, and one `decision` for each of the latest, the oldest first:
/// `reason`, how long ago (`age`), the layers from then on (none if nothing is
/// sent), the estimate of the link, and the loss.
protocol::json_text webrtc_stats(const consumer_id& id, rtp::media_kind kind,
                                 const rtp::forwarder_stats& in,
                                 const rtp::decision_log& why = {},
                                 net::time_point now = {});

/// Why a consumer receives what it does, with the same members for its
/// decisions as in its statistics.
std::string explanation_json(const consumer_explanation& x);

/// `data-channel`, on which a client sends.
protocol::json_text webrtc_stats(const data_producer_id& id,
                                 std::string_view label,
                                 std::string_view protocol,
                                 const data_producer_stats& in);

/// `data-channel`, on which a client receives.
protocol::json_text webrtc_stats(const data_consumer_id& id,
                                 std::string_view label,
                                 std::string_view protocol,
                                 const data_consumer_stats& in);

/// `transport` and the selected `candidate-pair`. `refused_media` counts
/// authentic packets that are no RTP or RTCP of this transport's streams;
/// `sctp` is null if the transport has none.
protocol::json_text webrtc_stats(const transport_id& id,
                                 const net::webrtc_transport& transport,
                                 const sender_stats& sent,
                                 uint64_t refused_media,
                                 const sctp_transport_stats* sctp = nullptr);

} // namespace troupe::actors
