#include "actors/http/dialect_responses.hpp"

namespace troupe::actors {

net::http_response dialect_response(const protocol::http_answer& x) {
  auto out = net::json_response(x.status, x.body);
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

net::http_response dialect_refusal(unsigned status, std::string_view code,
                                   std::string_view why) {
  return dialect_response(protocol::http_error(status, code, why));
}

net::http_response dialect_refusal(const protocol::error& why) {
  return dialect_response(protocol::http_error(why));
}

} // namespace troupe::actors
