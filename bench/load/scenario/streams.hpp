#pragma once

#include "bench/load/media/media_sink.hpp"
#include "bench/load/media/media_source.hpp"
#include "bench/load/media/media_transport.hpp"
#include "bench/load/signaling/device.hpp"
#include "bench/load/signaling/messages.hpp"

/// From what signaling says to what the media side is told.
namespace troupe::load {

/// The track by which a member of that number announces what it publishes.
/// Members have SSRCs of their own, so that stamps name them.
track track_of(traffic x, uint32_t member);

/// How to send that track, as `parameters` (of sending_parameters()) say.
source_config source_of(traffic x, const track& from,
                        const protocol::rtp_parameters& parameters);

/// How to receive what the server offers. Throws signaling_error where the
/// offer names no SSRC.
consumer_config consumer_of(const consumer_offer& offer);

/// How to reach the server's transport.
transport_config transport_of(const transport_offer& offer);

} // namespace troupe::load
