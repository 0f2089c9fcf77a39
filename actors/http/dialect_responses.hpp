#pragma once

#include "net/io/http/http_types.hpp"
#include "protocol/dialects/common/http_call.hpp"

#include <string_view>

/// Responses to clients that speak a dialect over HTTP.
namespace troupe::actors {

/// The response that carries a dialect's answer. No cache may keep it.
net::http_response dialect_response(const protocol::http_answer& x);

/// The response that refuses a request, in the format of its dialect.
net::http_response dialect_refusal(unsigned status, std::string_view code,
                                   std::string_view why);

/// The response to a request that was refused for `why`.
net::http_response dialect_refusal(const protocol::error& why);

} // namespace troupe::actors
