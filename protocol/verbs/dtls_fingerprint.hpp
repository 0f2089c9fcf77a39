#pragma once

#include "protocol/verbs/transport_parameters.hpp"

#include <cstdint>

namespace troupe::protocol {

/// What normalize() finds of a client's fingerprint.
enum class fingerprint_state : uint8_t {
  usable,
  /// To be ignored (RFC 8122, section 5).
  unknown_algorithm,
  /// The value is no hash of the algorithm.
  bad_value
};

/// Brings a client's fingerprint into the form that dtls_fingerprint describes,
/// whatever the case of its letters.
fingerprint_state normalize(dtls_fingerprint& in);

} // namespace troupe::protocol
