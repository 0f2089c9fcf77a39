#include "protocol/dialects/whip/whip_answers.hpp"

#include "protocol/json/json_limits.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::protocol;

namespace {

std::string header(const http_answer& x, std::string_view name) {
  const auto found = std::ranges::find(
      x.headers, name, [](const auto& header) { return header.first; });
  return found == x.headers.end() ? std::string{} : found->second;
}

} // namespace

TEST_CASE("a content type is compared without its case and parameters") {
  CHECK(whip::has_type("application/sdp", whip::sdp_type));
  CHECK(whip::has_type(" Application/SDP ; charset=utf-8", whip::sdp_type));
  for (const auto* other :
       {"", "application/sdpx", "text/plain", "application/json", ";"})
    CHECK_FALSE(whip::has_type(other, whip::sdp_type));
}

TEST_CASE("an If-Match has the tag, a list with it, or a star") {
  for (const auto* good : {R"("a")", R"("b", "a")", R"( "a" ,"b")", "*"})
    CHECK_MESSAGE(whip::matches(good, R"("a")"), good);
  for (const auto* bad : {"", "a", R"(W/"a")", R"("b")", R"("a)", ",", R"("")"})
    CHECK_FALSE_MESSAGE(whip::matches(bad, R"("a")"), bad);
}

TEST_CASE("a session's path escapes all that could end a part of it") {
  CHECK(whip::session_path("whip", "r", "cam", "s3") == "/whip/r/cam/s3");
  CHECK(whip::session_path("whip", "a/b?c", "d e\r\n", "s")
        == "/whip/a%2Fb%3Fc/d%20e%0D%0A/s");
}

TEST_CASE("each STUN and TURN server is a link, with its credentials") {
  http_header_list out;
  whip::add_links(
      {{{"stun:stun.example.org"}},
       {{"turn:a.example.org", "turns:a.example.org"}, R"(12:a"b\c)", "pass"}},
      out);
  REQUIRE(out.size() == 3);
  CHECK(out[0].first == "Link");
  CHECK(out[0].second == R"(<stun:stun.example.org>; rel="ice-server")");
  CHECK(out[1].second
        == R"(<turn:a.example.org>; rel="ice-server"; username="12:a\"b\\c"; )"
           R"(credential="pass"; credential-type="password")");
}

TEST_CASE("a refusal is described as problem details") {
  auto out = whip::problem(401, make_error(error_reason::token_expired));
  CHECK(out.status == 401);
  CHECK(out.content_type == "application/problem+json");
  CHECK(header(out, "WWW-Authenticate") == "Bearer");
  CHECK(header(out, "Retry-After").empty());
  const auto body = parse_json(out.body);
  REQUIRE(body.has_value());
  CHECK((*body)["status"].GetUint() == 401);
  CHECK((*body)["code"] == "unauthorized");
  CHECK((*body)["reason"] == "token-expired");
  CHECK((*body)["detail"] == "The token has expired");
  CHECK((*body)["title"] == "Unauthorized");
  for (const auto status : {429u, 503u})
    CHECK(header(whip::problem(status, make_error(error_code::overloaded)),
                 "Retry-After")
          == "5");
}

TEST_CASE("what cannot be negotiated has the status 422") {
  CHECK(whip::status_of(error_code::unsupported) == 422);
  CHECK(whip::status_of(error_code::bad_request) == 400);
  CHECK(whip::status_of(error_code::not_joined) == 404);
  CHECK(whip::status_of(error_code::forbidden) == 403);
  CHECK(whip::status_of(error_code::limit_reached) == 429);
  CHECK(whip::status_of(error_code::overloaded) == 503);
}
