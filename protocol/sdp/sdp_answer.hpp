#pragma once

#include "protocol/sdp/sdp_offer.hpp"
#include "protocol/verbs/rtp_parameters.hpp"
#include "protocol/verbs/transport_parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::protocol {

/// The answer to one section that is not refused.
struct sdp_answer_section {
  /// `recvonly` for a track that the client sends, `sendonly` for one that it
  /// receives.
  media_direction direction = media_direction::recvonly;
  /// The codecs, their feedback and the header extensions to answer, under the
  /// client's payload types and ids. The encodings are the RIDs to receive, or
  /// the SSRCs to send, with the stream in `msid` and `rtcp.cname`.
  rtp_parameters parameters;

  bool operator==(const sdp_answer_section&) const = default;
};

/// What an answer says beside the offer.
struct sdp_answer {
  /// The number in the `o=` line, which names the session (RFC 8866, section
  /// 5.2).
  uint64_t session = 0;
  /// One for each section of the offer, in its order; nothing refuses it.
  std::vector<std::optional<sdp_answer_section>> sections;
  /// The server's side, as reply::transport_created has them.
  ice_parameters ice;
  std::vector<ice_candidate> candidates;
  dtls_parameters dtls;
};

/// Writes the answer to an offer. The accepted sections share one transport:
/// they are bundled if the client has bundled them. The candidates are in the
/// first of them, those of UDP before those of TCP.
/// An answer to sections of choose_tracks() has less than 8 KB with up to 8
/// candidates, whatever the client offers: FFmpeg's buffer has no more.
std::string write_sdp_answer(const sdp_offer& offer, const sdp_answer& answer);

} // namespace troupe::protocol
