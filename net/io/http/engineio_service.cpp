#include "net/io/http/engineio_service.hpp"

#include "net/io/http/engineio_session.hpp"
#include "net/io/http/http_core.hpp"

#include <algorithm>
#include <chrono>

namespace troupe::net {

namespace eio = engineio;

namespace {

// 22 characters from an alphabet of 62 have 131 bits.
constexpr size_t sid_length = 22;

http_response answer_preflight(const http_request& request) {
  http_response response{204, {}, {}};
  allow_cross_origin(request, response);
  auto& headers = response.headers;
  headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  // A page that may use the endpoint may send any headers.
  auto asked = request.header("Access-Control-Request-Headers");
  if (!asked.empty())
    headers.emplace_back("Access-Control-Allow-Headers", asked);
  headers.emplace_back("Access-Control-Max-Age", "600");
  return response;
}

} // namespace

void allow_cross_origin(const http_request& request, http_response& response) {
  auto origin = request.header("Origin");
  if (origin.empty())
    return;
  auto& headers = response.headers;
  headers.emplace_back("Access-Control-Allow-Origin", origin);
  headers.emplace_back("Access-Control-Allow-Credentials", "true");
  headers.emplace_back("Vary", "Origin");
}

engineio_service::engineio_service(http_core& core)
    : core_(core)
    , gate_(core.config.limits)
    , rng_(make_secure_rng()) {}

engineio_service::~engineio_service() = default;

bool engineio_service::serves(std::string_view path) const {
  return std::ranges::any_of(
      core_.config.engineio.paths, [&](std::string_view ours) {
        return path == ours
               || (ours.ends_with('/')
                   && path == ours.substr(0, ours.size() - 1));
      });
}

size_t engineio_service::max_body() const {
  return core_.config.engineio.max_payload;
}

engineio_service::session_ptr
engineio_service::find(const http_request& request) {
  auto sid = request.query_value("sid");
  if (!sid)
    return nullptr;
  std::lock_guard guard{mutex_};
  auto i = sessions_.find(*sid);
  return i != sessions_.end() ? i->second : nullptr;
}

std::shared_ptr<void>
engineio_service::begin_post(const http_request& request) {
  auto session = find(request);
  if (!session)
    return std::make_shared<int>();
  if (!session->enter_post()) {
    session->handle_post_refused(eio::close_reason::overlapping_requests);
    return nullptr;
  }
  return {session.get(), [session](void*) {
            session->leave_post();
          }};
}

void engineio_service::refuse_post(const http_request& request) {
  if (auto session = find(request))
    session->handle_post_refused(eio::close_reason::bad_packet);
}

std::optional<eio::refusal> engineio_service::check(const http_request& request,
                                                    std::string_view transport,
                                                    session_ptr& session) {
  auto asked = request.query_value("transport");
  if (asked != "polling" && asked != "websocket")
    return eio::refusal::unknown_transport;
  if (request.query_value("sid")) {
    session = find(request);
    if (!session)
      return eio::refusal::unknown_sid;
  } else if (request.method != "GET") {
    return eio::refusal::bad_handshake_method;
  } else if (request.query_value("EIO") != "4") {
    return eio::refusal::unsupported_version;
  }
  if (asked != transport)
    return eio::refusal::bad_request;
  return std::nullopt;
}

http_response engineio_service::refuse(const http_request& request,
                                       eio::refusal why) {
  auto response = json_response(eio::http_status(why), eio::render(why));
  core_.rejects.add(reject_reason::handshake);
  allow_cross_origin(request, response);
  return response;
}

http_response engineio_service::refuse_source(const source_refusal& why) {
  return json_response(
      eio::http_status(eio::refusal::forbidden),
      eio::render(eio::refusal::forbidden, "Forbidden. " + why.explain()));
}

void engineio_service::handle(const exchange_ptr& exchange) {
  const auto& request = exchange->request();
  if (request.method == "OPTIONS")
    return exchange->answer(answer_preflight(request));
  session_ptr session;
  if (auto why = check(request, "polling", session))
    return exchange->answer(refuse(request, *why));
  if (session && request.method == "GET")
    return session->handle_poll(exchange);
  if (session && request.method == "POST")
    return session->handle_post(exchange);
  if (session)
    return exchange->answer(refuse(request, eio::refusal::bad_request));
  auto decision = core_.handler.decide_upgrade(request);
  if (decision.kind.empty()) {
    core_.rejects.add(reject_reason::handshake);
    allow_cross_origin(request, decision.rejection);
    return exchange->answer(std::move(decision.rejection));
  }
  auto opened = open(request);
  if (auto refused = std::get_if<http_response>(&opened))
    return exchange->answer(std::move(*refused));
  std::get<session_ptr>(opened)->start_polling(exchange,
                                               std::move(decision.kind));
}

std::variant<websocket_plan, http_response>
engineio_service::plan_websocket(const http_request& request) {
  session_ptr session;
  if (auto why = check(request, "websocket", session))
    return refuse(request, *why);
  websocket_plan plan;
  plan.keep_alive = false;
  if (session) {
    plan.open = [session](std::shared_ptr<connection> socket) {
      return session->handle_socket(std::move(socket));
    };
    return plan;
  }
  auto decision = core_.handler.decide_upgrade(request);
  if (decision.kind.empty()) {
    core_.rejects.add(reject_reason::handshake);
    return std::move(decision.rejection);
  }
  plan.kind = std::move(decision.kind);
  // Create the session only once the WebSocket is open: its handshake may still
  // fail.
  plan.open = [this, core = core_.shared_from_this(),
               kind = plan.kind](std::shared_ptr<connection> socket)
      -> std::unique_ptr<connection_events> {
    auto opened = open(socket->request());
    if (auto x = std::get_if<session_ptr>(&opened))
      return (*x)->start_websocket(std::move(socket), kind);
    return nullptr;
  };
  return plan;
}

std::variant<engineio_service::session_ptr, http_response>
engineio_service::open(const http_request& request) {
  auto core = core_.shared_from_this();
  auto now = std::chrono::steady_clock::now();
  auto outcome = gate_.admit(request.remote, now);
  if (outcome != admission_outcome::admitted) {
    core_.count_refusal(to_reason(outcome), now);
    return text_response(503, "Too many sessions\n");
  }
  std::shared_ptr<void> admission_slot{nullptr,
                                       [core, remote = request.remote](void*) {
                                         core->engineio->gate_.release(remote);
                                       }};
  std::string sid;
  {
    std::lock_guard guard{mutex_};
    sid = rng_->alphanumeric(sid_length);
  }
  auto session = std::make_shared<engineio_session>(core, sid, request.remote,
                                                    std::move(admission_slot));
  core_.live->add(session);
  std::lock_guard guard{mutex_};
  sessions_.emplace(std::move(sid), session);
  return session;
}

void engineio_service::forget(const std::string& sid) {
  std::lock_guard guard{mutex_};
  sessions_.erase(sid);
}

} // namespace troupe::net
