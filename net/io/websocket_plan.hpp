#pragma once

#include "net/io/connection.hpp"

#include <functional>
#include <memory>
#include <string>

namespace troupe::net {

/// Gives an open WebSocket its receiver; null closes it.
using connection_opener = std::function<std::unique_ptr<connection_events>(
    std::shared_ptr<connection>)>;

/// A WebSocket that has been decided upon.
struct websocket_plan {
  std::string kind;
  std::string subprotocol;
  connection_opener open;

  /// Whether the WebSocket itself notices a silent client. Engine.IO has
  /// heartbeats of its own.
  bool keep_alive = true;
};

} // namespace troupe::net
