#pragma once

#include "protocol/verbs/transport_parameters.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace troupe::test {

/// The STUN and TURN servers of a transcript, <ice-servers>.
inline std::vector<protocol::ice_server> fixed_ice_servers() {
  return {{{"stun:turn.example.org"}},
          {{"turns:turn.example.org:443?transport=tcp"},
           "1700086400:alice",
           "c2VjcmV0"}};
}

/// These, if an outcome has the word "turn", or none.
inline std::vector<protocol::ice_server>
ice_servers_in(const std::vector<std::string>& words) {
  const bool named = std::ranges::find(words, "turn") != words.end();
  return named ? fixed_ice_servers() : std::vector<protocol::ice_server>{};
}

} // namespace troupe::test
