#pragma once

#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/rtp_parameters.hpp"
#include "protocol/verbs/transport_parameters.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// What a client sends after its offer, as `application/trickle-ice-sdpfrag`
/// (RFC 8840): more candidates, or the credentials of an ICE restart.
struct ice_fragment {
  /// Of the session or its first section, else of the first candidate that
  /// names it; empty if none does.
  std::string username_fragment;
  /// Empty if absent: then it is no ICE restart.
  std::string password;
  /// Of all sections. The candidates themselves are ignored, because the server
  /// sends no checks.
  size_t candidates = 0;
  /// The client will send no more.
  bool end_of_candidates = false;

  bool operator==(const ice_fragment&) const = default;
};

/// Parses a fragment. An empty one is allowed. Fails with an sdp_errc.
checked<ice_fragment> parse_ice_fragment(std::string_view text);

/// The answer to an ICE restart (RFC 9725, section 4.3.3): the server's new
/// credentials, and all its candidates in a section of that MID and kind, which
/// is the first that the answer to the offer accepted.
std::string write_ice_fragment(const ice_parameters& ice,
                               const std::vector<ice_candidate>& candidates,
                               media_kind kind, std::string_view mid);

} // namespace troupe::protocol
