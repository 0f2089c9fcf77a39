#pragma once

#include "bench/load/signaling/messages.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The session descriptions (SDP) of a viewer by WHEP: its offer, as Chromium
/// writes it, and what it reads in the server's answer.
namespace troupe::load {

/// What a viewer offers to receive.
struct view_offer {
  /// A section for each, in this order; its MID is its index.
  std::vector<protocol::media_kind> kinds;
  protocol::ice_parameters ice;
  std::vector<protocol::dtls_fingerprint> fingerprints;
  /// The number in the `o=` line.
  uint64_t session = 0;
};

/// Writes an offer with Chromium's payload types and extension ids for Opus and
/// VP8, the codecs that this generator understands.
std::string write_view_offer(const view_offer& x);

/// What a server answers.
struct view_answer {
  /// Without id.
  transport_offer transport;
  /// What it sends in each section that it accepts; the id is the MID.
  std::vector<consumer_offer> streams;
};

/// Reads an answer. Throws signaling_error if it is none, if it refuses all
/// sections, or if the server wants to be the DTLS client.
view_answer read_view_answer(std::string_view text);

} // namespace troupe::load
