#include "actors/http/status_pages.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

struct scene {
  net::http_response get(const std::string& path,
                         const std::string& from = "127.0.0.1",
                         net::http_headers headers = {}) {
    net::http_request request;
    request.method = "GET";
    request.path = path;
    request.remote = *net::parse_address(from, 50000);
    request.headers = std::move(headers);
    auto out = pages.answer(request);
    if (!out)
      REQUIRE(path == "/metrics");
    return out ? *out : pages.metrics();
  }

  std::shared_ptr<overload_state_board> load =
      std::make_shared<overload_state_board>();
  status_pages pages{load,
                     {*net::address_prefix::parse("127.0.0.1"),
                      *net::address_prefix::parse("10.0.0.0/8")}};
};

struct open_scene : scene {
  open_scene() {
    pages.open([] { return std::string{"a 1\n"}; });
  }
};

} // namespace

TEST_CASE("other pages are left to other handlers") {
  scene x;
  net::http_request request;
  request.method = "GET";
  request.path = "/health";
  CHECK_FALSE(x.pages.answer(request));
}

TEST_CASE("only GET and HEAD are allowed") {
  scene x;
  for (std::string path : {"/healthz", "/readyz", "/metrics"}) {
    net::http_request request;
    request.method = "POST";
    request.path = path;
    CHECK(x.pages.answer(request)->status == 405);
  }
}

TEST_CASE("a server is alive whether or not it is ready") {
  scene x;
  CHECK(x.get("/healthz").status == 200);
  x.load->drain().begin(net::time_point{}, std::chrono::hours{1});
  CHECK(x.get("/healthz").status == 200);
}

TEST_CASE("a server is ready after its start, but not while it drains") {
  scene x;
  CHECK(x.get("/readyz").status == 503);
  CHECK(x.get("/readyz").body == "starting\n");
  x.pages.open([] { return std::string{}; });
  CHECK(x.get("/readyz").status == 200);
  x.load->drain().begin(net::time_point{}, std::chrono::hours{1});
  CHECK(x.get("/readyz").status == 503);
  CHECK(x.get("/readyz").body == "draining\n");
}

TEST_CASE("a server that refuses newcomers is not ready meanwhile") {
  open_scene x;
  x.load->publish({overload_level::busy, 0});
  CHECK(x.get("/readyz").status == 503);
  CHECK(x.get("/readyz").body == "overloaded\n");
  x.load->publish({});
  CHECK(x.get("/readyz").status == 200);
}

TEST_CASE("only listed addresses may read the metrics") {
  open_scene x;
  CHECK(x.get("/metrics").status == 200);
  CHECK(x.get("/metrics").body == "a 1\n");
  CHECK(x.get("/metrics", "10.9.8.7").status == 200);
  CHECK(x.get("/metrics", "192.0.2.1").status == 403);
  CHECK(x.get("/metrics", "::1").status == 403);
  CHECK(x.get("/metrics", "192.0.2.1").body.find("a 1") == std::string::npos);
}

TEST_CASE("a request through a proxy does not have the proxy's address") {
  open_scene x;
  for (std::string name :
       {"X-Forwarded-For", "forwarded", "Via", "X-Real-IP", "X-Forwarded-Host",
        "X-Forwarded-Proto", "True-Client-IP", "CF-Connecting-IP"}) {
    CAPTURE(name);
    CHECK(x.get("/metrics", "127.0.0.1", {{name, "192.0.2.1"}}).status == 403);
    CHECK(x.get("/metrics", "127.0.0.1", {{name, ""}}).status == 403);
    CHECK(
        x.get("/metrics", "127.0.0.1", {{name, ""}, {name, "192.0.2.1"}}).status
        == 403);
  }
  // The other pages may be requested through a proxy.
  CHECK(x.get("/healthz", "127.0.0.1", {{"Via", "1.1 proxy"}}).status == 200);
}

TEST_CASE("a server that has not started has no metrics") {
  scene x;
  CHECK(x.get("/metrics").status == 503);
}
