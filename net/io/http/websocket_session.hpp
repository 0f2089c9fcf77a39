#pragma once

#include "net/io/http/beast_request.hpp"
#include "net/io/http/http_core.hpp"
#include "net/io/http/websocket_plan.hpp"

#include <memory>

namespace troupe::net {

/// Answers `upgrade` on `stream` and runs the WebSocket. `admission_slot` lives
/// as long as the session.
void start_websocket(std::shared_ptr<http_core> core, socket_stream stream,
                     const beast_request& upgrade, http_request request,
                     websocket_plan plan, std::shared_ptr<void> admission_slot);

} // namespace troupe::net
