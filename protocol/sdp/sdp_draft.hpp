#pragma once

#include "protocol/sdp/sdp_offer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::protocol {

/// A section while its lines are being read. The draft of the session holds the
/// attributes before the first `m=` line; each section begins as a copy of it.
struct sdp_draft {
  /// Without `codecs`, `rids` and the sources of retransmissions.
  sdp_section section;
  ice_parameters ice;
  std::vector<dtls_fingerprint> fingerprints;
  /// The client's role.
  dtls_role role = dtls_role::client;
  std::vector<std::vector<std::string>> bundles;

  /// One for each payload type of the `m=` line, in its order; those without
  /// `a=rtpmap` have no MIME type.
  std::vector<rtp_codec_parameters> codecs;
  /// Applies to all of them (`a=rtcp-fb:*`).
  std::vector<rtcp_feedback> feedback;
  /// What `a=rid` says that the client sends, and what `a=simulcast` does.
  std::vector<sdp_rid> rids;
  std::vector<std::string> simulcast;
  /// A source and that of its retransmissions.
  std::vector<std::pair<uint32_t, uint32_t>> repairs;
  /// The octets of all format parameters.
  size_t parameter_octets = 0;
  bool bundle_only = false;
  /// The fingerprints, or extensions, are those of the session.
  bool inherits_fingerprints = false;
  size_t inherited_extensions = 0;
};

/// What is wrong with a line; the caller adds its number.
using sdp_fault = std::optional<refusal>;

/// Begins the section of an `m=` line with the session's attributes.
sdp_fault begin_section(sdp_draft& out, std::string_view value);

/// Reads an `a=` line. Unknown attributes are ignored.
sdp_fault read_attribute(sdp_draft& out, std::string_view value);

/// The section of a draft whose lines have all been read.
sdp_section finish_section(sdp_draft draft);

} // namespace troupe::protocol
