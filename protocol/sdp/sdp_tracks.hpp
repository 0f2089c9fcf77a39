#pragma once

#include "protocol/sdp/sdp_answer.hpp"
#include "protocol/sdp/sdp_offer.hpp"
#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/rtp_parameters.hpp"

#include <cstdint>
#include <string>
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

/// The stream of one kind that a viewer is sent, whoever is its source.
struct viewer_stream {
  media_kind kind = media_kind::audio;
  uint32_t ssrc = 0;
  /// Of retransmissions, if the client takes them.
  uint32_t rtx_ssrc = 0;
  /// "streamId trackId".
  std::string msid;
  /// Common to the streams that are to be played in time with each other.
  std::string cname;
};

/// How each section of an offer to view is answered, or why it is refused: the
/// first of each kind that `streams` has. All codecs are answered that the
/// router has too, in the client's order, because the codec of the producers
/// to come is not yet known. The refusals are those of choose_tracks().
std::vector<checked<sdp_answer_section>>
choose_viewer_sections(const sdp_offer& offer, const rtp_capabilities& router,
                       const std::vector<viewer_stream>& streams);

} // namespace troupe::protocol
