#pragma once

#include "net/io/http/http_types.hpp"
#include "protocol/dialects/common/dialect.hpp"

#include <string>

/// Responses to clients that speak a dialect over HTTP.
namespace troupe::actors {

/// The response that carries a dialect's answer. No cache may keep it.
net::http_response dialect_response(const protocol::http_answer& x);

/// The response that refuses a request, in the format of its dialect.
net::http_response dialect_refusal(const protocol::dialect_entry& dialect,
                                   unsigned status, protocol::error_code code,
                                   std::string why);

/// The response to a request of a client that does not exist.
net::http_response no_client_refusal(const protocol::dialect_entry& dialect);

/// The response to a request that was refused for `why`.
net::http_response dialect_refusal(const protocol::dialect_entry& dialect,
                                   const protocol::error& why);

} // namespace troupe::actors
