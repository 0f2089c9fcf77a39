#pragma once

#include "net/io/http/http_core.hpp"
#include "net/io/loop/asio_acceptor.hpp"

#include <memory>

namespace troupe::net {

/// Serves the HTTP requests of a client's connection until it ends or becomes a
/// WebSocket. `admission_slot` lives as long as either.
void start_http_session(std::shared_ptr<http_core> core, loop_socket socket,
                        const socket_address& remote,
                        const socket_address& local,
                        std::shared_ptr<void> admission_slot);

} // namespace troupe::net
