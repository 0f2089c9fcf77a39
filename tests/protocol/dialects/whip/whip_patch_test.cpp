// WHIP (RFC 9725, section 4.3): what a publisher sends after its offer.
#include "tests/protocol/dialects/whip/whip_publisher.hpp"

using namespace troupe::test::whip;
using troupe::test::whip_fragment;

TEST_CASE("candidates are taken note of with 204 and no entity tag") {
  publisher x;
  const auto tag = header(x.publish(), "ETag");
  SUBCASE("under the tag") {
    x.patch(tag, whip_fragment("abcd", pwd));
  }
  SUBCASE("without the client's credentials") {
    x.patch(tag, "a=end-of-candidates\r\n");
  }
  SUBCASE("without a tag, but with the client's present credentials") {
    x.patch("", whip_fragment("abcd", pwd));
  }
  const auto out = x.answer();
  CHECK(out.status == 204);
  CHECK(out.body.empty());
  CHECK(header(out, "ETag").empty());
}

TEST_CASE("a restart has new credentials and a new entity tag") {
  publisher x;
  const auto tag = header(x.publish(), "ETag");
  x.patch("*", whip_fragment("wxyz", pwd));
  CHECK(x.asked<verb::restart_ice>().transport == transport_id{"t"});
  x.grant(reply::ice_restarted{{"anew", "another-password", true}});
  const auto out = x.answer();
  CHECK(out.status == 200);
  CHECK(out.content_type == trickle);
  CHECK(out.body.find("a=ice-ufrag:anew\r\n") != std::string::npos);
  CHECK(out.body.find("a=candidate:") != std::string::npos);
  CHECK(header(out, "ETag") == "\"anew\"");
  // From now on the former tag and credentials are not the present ones.
  x.patch(tag, whip_fragment("wxyz", pwd));
  CHECK(x.answer().status == 412);
  x.patch("", whip_fragment("abcd", pwd));
  CHECK(x.answer().status == 428);
  x.patch("", whip_fragment("wxyz", pwd));
  CHECK(x.answer().status == 204);
}

TEST_CASE("a PATCH that does not fit is refused and changes nothing") {
  publisher x;
  const auto tag = header(x.publish(), "ETag");
  const auto refused = [&](const std::string& if_match,
                           const std::string& body) {
    x.patch(if_match, body);
    const auto out = x.answer();
    CHECK(out.content_type == "application/problem+json");
    CHECK(x.connection->poll_refusal());
    CHECK_FALSE(x.closed());
    return out.status;
  };
  CHECK(refused("\"other\"", whip_fragment("abcd", pwd)) == 412);
  CHECK(refused("W/" + tag, whip_fragment("abcd", pwd)) == 412);
  CHECK(refused("", whip_fragment("wxyz", pwd)) == 428);
  CHECK(refused("", "a=end-of-candidates\r\n") == 428);
  CHECK(refused("*", "hello") == 400);
  CHECK(refused("*", "a=ice-ufrag:wxyz\r\n") == 400);
  x.patch("", whip_fragment("abcd", pwd));
  CHECK(x.answer().status == 204);
  CHECK(refusal(call("PATCH", {"r", "cam", "secret"}, sdp, "v=0")).status
        == 415);
  CHECK(header(refusal(call("PATCH", {"r", "cam", "secret"})), "Accept-Patch")
        == trickle);
  CHECK(refusal(call("PATCH", {"r", "cam", "secret"}, trickle,
                     std::string(65'537, 'a')))
            .status
        == 413);
}

TEST_CASE("a restart that fails leaves the session as it was") {
  publisher x;
  const auto tag = header(x.publish(), "ETag");
  x.patch("*", whip_fragment("wxyz", pwd));
  x.asked<verb::restart_ice>();
  x.refuse(error_code::transport_not_found);
  CHECK(x.answer().status == 404);
  CHECK_FALSE(x.closed());
  x.patch(tag, whip_fragment("abcd", pwd));
  CHECK(x.answer().status == 204);
}
