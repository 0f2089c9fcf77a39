#pragma once

#include "protocol/sdp/sdp_offer.hpp"

#include <vector>

namespace troupe::protocol {

/// Puts the streams of simulcast into the order of layers, the lowest first.
/// The order in an offer is the client's preference (RFC 8853, section 5.2),
/// not that of their sizes: browsers list them as the page does. What tells the
/// sizes apart decides, in this order: the restrictions of the pictures' size,
/// those of the bitrate, and well-known names such as "q", "h", "f". Else the
/// first is taken for the highest, as most clients list them.
void order_by_layers(std::vector<sdp_rid>& rids);

} // namespace troupe::protocol
