#pragma once

#include "net/io/http/beast_stream.hpp"
#include "net/io/http/http_types.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>

namespace troupe::net {

using beast_request = beast::http::request<beast::http::string_body>;

/// Copies the method, target and headers of a request as received.
inline http_request take_header(const beast_request& message) {
  http_request result;
  result.method = std::string{message.method_string()};
  result.target = std::string{message.target()};
  for (const auto& field : message)
    result.headers.emplace_back(field.name_string(), field.value());
  return result;
}

} // namespace troupe::net
