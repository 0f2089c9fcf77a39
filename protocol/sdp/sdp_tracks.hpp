#pragma once

#include "protocol/sdp/sdp_answer.hpp"
#include "protocol/sdp/sdp_offer.hpp"
#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/rtp_parameters.hpp"

#include <vector>

namespace troupe::protocol {

/// A track that a client offers to send, and that the router can route.
struct offered_track {
  media_kind kind = media_kind::audio;
  /// As verb::produce takes them: one codec and its retransmissions under the
  /// client's payload types, the common feedback and header extensions, and
  /// an encoding for each RID of simulcast, else for the first source.
  rtp_parameters parameters;
  /// How its section is answered.
  sdp_answer_section answer;
};

/// What becomes of each section of an offer to publish: its track, or why the
/// section is refused. At most one audio and one video section is accepted.
/// The codec is the first offered that the router has; the refusal
/// ortc_errc::no_common_codec names all that were offered. All other refusals
/// have an sdp_errc.
std::vector<checked<offered_track>>
choose_tracks(const sdp_offer& offer, const rtp_capabilities& router);

} // namespace troupe::protocol
