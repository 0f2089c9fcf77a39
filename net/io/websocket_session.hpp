#pragma once

#include "net/io/beast_stream.hpp"
#include "net/io/http_core.hpp"
#include "net/io/websocket_plan.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>

namespace troupe::net {

using beast_request = beast::http::request<beast::http::string_body>;

/// Answers `upgrade` on `stream` and runs the WebSocket. `ticket` lives as
/// long as the session does.
void start_websocket(std::shared_ptr<http_core> core, socket_stream stream,
                     const beast_request& upgrade, http_request request,
                     websocket_plan plan, std::shared_ptr<void> ticket);

} // namespace troupe::net
