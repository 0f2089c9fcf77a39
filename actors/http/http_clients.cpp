#include "actors/http/http_clients.hpp"

#include "actors/http/dialect_responses.hpp"
#include "actors/http/http_gateway.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace troupe::actors {

namespace {

std::optional<protocol::http_call> to_call(const net::http_request& request) {
  protocol::http_call out;
  auto path = std::string_view{request.path};
  while (!path.empty()) {
    path.remove_prefix(1); // the slash
    auto part = net::percent_decode(path.substr(0, path.find('/')), false);
    if (!part)
      return std::nullopt;
    path.remove_prefix(std::min(path.size(), path.find('/')));
    out.path.push_back(std::move(*part));
  }
  out.method = request.method;
  out.query = parse_query(request.query);
  out.content_type = request.header("Content-Type");
  out.if_match = request.header("If-Match");
  out.body = request.body;
  return out;
}

using authority = protocol::http_plan::authority;

// The headers of answers that browsers show to pages of other origins.
constexpr std::string_view exposed_headers =
    "Location, ETag, Link, Retry-After";

} // namespace

http_clients::http_clients(http_clients_actor target,
                           std::shared_ptr<const authenticator> auth,
                           std::shared_ptr<overload_state_board> board)
    : target_(std::move(target))
    , auth_(std::move(auth))
    , board_(std::move(board)) {}

std::optional<net::http_response>
http_clients::refuse_source(const net::http_request& request,
                            const net::source_refusal& why) {
  auto call = to_call(request);
  auto reading = call ? protocol::read_http_call(*call) : std::nullopt;
  if (!reading)
    return std::nullopt;
  return dialect_refusal(*reading->dialect, 403,
                         protocol::error_code::forbidden, why.explain());
}

bool http_clients::handle(const net::http_request& request,
                          const net::http_responder& respond) const {
  auto call = to_call(request);
  if (!call)
    return false;
  auto reading = protocol::read_http_call(*call);
  if (!reading)
    return false;
  http_call_arrived out{reading->dialect,
                        to_handshake(request),
                        {},
                        std::move(reading->plan),
                        request,
                        {}};
  out.respond =
      [respond, board = board_,
       origin = std::string{request.header("Origin")}](net::http_response x) {
        if (x.status >= 400)
          board->counters().note_http_refusal(x.status);
        net::allow_origin(origin, exposed_headers, x);
        respond(std::move(x));
      };
  if (auto refused = check(out))
    out.respond(std::move(*refused));
  else if (out.plan.answer)
    out.respond(dialect_response(*out.plan.answer));
  else
    caf::anon_send(target_, std::move(out));
  return true;
}

std::optional<net::http_response>
http_clients::check(http_call_arrived& x) const {
  const auto& names = x.dialect->names;
  x.hello.carrier = protocol::carrier::http;
  auto put = [&](std::string_view name, const std::string& value) {
    if (value.empty())
      x.hello.query.erase(std::string{name});
    else
      x.hello.query.insert_or_assign(std::string{name}, value);
  };
  put(names.room, x.plan.room.str());
  put(names.user, x.plan.client.str());
  auto to_refusal = [&](const protocol::handshake_refusal& why) {
    return dialect_refusal(*x.dialect, static_cast<unsigned>(why.http_status),
                           why.http_status == 400
                               ? protocol::error_code::bad_request
                               : protocol::error_code::forbidden,
                           why.reason);
  };
  if (auth_ && x.plan.needs != authority::none) {
    auto who =
        auth_->identify(protocol::find_token(x.hello, names), wall_now());
    if (!who)
      return dialect_refusal(*x.dialect,
                             protocol::make_error(to_reason(who.error())));
    if (auto no = protocol::apply_identity(x.hello, names, *who))
      return to_refusal(*no);
    if (x.plan.needs == authority::publisher && !who->rights.publish)
      return dialect_refusal(*x.dialect, 403, protocol::error_code::forbidden,
                             "The token does not allow publishing");
    if (x.plan.needs == authority::subscriber && !who->rights.subscribe)
      return dialect_refusal(*x.dialect, 403, protocol::error_code::forbidden,
                             "The token does not allow subscribing");
    if (x.dialect->outlives_token)
      who->expires.reset();
    if (x.plan.creates_client && !x.plan.makes_id)
      x.plan.client = who->user;
    x.who = std::move(*who);
  }
  if (auto no = x.dialect->refuses(x.hello))
    return to_refusal(*no);
  return std::nullopt;
}

} // namespace troupe::actors
