#pragma once

#include "net/io/loop/asio_acceptor.hpp"

#include <boost/asio/ssl/stream.hpp>

namespace troupe::net {

/// The TLS connection between two nodes. It does not refer to its context after
/// it was made.
using cluster_stream = boost::asio::ssl::stream<loop_socket>;

} // namespace troupe::net
