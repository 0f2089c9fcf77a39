#include "actors/http/status_pages.hpp"

#include <algorithm>
#include <array>

namespace troupe::actors {

namespace {

/// Whether a proxy has forwarded the request: behind one, all clients have its
/// address. The headers may be empty if it does not know the client's.
bool was_passed_on(const net::http_request& x) {
  constexpr std::array<std::string_view, 8> marks = {
      "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
      "Via",       "X-Real-IP",       "True-Client-IP",   "CF-Connecting-IP",
  };
  return std::ranges::any_of(marks,
                             [&](auto name) { return x.has_header(name); });
}

net::http_response page(unsigned status, std::string body) {
  auto out = net::text_response(status, std::move(body));
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

} // namespace

void status_pages::open(std::function<std::string()> metrics) {
  write_metrics_ = std::move(metrics);
  open_.store(true, std::memory_order_release);
}

std::optional<net::http_response>
status_pages::answer(const net::http_request& request) const {
  auto known = request.path == "/healthz" || request.path == "/readyz"
               || request.path == metrics_path;
  if (!known)
    return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD")
    return net::text_response(405, "method not allowed\n");
  if (request.path == "/healthz")
    return page(200, "ok\n");
  if (request.path == "/readyz")
    return readiness();
  if (!may_read_metrics(request))
    return page(403, "forbidden: see metrics.allow\n");
  if (!open_.load(std::memory_order_acquire))
    return page(503, "starting\n");
  return std::nullopt;
}

net::http_response status_pages::readiness() const {
  auto why_not = !open_.load(std::memory_order_acquire) ? "starting\n"
                 : load_->drain().active()              ? "draining\n"
                 : load_->busy()                        ? "overloaded\n"
                                                        : nullptr;
  return why_not ? page(503, why_not) : page(200, "ready\n");
}

bool status_pages::may_read_metrics(const net::http_request& request) const {
  return !was_passed_on(request)
         && std::ranges::any_of(scrapers_, [&](const auto& x) {
              return x.contains(request.remote);
            });
}

net::http_response status_pages::metrics() const {
  net::http_response out{200, {}, write_metrics_()};
  out.headers.emplace_back("Content-Type",
                           "text/plain; version=0.0.4; charset=utf-8");
  return out;
}

} // namespace troupe::actors
