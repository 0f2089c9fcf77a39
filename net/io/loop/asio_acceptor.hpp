#pragma once

#include "net/base/result.hpp"
#include "net/base/time.hpp"
#include "net/io/loop/sockaddr.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace troupe::net {

using tcp = boost::asio::ip::tcp;

/// Sockets and acceptors whose executor is one io_context.
using loop_executor = boost::asio::io_context::executor_type;
using loop_socket = boost::asio::basic_stream_socket<tcp, loop_executor>;
using loop_acceptor = boost::asio::basic_socket_acceptor<tcp, loop_executor>;
using loop_timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>, loop_executor>;

/// Binds and listens. An IPv6 acceptor accepts no IPv4 connections.
result<loop_acceptor> listen_on(boost::asio::io_context& loop,
                                const socket_address& address);

/// Whether an error of bind() or socket() means that the host lacks the address
/// family.
bool is_unavailable(const std::error_code& error);

/// How long to wait after accept() failed: descriptors or memory have run out,
/// and an immediate retry would only spin.
constexpr auto accept_pause = std::chrono::milliseconds{100};

} // namespace troupe::net
