#pragma once

#include <cstdint>

/// The close codes of WebSocket (RFC 6455, section 7.4.1, and IANA's registry)
/// that dialects send.
namespace troupe::protocol::close_codes {

constexpr uint16_t normal = 1000;
constexpr uint16_t protocol_error = 1002;
constexpr uint16_t policy_violation = 1008;
constexpr uint16_t message_too_big = 1009;
constexpr uint16_t internal_error = 1011;
constexpr uint16_t try_again_later = 1013;

} // namespace troupe::protocol::close_codes
