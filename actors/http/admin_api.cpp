#include "actors/http/admin_api.hpp"

#include "actors/base/log.hpp"
#include "actors/config/secret_file.hpp"
#include "actors/http/admin_json.hpp"
#include "actors/http/admin_routes.hpp"
#include "actors/http/admin_task.hpp"
#include "actors/http/cluster_json.hpp"
#include "net/io/http/origin_policy.hpp"

#include <caf/event_based_actor.hpp>

namespace troupe::actors {

namespace {

constexpr size_t min_token = 16;

// HEAD is handled like GET.
admin_request to_admin_request(const net::http_request& x) {
  return {x.method == "HEAD" ? "GET" : x.method, x.target, x.body};
}

// The response to a CORS preflight request (Fetch, section 3.2.2).
net::http_response preflight() {
  return {204,
          {{"Access-Control-Allow-Methods", "GET, POST, DELETE"},
           {"Access-Control-Allow-Headers", "Authorization"},
           {"Access-Control-Max-Age", "600"}},
          {}};
}

} // namespace

admin_api::admin_api(caf::actor_system& system, server_actor server,
                     admin_settings settings,
                     std::function<metrics_snapshot()> stats,
                     admin_cluster cluster,
                     std::shared_ptr<recording_catalogue> recordings,
                     std::shared_ptr<const recording_downloads> downloads)
    : system_(system)
    , server_(std::move(server))
    , settings_(std::move(settings))
    , stats_(std::move(stats))
    , cluster_(std::move(cluster))
    , recordings_(std::move(recordings))
    , downloads_(std::move(downloads)) {}

bool admin_api::handle(const net::http_request& request,
                       const net::http_responder& respond) {
  auto below = std::string_view{request.path};
  if (!below.starts_with(admin_prefix))
    return false;
  below.remove_prefix(admin_prefix.size());
  if (!below.empty() && below.front() != '/')
    return false;
  std::string origin{request.header("Origin")};
  auto answer = [respond, origin](net::http_response x) {
    x.headers.emplace_back("Cache-Control", "no-store");
    // The HTTP server has already rejected pages of other origins.
    net::allow_origin(origin, {}, x);
    respond(std::move(x));
  };
  if (auto refusal = check(request)) {
    answer(std::move(*refusal));
    return true;
  }
  auto call = read_admin_call(request);
  if (auto* refusal = std::get_if<net::http_response>(&call)) {
    answer(std::move(*refusal));
    return true;
  }
  auto& asked = std::get<admin_call>(call);
  if (asked.action == admin_action::get_server_stats)
    system_.spawn([this, answer](caf::event_based_actor*) {
      answer(net::json_response(200, server_stats_json(stats_())));
    });
  else if (asked.action == admin_action::get_cluster)
    system_.spawn([this, answer](caf::event_based_actor*) {
      answer(net::json_response(200, cluster_json(stats_().cluster)));
    });
  else if (asked.action == admin_action::get_recording_file && downloads_)
    downloads_->serve(request, asked.recording, asked.file, answer);
  else
    start_admin_task(
        system_, {std::move(asked), std::move(answer), server_,
                  settings_.request_timeout, cluster_,
                  cluster_.actor ? to_admin_request(request) : admin_request{},
                  false, recordings_});
  return true;
}

std::optional<net::http_response>
admin_api::check(const net::http_request& request) const {
  if (!settings_.enabled)
    return admin_error(404, "not-found", "The admin API is off");
  if (request.method == "OPTIONS" && request.has_header("Origin"))
    return preflight();
  auto shown = request.bearer_token();
  if (settings_.token.matches(shown))
    return std::nullopt;
  log::refusal(log::level::info, "admin-refused", {{"method", request.method}});
  auto out =
      admin_error(401, "unauthorized",
                  shown.empty() ? "A bearer token is required" : "Wrong token");
  out.headers.emplace_back("WWW-Authenticate", "Bearer");
  return out;
}

std::optional<std::string> read_admin_token(const config::admin_keys& keys,
                                            admin_settings& out) {
  if (keys.token_file.empty())
    return std::nullopt;
  auto text = read_secret_file(keys.token_file);
  if (!text)
    return describe_secret_failure("admin.token-file", keys.token_file,
                                   text.error());
  if (text->size() < min_token)
    return "admin.token-file " + keys.token_file
           + ": the token must have at least 16 characters";
  out.token = net::secret{*text};
  out.enabled = true;
  return std::nullopt;
}

} // namespace troupe::actors
