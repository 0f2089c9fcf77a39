#include "protocol/dialects/common/identity.hpp"

#include <doctest/doctest.h>

using namespace troupe::protocol;
using namespace std::chrono_literals;

namespace {

const wall_time now{1'700'000'000s};

std::error_code refusal(std::string_view json, const claim_rules& rules = {}) {
  auto out = read_claims(json, rules, now);
  return out ? std::error_code{} : out.error();
}

identity read(std::string_view json, const claim_rules& rules = {}) {
  auto out = read_claims(json, rules, now);
  REQUIRE_MESSAGE(out.has_value(), out.error().message());
  return std::move(*out);
}

constexpr handshake_names ws_names{"auth", "auth", "channelId"};
constexpr handshake_names protoo_names{"", "peerId", "roomId"};

/// A join under an id that the client chose.
verb::join join_of(const std::string& room, const std::string& user) {
  verb::join out;
  out.room = room_id{room};
  out.peer = peer_id{user};
  out.named_by_client = true;
  return out;
}

} // namespace

TEST_CASE("claims name the user, the rooms, the rights and the name") {
  auto x = read(R"({"user":"ann","room":["r1","r2"],"name":"Ann",
                    "rights":["publish","moderate"],"other":{"a":[1]}})");
  CHECK(x.user.str() == "ann");
  CHECK(x.name == "Ann");
  CHECK(x.may_join(room_id{"r1"}));
  CHECK(x.may_join(room_id{"r2"}));
  CHECK_FALSE(x.may_join(room_id{"r3"}));
  CHECK_FALSE(x.may_join(room_id{""}));
  CHECK(x.rights.publish);
  CHECK_FALSE(x.rights.subscribe);
  CHECK(x.rights.moderate == true);
  CHECK_FALSE(x.expires);
}

TEST_CASE("the required claims are a user and a room") {
  auto x = read(R"({"sub":"ann","room":"r1"})");
  CHECK(x.user.str() == "ann");
  CHECK(x.may_join(room_id{"r1"}));
  CHECK_FALSE(x.may_join(room_id{"r"}));
  CHECK(x.rights.publish);
  CHECK(x.rights.subscribe);
  CHECK(x.rights.moderate == false);
}

TEST_CASE("a star allows all rooms, and is no wildcard within a name") {
  CHECK(read(R"({"user":"a","room":"*"})").may_join(room_id{"any"}));
  CHECK(read(R"({"user":"a","room":["x","*"]})").may_join(room_id{"any"}));
  CHECK_FALSE(read(R"({"user":"a","room":"a*"})").may_join(room_id{"any"}));
}

TEST_CASE("the claim record grants or withholds recordings") {
  CHECK_FALSE(read(R"({"user":"a","room":"r"})").rights.record.has_value());
  CHECK(read(R"({"user":"a","room":"r","record":true})").rights.record == true);
  CHECK(read(R"({"user":"a","room":"r","record":false})").rights.record
        == false);
}

TEST_CASE("an empty list of rights grants no rights") {
  auto x = read(R"({"user":"a","room":"r","rights":[]})");
  CHECK_FALSE(x.rights.publish);
  CHECK_FALSE(x.rights.subscribe);
  CHECK(x.rights.moderate == false);
}

TEST_CASE("claims of the wrong kind are refused") {
  for (auto json : {"",
                    "null",
                    "[]",
                    "{}",
                    R"({"user":"a"})",
                    R"({"room":"r"})",
                    R"({"user":"","room":"r"})",
                    R"({"user":1,"room":"r"})",
                    R"({"user":"a","room":""})",
                    R"({"user":"a","room":[]})",
                    R"({"user":"a","room":["r",1]})",
                    R"({"user":"a","room":{"r":1}})",
                    R"({"user":"a","sub":"b","room":"r"})",
                    R"({"user":"a","room":"r","rights":["fly"]})",
                    R"({"user":"a","room":"r","record":"yes"})",
                    R"({"user":"a","room":"r","rights":{"publish":true}})",
                    R"({"user":"a","room":"r","name":5})",
                    R"({"user":"a","room":"r","exp":"never"})",
                    R"({"user":"a","room":"r","nbf":null})",
                    R"({"user":"a","room":"r","room":"*"})"}) {
    CAPTURE(json);
    CHECK(refusal(json) == claims_errc::malformed);
  }
  auto long_name = std::string(257, 'x');
  CHECK(refusal(R"({"user":")" + long_name + R"(","room":"r"})")
        == claims_errc::malformed);
  CHECK(refusal(R"({"user":"a","room":")" + long_name + R"("})")
        == claims_errc::malformed);
}

TEST_CASE("a token without exp is refused if the rules require it") {
  claim_rules strict;
  strict.require_expiry = true;
  auto eternal = R"({"user":"a","room":"r"})";
  CHECK_FALSE(refusal(eternal));
  CHECK(refusal(eternal, strict) == claims_errc::no_expiry);
  CHECK_FALSE(refusal(R"({"user":"a","room":"r","exp":1700000001})", strict));
  CHECK(refusal(R"({"user":"a","room":"r","exp":null})", strict)
        == claims_errc::malformed);
}

TEST_CASE(
    "a token is valid from nbf until just before exp, plus or minus leeway") {
  auto at = [](std::string_view what, std::string_view seconds) {
    return R"({"user":"a","room":"r",")" + std::string{what}
           + "\":" + std::string{seconds} + "}";
  };
  CHECK(refusal(at("exp", "1700000000")) == claims_errc::expired);
  CHECK(refusal(at("exp", "1699999999.999")) == claims_errc::expired);
  CHECK_FALSE(refusal(at("exp", "1700000000.001")));
  CHECK_FALSE(refusal(at("nbf", "1700000000")));
  CHECK(refusal(at("nbf", "1700000000.001")) == claims_errc::not_yet_valid);
  claim_rules lenient;
  lenient.leeway = 5s;
  CHECK_FALSE(refusal(at("exp", "1699999995.001"), lenient));
  CHECK(refusal(at("exp", "1699999995"), lenient) == claims_errc::expired);
  CHECK_FALSE(refusal(at("nbf", "1700000005"), lenient));
  CHECK(read(at("exp", "1700000010"), lenient).expires == now + 15s);
  // Times beyond the range of the clock.
  CHECK_FALSE(refusal(at("exp", "1e300")));
  CHECK_FALSE(refusal(at("exp", "18446744073709551615")));
  CHECK(refusal(at("exp", "-1e300")) == claims_errc::expired);
  CHECK(refusal(at("nbf", "1e300")) == claims_errc::not_yet_valid);
}

TEST_CASE("issuer and audience are compared if they are configured") {
  claim_rules rules;
  rules.issuer = "https://login.example.org";
  rules.audience = "troupe";
  auto claims = [](std::string_view more) {
    return R"({"user":"a","room":"r")" + std::string{more} + "}";
  };
  CHECK(refusal(claims(""), rules) == claims_errc::wrong_issuer);
  const std::string issuer = R"(,"iss":"https://login.example.org")";
  CHECK(refusal(claims(issuer), rules) == claims_errc::wrong_audience);
  CHECK(refusal(claims(issuer + R"(,"aud":"other")"), rules)
        == claims_errc::wrong_audience);
  CHECK_FALSE(refusal(claims(issuer + R"(,"aud":"troupe")"), rules));
  CHECK_FALSE(refusal(claims(issuer + R"(,"aud":["x","troupe"])"), rules));
  CHECK(refusal(claims(R"(,"iss":"evil","aud":"troupe")"), rules)
        == claims_errc::wrong_issuer);
  // Without configuration they are ignored.
  CHECK_FALSE(refusal(claims(R"(,"iss":"x","aud":"y")")));
}

TEST_CASE("a handshake's token: header, then query, then the dialect's own") {
  handshake in;
  in.query = {{"auth", "A"}};
  CHECK(find_token(in, ws_names) == "A");
  CHECK(find_token(in, protoo_names).empty());
  CHECK(find_token(in, {}).empty());
  in.query["token"] = "T";
  CHECK(find_token(in, ws_names) == "T");
  in.bearer = "B";
  CHECK(find_token(in, ws_names) == "B");
}

TEST_CASE("the token's user replaces the token in the handshake") {
  auto who = read(R"({"user":"ann","room":"r"})");
  handshake in;
  in.query = {{"auth", "A.B.C"}, {"channelId", "r"}};
  CHECK_FALSE(apply_identity(in, ws_names, who));
  CHECK(in.query["auth"] == "ann");

  // With the token in the header, the query may omit the user, or name it.
  for (std::string named : {"", "ann"}) {
    handshake other;
    other.bearer = "A.B.C";
    other.query = {{"auth", named}, {"channelId", "r"}};
    CHECK_FALSE(apply_identity(other, ws_names, who));
    CHECK(other.query["auth"] == "ann");
  }
}

TEST_CASE("a handshake for another user or room than the token's is refused") {
  auto who = read(R"({"user":"ann","room":"r"})");
  handshake in;
  in.bearer = "A.B.C";
  in.query = {{"auth", "bob"}, {"channelId", "r"}};
  auto refused = apply_identity(in, ws_names, who);
  REQUIRE(refused);
  CHECK(refused->http_status == 403);

  handshake elsewhere;
  elsewhere.query = {{"auth", "A.B.C"}, {"channelId", "s"}};
  refused = apply_identity(elsewhere, ws_names, who);
  REQUIRE(refused);
  CHECK(refused->http_status == 403);

  handshake protoo;
  protoo.query = {{"token", "A.B.C"}, {"peerId", "bob"}, {"roomId", "r"}};
  CHECK(apply_identity(protoo, protoo_names, who));
  protoo.query["peerId"] = "ann";
  CHECK_FALSE(apply_identity(protoo, protoo_names, who));
}

TEST_CASE("a join is given the token's rights and name") {
  auto who =
      read(R"({"user":"ann","room":"r","name":"Ann","rights":["subscribe"]})");
  request what{verb::join{room_id{"r"}, peer_id{"sid"}, "me", std::nullopt}};
  CHECK_FALSE(authorize(what, who));
  const auto& join = std::get<verb::join>(what);
  CHECK(join.name == "Ann");
  CHECK_FALSE(join.rights.publish);
  CHECK(join.rights.subscribe);
  CHECK(join.rights.moderate == false);
  CHECK(join.peer.str() == "sid");
  // The token names another user than this id.
  CHECK_FALSE(join.vouched);
}

TEST_CASE("a join as the token's user is vouched for") {
  auto who = read(R"({"user":"ann","room":"r"})");
  request what{join_of("r", "ann")};
  CHECK_FALSE(authorize(what, who));
  CHECK(std::get<verb::join>(what).vouched);
}

TEST_CASE("a join of another room, or as another user, is forbidden") {
  auto who = read(R"({"user":"ann","room":"r"})");
  auto code = [&](request what) -> std::optional<error_code> {
    auto refused = authorize(what, who);
    return refused ? std::optional{refused->code} : std::nullopt;
  };
  CHECK_FALSE(code(join_of("r", "ann")));
  CHECK(code(join_of("s", "ann")) == error_code::forbidden);
  CHECK(code(join_of("r", "bob")) == error_code::forbidden);
  CHECK(code(verb::create_room{room_id{"s"}}) == error_code::forbidden);
  CHECK_FALSE(code(verb::create_room{room_id{"r"}}));
  CHECK_FALSE(code(verb::get_capabilities{room_id{"s"}}));
  request elsewhere{join_of("s", "ann")};
  CHECK(authorize(elsewhere, who)->reason == error_reason::token_wrong_room);
  request disguised{join_of("r", "bob")};
  CHECK(authorize(disguised, who)->reason == error_reason::token_wrong_user);
}
