#pragma once

#include "bench/load/media/media_sink.hpp"
#include "bench/load/media/media_source.hpp"
#include "bench/load/media/media_transport.hpp"
#include "bench/load/signaling/device.hpp"
#include "bench/load/signaling/messages.hpp"

/// Converts signaling data to the configuration of the media side.
namespace troupe::load {

/// The track with which member number `member` publishes a stream. SSRCs are
/// unique per member, so that stamps identify it.
track track_of(traffic x, uint32_t member);

/// How to send that track, with `parameters` from sending_parameters().
source_config source_of(traffic x, const track& from,
                        const protocol::rtp_parameters& parameters);

/// How to receive the stream of an offer. Throws signaling_error if the offer
/// contains no SSRC.
consumer_config consumer_of(const consumer_offer& offer);

/// How to connect to the server's transport.
transport_config transport_of(const transport_offer& offer);

} // namespace troupe::load
