#pragma once

#include "net/base/rng.hpp"
#include "net/engineio/engineio.hpp"
#include "net/io/http/http_exchange.hpp"
#include "net/io/http/origin_policy.hpp"
#include "net/io/http/websocket_plan.hpp"
#include "net/io/loop/admission.hpp"

#include <mutex>
#include <string_view>
#include <unordered_map>
#include <variant>

namespace troupe::net {

struct http_core;
class engineio_session;

/// The endpoint of Engine.IO: finds or opens the session of a request.
/// Thread-safe.
class engineio_service {
public:
  explicit engineio_service(http_core& core);

  ~engineio_service();

  /// Whether `path` belongs to the endpoint.
  bool serves(std::string_view path) const;

  /// The maximum size of a body in octets.
  size_t max_body() const;

  /// Called when a POST's header has arrived. Returns an object that must live
  /// as long as the request, or null if another POST of the session is in
  /// progress; the session is then closed.
  std::shared_ptr<void> begin_post(const http_request& request);

  /// Called when a POST's body is too large.
  void refuse_post(const http_request& request);

  /// The refusal of a request because of the page that it comes from.
  static http_response refuse_source(const source_refusal& why);

  /// Handles a complete request that is not a WebSocket upgrade.
  void handle(const exchange_ptr& exchange);

  /// Decides on a WebSocket upgrade: returns a plan or a refusal.
  std::variant<websocket_plan, http_response>
  plan_websocket(const http_request& request);

  /// Removes a session. The session calls this when it ends.
  void forget(const std::string& sid);

private:
  using session_ptr = std::shared_ptr<engineio_session>;

  std::optional<engineio::refusal> check(const http_request& request,
                                         std::string_view transport,
                                         session_ptr& session);

  http_response refuse(const http_request& request, engineio::refusal why);

  session_ptr find(const http_request& request);

  /// Opens a session unless the upper layer or a limit refuses it.
  std::variant<session_ptr, http_response> open(const http_request& request);

  http_core& core_;
  admission gate_;
  std::mutex mutex_;
  std::unique_ptr<rng> rng_;
  std::unordered_map<std::string, session_ptr> sessions_;
};

/// Adds the CORS headers for a request's origin, which must be an allowed one.
void allow_cross_origin(const http_request& request, http_response& response);

} // namespace troupe::net
