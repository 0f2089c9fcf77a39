#pragma once

#include "bench/load/signaling/text_socket.hpp"

#include <boost/beast/core/tcp_stream.hpp>

namespace troupe::load {

/// Connects to `to`, from its local address. Throws
/// boost::system::system_error.
boost::asio::awaitable<void> connect_tcp(boost::beast::tcp_stream& stream,
                                         const text_socket::address& to);

} // namespace troupe::load
