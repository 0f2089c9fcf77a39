#include "net/io/http/origin_policy.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;

namespace {

struct page_request {
  std::string origin;
  std::string host = "meet.example";
  bool secure = false;
};

http_request to_request(const page_request& x) {
  http_request out;
  out.secure = x.secure;
  if (!x.host.empty())
    out.headers.emplace_back("Host", x.host);
  if (!x.origin.empty())
    out.headers.emplace_back("origin", x.origin);
  return out;
}

bool passes(const origin_policy& policy, const page_request& x) {
  return !policy.check(to_request(x));
}

source_refusal refusal(const origin_policy& policy, const page_request& x) {
  auto out = policy.check(to_request(x));
  REQUIRE(out);
  return *out;
}

} // namespace

TEST_CASE("by default only the server's own pages pass") {
  const origin_policy policy{{}, false};
  for (const auto& x :
       {page_request{"http://meet.example"},
        page_request{"http://meet.example", "MEET.example"},
        page_request{"http://meet.example", "meet.example:80"},
        page_request{"http://meet.example:80"},
        page_request{"http://meet.example:3000", "meet.example:3000"},
        page_request{"http://[2001:db8::1]:3000", "[2001:db8::1]:3000"},
        page_request{"https://meet.example", "meet.example", true},
        page_request{"https://meet.example", "meet.example:443", true}})
    CHECK_MESSAGE(passes(policy, x), x.origin << " at " << x.host);
  for (const auto& x :
       {page_request{"http://evil.example"},
        page_request{"http://meet.example:3000"},
        page_request{"http://meet.example", "meet.example:3000"},
        page_request{"http://meet.example.evil.example"},
        page_request{"http://notmeet.example"}, page_request{"null"},
        page_request{"file://"}, page_request{"*"},
        page_request{"meet.example"}, page_request{"://meet.example"},
        page_request{"http://"}, page_request{"http://", ""},
        page_request{"capacitor://meet.example"},
        page_request{"http://meet.example", ""},
        page_request{"http://localhost:3000"},
        // A page over HTTP, which the network could modify, of a TLS server.
        page_request{"http://meet.example", "meet.example", true}})
    CHECK_MESSAGE(!passes(policy, x), x.origin << " at " << x.host);
}

TEST_CASE("a page passes if a proxy terminated its TLS") {
  const origin_policy policy{{}, false};
  CHECK(passes(policy, {"https://meet.example", "meet.example"}));
  CHECK(passes(policy, {"https://meet.example", "meet.example:443"}));
  CHECK(passes(policy, {"https://meet.example:8443", "meet.example:8443"}));
  CHECK_FALSE(passes(policy, {"https://meet.example", "meet.example:3000"}));
}

TEST_CASE("a client without Origin is not a page and passes") {
  CHECK(passes({{}, false}, {""}));
  CHECK(passes({{"https://other.example"}, false}, {""}));
  CHECK(passes({{}, true}, {"", ""}));
  CHECK(passes({{}, true}, {"", "127.0.0.1:3000"}));
}

TEST_CASE("listed origins pass besides the server's own") {
  const origin_policy policy{
      {"https://app.example", "http://dev.example:*", "null"}, false};
  for (const auto* good :
       {"https://app.example", "http://dev.example", "http://dev.example:1",
        "http://dev.example:65535", "null", "http://meet.example"})
    CHECK_MESSAGE(passes(policy, {good}), good);
  for (const auto* bad :
       {"http://app.example", "https://app.example:444",
        "https://app.example.evil.example", "https://dev.example",
        "http://dev.example:", "http://dev.example:1.evil.example",
        "http://dev.example.evil.example", "http://dev.example:x"})
    CHECK_MESSAGE(!passes(policy, {bad}), bad);
  CHECK(passes({{"*"}, false}, {"https://whoever.example"}));
}

TEST_CASE("a server on loopback accepts every page of its machine") {
  const origin_policy policy{{}, true};
  for (const auto* good :
       {"http://localhost", "http://localhost:5173", "https://localhost:8443",
        "http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]:5173",
        "http://app.localhost:3000"})
    CHECK_MESSAGE(passes(policy, {good, "localhost:3000"}), good);
  for (const auto* bad :
       {"http://evil.example", "http://localhost.evil.example",
        "http://127.0.0.1.evil.example", "http://127.evil.example", "null",
        "http://notlocalhost", "http://[::2]", "capacitor://localhost"})
    CHECK_MESSAGE(!passes(policy, {bad, "localhost:3000"}), bad);
}

TEST_CASE("a server on loopback requires a loopback name (DNS rebinding)") {
  const origin_policy policy{{}, true};
  for (const auto* good :
       {"localhost", "localhost:3000", "LocalHost", "localhost.", "127.0.0.1",
        "127.0.0.1:3000", "[::1]", "[::1]:3000", "a.localhost:3000"})
    CHECK_MESSAGE(passes(policy, {"", good}), good);
  for (const auto* bad :
       {"evil.example", "evil.example:3000", "localhost.evil.example",
        "127.0.0.1.evil.example", "192.0.2.1", "[2001:db8::1]", ".localhost"}) {
    CHECK_MESSAGE(!passes(policy, {"", bad}), bad);
    // Such a page has the same origin as its request.
    CHECK_MESSAGE(!passes(policy, {std::string{"http://"} + bad, bad}), bad);
  }
  // Behind a proxy that passes Host on, one entry names the proxy's host.
  const origin_policy proxied{{"https://meet.example"}, true};
  CHECK(passes(proxied, {"", "meet.example"}));
  CHECK(passes(proxied, {"https://meet.example", "meet.example"}));
  CHECK_FALSE(passes(proxied, {"", "evil.example"}));
}

TEST_CASE("a refusal states the entry that would admit the page") {
  const origin_policy open{{}, false};
  auto page = refusal(open, {"https://app.example"});
  CHECK(page.which == source_refusal::header::origin);
  CHECK(page.to_allow == "https://app.example");
  CHECK(page.explain()
        == "Origin https://app.example not allowed: set http.allowed-origins "
           "= https://app.example on the server");
  const origin_policy local{{}, true};
  auto rebound = refusal(local, {"", "evil.example:3000"});
  CHECK(rebound.which == source_refusal::header::host);
  CHECK(rebound.to_allow == "http://evil.example:3000");
  // The entry must be the page's origin as the browser sees it.
  CHECK(refusal(local, {"https://meet.example", "meet.example"}).to_allow
        == "https://meet.example");
}

TEST_CASE("text that needs escapes is not quoted to the client") {
  const origin_policy policy{{}, false};
  for (std::string odd : {"https://a\"b", "https://a\\b", "x", "https://a b",
                          "https://a\x80", "https://a;b"})
    CHECK_MESSAGE(refusal(policy, {odd}).explain() == "Origin not allowed",
                  odd);
  CHECK(refusal(policy, {"https://" + std::string(500, 'a')}).explain()
        == "Origin not allowed");
}

TEST_CASE("pages of all origins may load the code that is meant for them") {
  auto ask = [](const std::string& method, const std::string& path) {
    auto out = to_request(page_request{"https://portal.example"});
    out.method = method;
    out.path = path;
    return out;
  };
  const origin_policy policy{{}, false};
  CHECK(!policy.check(ask("GET", "/embed/troupe-embed.js")));
  CHECK(!policy.check(ask("HEAD", "/embed/troupe-embed.js")));
  for (const auto& x :
       {ask("POST", "/embed/troupe-embed.js"), ask("GET", "/embed"),
        ask("GET", "/app.js"), ask("GET", "/socket.io/embed/"),
        ask("GET", "/%65mbed/troupe-embed.js")})
    CHECK_MESSAGE(policy.check(x).has_value(), x.method << " " << x.path);
  // Some dialects accept WebSockets at any path.
  auto socket = ask("GET", "/embed/");
  socket.headers.emplace_back("Upgrade", "websocket");
  CHECK(policy.check(socket).has_value());
  // A name that an attacker has pointed at this machine is refused as ever.
  auto rebound = ask("GET", "/embed/troupe-embed.js");
  const origin_policy local{{}, true};
  CHECK(local.check(rebound).has_value());
}

TEST_CASE("a page that may use the server is let read the exposed headers") {
  http_response none;
  allow_origin("", "ETag", none);
  CHECK(none.headers.empty());
  http_response out;
  allow_origin("https://app.example", "ETag", out);
  CHECK(out.headers
        == http_headers{{"Access-Control-Allow-Origin", "https://app.example"},
                        {"Vary", "Origin"},
                        {"Access-Control-Expose-Headers", "ETag"}});
  http_response plain;
  allow_origin("null", {}, plain);
  CHECK(plain.headers.size() == 2);
}
