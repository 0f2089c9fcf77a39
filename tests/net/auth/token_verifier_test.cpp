#include "net/auth/token_verifier.hpp"

#include "net/auth/secret.hpp"
#include "tests/support/tokens.hpp"

#include <array>

using namespace troupe;
using namespace troupe::test;
using net::token_algorithm;
using net::token_errc;
using net::token_verifier;

namespace {

constexpr std::string_view body = R"({"user":"ann"})";

token_verifier make(net::token_keys keys) {
  auto out = token_verifier::make(keys);
  REQUIRE_MESSAGE(out.has_value(), out.error().message());
  return std::move(*out);
}

token_verifier with_secret() {
  return make({{token_algorithm::hs256}, hs256_secret, {}});
}

// A verifier with both kinds of public keys and a secret, all allowed.
token_verifier with_all() {
  return make(
      {{token_algorithm::hs256, token_algorithm::rs256, token_algorithm::es256},
       hs256_secret,
       read_auth_file("rsa.pem") + read_auth_file("ec.pem")});
}

std::error_code refusal(const token_verifier& verifier,
                        std::string_view token) {
  auto out = verifier.verify(token);
  return out ? std::error_code{} : out.error();
}

std::error_code refusal_of_keys(const net::token_keys& keys) {
  auto out = token_verifier::make(keys);
  return out ? std::error_code{} : out.error();
}

std::string base64url(std::string_view in) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
                                        "mnopqrstuvwxyz0123456789-_";
  std::string out;
  for (size_t i = 0; i < in.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < in.size() ? uint8_t(in[i + k]) : 0u);
    for (size_t k = 0; k < std::min<size_t>(4, in.size() - i + 1); ++k)
      out += alphabet[group >> (18 - 6 * k) & 63];
  }
  return out;
}

// Replaces the header of `token` and keeps its signature.
std::string with_header(const std::string& token, std::string_view header) {
  return base64url(header) + token.substr(token.find('.'));
}

constexpr std::string_view rfc_body =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvb"
    "S9pc19yb290Ijp0cnVlfQ";

} // namespace

TEST_CASE("the example tokens of RFC 7515 are valid (appendices A.1 to A.3)") {
  // The key of A.1, decoded from base64url.
  constexpr std::array<uint8_t, 64> key{
      0x03, 0x23, 0x35, 0x4b, 0x2b, 0x0f, 0xa5, 0xbc, 0x83, 0x7e, 0x06,
      0x65, 0x77, 0x7b, 0xa6, 0x8f, 0x5a, 0xb3, 0x28, 0xe6, 0xf0, 0x54,
      0xc9, 0x28, 0xa9, 0x0f, 0x84, 0xb2, 0xd2, 0x50, 0x2e, 0xbf, 0xd3,
      0xfb, 0x5a, 0x92, 0xd2, 0x06, 0x47, 0xef, 0x96, 0x8a, 0xb4, 0xc3,
      0x77, 0x62, 0x3d, 0x22, 0x3d, 0x2e, 0x21, 0x72, 0x05, 0x2e, 0x4f,
      0x08, 0xc0, 0xcd, 0x9a, 0xf5, 0x67, 0xd0, 0x80, 0xa3};
  auto verifier = make(
      {{token_algorithm::hs256, token_algorithm::rs256, token_algorithm::es256},
       std::string{key.begin(), key.end()},
       read_auth_file("rfc7515_a2.pem") + read_auth_file("rfc7515_a3.pem")});
  auto hs256 = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
               + std::string{rfc_body}
               + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  auto rs256 = "eyJhbGciOiJSUzI1NiJ9." + std::string{rfc_body}
               + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5R"
                 "Zmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQj"
                 "bKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMH"
                 "lb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZE"
                 "Sc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5A"
                 "XLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
  auto es256 = "eyJhbGciOiJFUzI1NiJ9." + std::string{rfc_body}
               + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8"
                 "ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  for (const auto& token : {hs256, rs256, es256}) {
    CAPTURE(token);
    auto claims = verifier.verify(token);
    REQUIRE_MESSAGE(claims.has_value(), claims.error().message());
    CHECK(claims->find(R"("iss":"joe")") != std::string::npos);
    CHECK(claims->find("1300819380") != std::string::npos);
  }
}

TEST_CASE(
    "a token of each kind is valid, and invalid after a change of a bit") {
  auto verifier = with_all();
  const std::string claims{body};
  for (auto token :
       {make_token(JWT_ALG_HS256, hs256_secret, claims),
        make_token(JWT_ALG_RS256, read_auth_file("rsa.key"), claims),
        make_token(JWT_ALG_ES256, read_auth_file("ec.key"), claims)}) {
    CAPTURE(token);
    auto read = verifier.verify(token);
    REQUIRE_MESSAGE(read.has_value(), read.error().message());
    CHECK(*read == body);
    // Change the user that the token was signed for.
    auto at = token.find('.') + 1;
    auto forged = token;
    auto size = token.find('.', at) - at;
    forged.replace(at, size, base64url(R"({"user":"bob"})"));
    CHECK(refusal(verifier, forged) == token_errc::signature);
    // Change one octet of the signature.
    auto broken = token;
    auto& octet = broken[broken.rfind('.') + 5];
    octet = octet == 'A' ? 'B' : 'A';
    CHECK(refusal(verifier, broken) == token_errc::signature);
    // Remove the signature.
    CHECK(refusal(verifier, token.substr(0, token.rfind('.') + 1))
          == token_errc::signature);
  }
}

TEST_CASE("'none' is refused, signed or not") {
  auto verifier = with_all();
  auto token = make_token(JWT_ALG_NONE, {}, std::string{body});
  CHECK(refusal(verifier, token) == token_errc::algorithm);
  CHECK(refusal(verifier, token + "AAAA") == token_errc::algorithm);
  auto good = hs256_token(std::string{body});
  for (auto header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"NONE"})",
        R"({"alg":""})", R"({"alg":null})", R"({"alg":1})", R"({})"}) {
    CAPTURE(header);
    auto why = refusal(verifier, with_header(good, header));
    CHECK((why == token_errc::algorithm || why == token_errc::malformed));
  }
}

TEST_CASE("a public key does not serve as an HMAC secret") {
  // The classic attack: HMAC with the public key, which an attacker knows.
  auto only_rsa =
      make({{token_algorithm::rs256}, {}, read_auth_file("rsa.pem")});
  for (const auto& key : {read_auth_file("rsa.pem"),
                          read_auth_file("rsa.pem").substr(
                              0, read_auth_file("rsa.pem").size() - 1)}) {
    auto token = make_token(JWT_ALG_HS256, key, std::string{body});
    CHECK(refusal(only_rsa, token) == token_errc::algorithm);
    CHECK(refusal(with_all(), token) == token_errc::signature);
  }
}

TEST_CASE(
    "a token that names another algorithm than that of its signature fails") {
  auto verifier = with_all();
  auto token =
      make_token(JWT_ALG_RS256, read_auth_file("rsa.key"), std::string{body});
  for (auto header : {R"({"alg":"HS256"})", R"({"alg":"ES256"})"})
    CHECK(refusal(verifier, with_header(token, header))
          == token_errc::signature);
}

TEST_CASE("only listed algorithms are accepted, whatever keys exist") {
  auto keys = read_auth_file("rsa.pem") + read_auth_file("ec.pem");
  auto verifier = make({{token_algorithm::es256}, hs256_secret, keys});
  const std::string claims{body};
  CHECK(verifier.verify(
      make_token(JWT_ALG_ES256, read_auth_file("ec.key"), claims)));
  for (const auto& token :
       {hs256_token(claims),
        make_token(JWT_ALG_RS256, read_auth_file("rsa.key"), claims),
        make_token(JWT_ALG_HS384, hs256_secret, claims),
        make_token(JWT_ALG_RS512, read_auth_file("rsa.key"), claims)})
    CHECK(refusal(verifier, token) == token_errc::algorithm);
}

TEST_CASE("during key rotation, tokens of the old and the new key are valid") {
  auto verifier = make(
      {{token_algorithm::rs256},
       {},
       read_auth_file("rfc7515_a2.pem") + "\n" + read_auth_file("rsa.pem")});
  CHECK(verifier.verify(
      make_token(JWT_ALG_RS256, read_auth_file("rsa.key"), std::string{body})));
}

TEST_CASE("text that is not a token is refused without a crash") {
  auto verifier = with_secret();
  auto good = hs256_token(std::string{body});
  REQUIRE(verifier.verify(good));
  CHECK(refusal(verifier, {}) == token_errc::missing);
  for (const std::string& text :
       {std::string{"."}, std::string{".."}, std::string{"..."},
        std::string{"a.b.c"}, good + ".", "." + good, good + "!", good + " ",
        good + "=", good.substr(0, good.rfind('.')),
        std::string{"Bearer "} + good, std::string(100'000, 'A'),
        base64url("[]") + ".e30.AAAA", base64url("{") + ".e30.AAAA",
        base64url(std::string(4000, '[')) + ".e30.AAAA",
        good.substr(0, 5) + '\0' + good.substr(5)}) {
    CAPTURE(text.substr(0, 40));
    CHECK(refusal(verifier, text) == token_errc::malformed);
  }
}

TEST_CASE("weak keys and keys of a wrong kind are refused") {
  using list = std::vector<token_algorithm>;
  const list hs{token_algorithm::hs256};
  const list rs{token_algorithm::rs256};
  const list es{token_algorithm::es256};
  CHECK(refusal_of_keys({hs, "short", {}}) == token_errc::weak_secret);
  CHECK(refusal_of_keys({hs, std::string(31, 'x'), {}})
        == token_errc::weak_secret);
  CHECK_FALSE(refusal_of_keys({hs, std::string(32, 'x'), {}}));
  CHECK(refusal_of_keys({hs, {}, {}}) == token_errc::no_key);
  CHECK(refusal_of_keys({rs, {}, read_auth_file("ec.pem")})
        == token_errc::no_key);
  CHECK(refusal_of_keys({es, {}, read_auth_file("rsa.pem")})
        == token_errc::no_key);
  for (auto name : {"rsa_1024.pem", "p384.pem", "rsa.key", "ec.key"})
    CHECK(refusal_of_keys({rs, {}, read_auth_file(name)})
          == token_errc::bad_public_key);
  auto cut = read_auth_file("rsa.pem").substr(0, 200);
  CHECK(refusal_of_keys({rs, {}, cut}) == token_errc::bad_public_key);
  CHECK(refusal_of_keys({rs, {}, "no key at all"}) == token_errc::no_key);
}

TEST_CASE("a secret matches only itself, and an empty one matches nothing") {
  net::secret x{"sesame"};
  CHECK(x.matches("sesame"));
  for (auto guess : {"", "Sesame", "sesam", "sesame ", "sesamf"})
    CHECK_FALSE(x.matches(guess));
  CHECK_FALSE(net::secret{}.matches(""));
}
