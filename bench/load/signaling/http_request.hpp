#pragma once

#include "bench/load/signaling/text_socket.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>

namespace troupe::load {

/// A request over HTTP.
struct http_request {
  std::string method;
  /// Empty if there is none.
  std::string body;
  /// Of the body.
  std::string content_type;
};

struct http_response {
  unsigned status = 0;
  /// The header of that name; empty if absent.
  std::string location;
  std::string body;
};

/// Sends one request over a connection of its own to `to.target`, and returns
/// the response. Throws signaling_error if there is none in time.
boost::asio::awaitable<http_response>
ask_http(boost::asio::io_context& loop, text_socket::address to,
         http_request what, std::chrono::milliseconds timeout);

} // namespace troupe::load
