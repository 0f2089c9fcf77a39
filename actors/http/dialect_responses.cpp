#include "actors/http/dialect_responses.hpp"

namespace troupe::actors {

net::http_response dialect_response(const protocol::http_answer& x) {
  net::http_response out{x.status, x.headers, x.body};
  if (!x.body.empty())
    out.headers.emplace_back("Content-Type", x.content_type);
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

net::http_response dialect_refusal(const protocol::dialect_entry& dialect,
                                   unsigned status, protocol::error_code code,
                                   std::string why) {
  return dialect_response(
      protocol::write_http_error(dialect, status, {code, std::move(why)}));
}

net::http_response no_client_refusal(const protocol::dialect_entry& dialect) {
  return dialect_refusal(dialect, 404, protocol::error_code::not_joined,
                         "Client not found");
}

net::http_response dialect_refusal(const protocol::dialect_entry& dialect,
                                   const protocol::error& why) {
  return dialect_response(protocol::write_http_error(
      dialect, protocol::http_status(why.code), why));
}

} // namespace troupe::actors
