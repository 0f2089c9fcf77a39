#pragma once

#include "net/ice/candidate.hpp"
#include "net/sctp/sctp_types.hpp"
#include "net/webrtc_transport.hpp"
#include "protocol/ortc/ortc.hpp"
#include "protocol/verbs/transport_parameters.hpp"
#include "rtp/receive/demuxer.hpp"
#include "rtp/receive/receiver.hpp"
#include "rtp/send/forwarder.hpp"

/// Converts the dictionaries of signaling to the configuration of the engines,
/// and back.
namespace troupe::actors {

/// The header extensions among `in` that the engines know.
rtp::extension_map
to_engine(const std::vector<protocol::rtp_header_extension_parameters>& in);

/// What distinguishes the producer's packets from others on its transport.
rtp::producer_identity to_identity(const protocol::rtp_parameters& in);

/// The feedback that the codec of the stream negotiated.
rtp::feedback_kinds to_feedback(const protocol::rtp_parameters& in);

/// The configuration for receiving the producer.
rtp::receiver::config to_receiver(protocol::media_kind kind,
                                  const protocol::rtp_parameters& in,
                                  bool paused);

/// The layers that a video producer's client said it sends: an encoding for
/// each, or the scalability mode of its single one.
rtp::producer_layout to_layout(const protocol::rtp_parameters& sent);

/// The configuration for forwarding to a consumer: from what the producer's
/// client sends to what the consumer's client was signaled.
rtp::forwarder::config to_forwarder(protocol::media_kind kind,
                                    const protocol::rtp_parameters& sent,
                                    const protocol::rtp_parameters& signaled,
                                    bool paused);

/// The reliability of a data channel. A limit of 0 counts, unless both are 0,
/// as libraries write them that cannot express "no limit".
net::sctp_reliability
to_reliability(const protocol::sctp_stream_parameters& in);

/// The SSRCs of a consumer: media, then RTX if there is one.
std::vector<rtp::ssrc> to_ssrcs(const protocol::rtp_parameters& signaled);

std::vector<net::certificate_fingerprint>
to_engine(const std::vector<protocol::dtls_fingerprint>& in);

net::remote_dtls_role to_engine(protocol::dtls_role in);

protocol::ice_candidate from_engine(const net::ice_candidate& in);

protocol::ice_parameters from_engine(const net::ice_credentials& in);

} // namespace troupe::actors
