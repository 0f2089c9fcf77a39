#pragma once

#include "protocol/sdp/sdp_tracks.hpp"
#include "protocol/verbs/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::protocol::whip {

/// An offer that can be accepted.
struct session_offer {
  sdp_offer sdp;
  /// How each section is answered; nothing refuses it.
  std::vector<std::optional<sdp_answer_section>> answers;
  /// Of the first section that is accepted.
  media_kind first_kind = media_kind::audio;
  std::string first_mid;
};

/// An offer to publish that can be accepted.
struct publication {
  session_offer offer;
  /// What is to be produced; at least one track. The encodings of simulcast are
  /// in the order of layers, the lowest first.
  std::vector<offered_track> tracks;
};

/// Reads an offer to publish. Errors: bad_request, if it is malformed;
/// unsupported, if nothing in it can be published, or if it offers audio or
/// video in codecs only that the router does not have. Such an offer is refused
/// as a whole: its client would not notice that a half of it is missing.
std::variant<publication, error> read_offer(std::string_view text);

/// Reads an offer to receive these streams. The errors are the same.
std::variant<session_offer, error>
read_view(std::string_view text, const std::vector<viewer_stream>& streams);

} // namespace troupe::protocol::whip
