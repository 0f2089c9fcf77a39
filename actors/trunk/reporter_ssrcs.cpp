#include "actors/trunk/reporter_ssrcs.hpp"

#include "actors/trunk/trunk_numbers.hpp"

namespace troupe::actors {

namespace {

// Of RTCP about no stream, as rtp_routes and receivers send it by default.
constexpr uint32_t common_reporter = 1;

// The numbers of relays follow. No stream has one: the tag 0 is not used.
constexpr uint32_t first_number = 2;

} // namespace

rtp::ssrc reporter_ssrcs::next() {
  return rtp::ssrc{first_number + next_++ % trunk_reporters};
}

void reporter_ssrcs::to_wire(std::vector<uint8_t>& compound, uint32_t first) {
  // Each packet has the SSRC of its sender after its header of four octets (RFC
  // 3550, section 6.4.1; RFC 4585, section 6.1; RFC 3611, section 2).
  for (size_t at = 0; at + 8 <= compound.size();) {
    auto* sender = &compound[at + 4];
    const auto x = net::load_u32(sender);
    if (x == common_reporter)
      net::store_u32(sender, first);
    else if (x >= first_number && x < first_number + trunk_reporters)
      net::store_u32(sender, first + (x - first_number));
    at += size_t{4} * (net::load_u16(&compound[at + 2]) + 1u);
  }
}

std::optional<rtp::ssrc> reporter_ssrcs::from_wire(rtp::ssrc x,
                                                   uint32_t first) {
  const auto number = rtp::value(x) - first;
  if (number >= trunk_reporters)
    return std::nullopt;
  return rtp::ssrc{first_number + number};
}

} // namespace troupe::actors
