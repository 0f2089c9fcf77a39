#include "bench/load/signaling/http_request.hpp"

#include "bench/load/signaling/messages.hpp"
#include "bench/load/signaling/tcp_connection.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <utility>

namespace troupe::load {

boost::asio::awaitable<http_response>
ask_http(boost::asio::io_context& loop, text_socket::address to,
         http_request what, std::chrono::milliseconds timeout) {
  namespace asio = boost::asio;
  namespace http = boost::beast::http;
  boost::beast::tcp_stream stream{loop};
  http::request<http::string_body> request{http::string_to_verb(what.method),
                                           to.target, 11, std::move(what.body)};
  request.set(http::field::host, to.host + ":" + std::to_string(to.port));
  if (!what.content_type.empty())
    request.set(http::field::content_type, what.content_type);
  request.keep_alive(false);
  request.prepare_payload();
  http::response<http::string_body> response;
  boost::beast::flat_buffer buffer;
  stream.expires_after(timeout);
  try {
    co_await connect_tcp(stream, to);
    co_await http::async_write(stream, request, asio::use_awaitable);
    co_await http::async_read(stream, buffer, response, asio::use_awaitable);
  } catch (const boost::system::system_error& e) {
    throw signaling_error{what.method + " " + to.target + ": "
                          + e.code().message()};
  }
  http_response out;
  out.status = response.result_int();
  out.location = std::string{response[http::field::location]};
  out.body = std::move(response.body());
  co_return out;
}

} // namespace troupe::load
