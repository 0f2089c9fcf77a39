#include "net/io/http/websocket_fault.hpp"

#include <boost/asio/error.hpp>

#include <doctest/doctest.h>

using namespace troupe::net;
namespace websocket = boost::beast::websocket;

TEST_CASE("a client's faults are told apart by Beast's errors") {
  using boost::system::error_code;
  auto fault = [](auto x) {
    return websocket_fault(error_code{x});
  };
  CHECK(fault(websocket::error::message_too_big)
        == reject_reason::message_large);
  CHECK(fault(websocket::error::buffer_overflow)
        == reject_reason::message_large);
  CHECK(fault(websocket::error::bad_frame_payload) == reject_reason::not_utf8);
  CHECK(fault(websocket::error::bad_reserved_bits)
        == reject_reason::frame_malformed);
  CHECK_FALSE(fault(websocket::error::closed));
  CHECK_FALSE(fault(boost::asio::error::connection_reset));
}
