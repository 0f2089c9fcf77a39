#pragma once

#include "net/io/http/reject_counters.hpp"

#include <boost/beast/websocket/error.hpp>

#include <optional>

namespace troupe::net {

/// Returns what the client of a WebSocket did wrong, if Beast reports that by
/// this error; nullopt for all other errors, such as a lost connection.
inline std::optional<reject_reason>
websocket_fault(const boost::system::error_code& ec) {
  namespace websocket = boost::beast::websocket;
  if (ec == websocket::error::message_too_big
      || ec == websocket::error::buffer_overflow)
    return reject_reason::message_large;
  if (ec == websocket::error::bad_frame_payload)
    return reject_reason::not_utf8;
  if (ec == websocket::condition::protocol_violation)
    return reject_reason::frame_malformed;
  return std::nullopt;
}

} // namespace troupe::net
