#pragma once

#include "net/io/http/connection.hpp"

#include <functional>
#include <memory>
#include <string>

namespace troupe::net {

/// Makes the receiver of an open WebSocket; null closes it.
using connection_opener = std::function<std::unique_ptr<connection_events>(
    std::shared_ptr<connection>)>;

/// An accepted WebSocket upgrade.
struct websocket_plan {
  std::string kind;
  std::string subprotocol;
  connection_opener open;

  /// Whether the WebSocket itself detects a silent client. Engine.IO has its
  /// own heartbeats.
  bool keep_alive = true;
};

} // namespace troupe::net
