#include "net/auth/webhook_signer.hpp"

#include "net/auth/base64.hpp"
#include "net/auth/token_verifier.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;

namespace {

// The secret of the examples of Standard Webhooks.
const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const std::string body = R"({"test": 2432232314})";

const std::chrono::sys_seconds then{std::chrono::seconds{1'614'265'330}};

std::string header(const std::vector<std::string>& all,
                   const std::string& name) {
  for (const auto& x : all)
    if (x.starts_with(name + ": "))
      return x.substr(name.size() + 2);
  FAIL("no " << name);
  return {};
}

} // namespace

TEST_CASE("webhooks are signed as in the example of Standard Webhooks") {
  // The vector of the libraries' tests (standardwebhooks, webhook.test.ts).
  const auto signer = webhook_signer::make("key", secret).value();
  const auto out = signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", body, then);
  CHECK(header(out, "webhook-id") == "msg_p5jXN8AQM9LWM0D4loKWxJek");
  CHECK(header(out, "webhook-timestamp") == "1614265330");
  CHECK(header(out, "webhook-signature")
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("a webhook's token names the key and the body's hash") {
  const auto signer = webhook_signer::make("my-key", secret).value();
  const auto token = header(signer.sign("x", body, then), "Authorization");
  auto verifier =
      token_verifier::make({{token_algorithm::hs256}, secret, {}}).value();
  const auto claims = verifier.verify(token);
  REQUIRE(claims.has_value());
  // printf '{"test": 2432232314}' | openssl dgst -sha256 -binary | base64
  CHECK(*claims
        == R"({"exp":1614265630,"iss":"my-key",)"
           R"("sha256":"roWJMfZ4h+gVDW+Wyf4DBiwd82tEZMTdyOACwITV0Zg="})");
}

TEST_CASE("a secret of webhooks is whsec_ and base64 of 24 to 64 octets") {
  auto accepts = [](const std::string& key, const std::string& text) {
    return webhook_signer::make(key, text).has_value();
  };
  CHECK(accepts("k", "whsec_" + to_base64(std::string(24, 'x'))));
  CHECK(accepts("k", "whsec_" + to_base64(std::string(64, 'x'))));
  CHECK(!accepts("k", "whsec_" + to_base64(std::string(23, 'x'))));
  CHECK(!accepts("k", "whsec_" + to_base64(std::string(65, 'x'))));
  CHECK(!accepts("k", to_base64(std::string(32, 'x'))));
  CHECK(!accepts("k", "whsec_"));
  CHECK(!accepts("k", "whsec_no base64"));
  CHECK(!accepts("", "whsec_" + to_base64(std::string(32, 'x'))));
}

TEST_CASE("a short digest is the beginning of the SHA-256") {
  CHECK(short_digest("abc") == "ba7816bf8f01cfea"); // FIPS 180-2, B.1
}
