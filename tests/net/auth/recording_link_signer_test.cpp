#include "net/auth/recording_link_signer.hpp"

#include "net/auth/base64.hpp"
#include "net/auth/hmac.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace std::chrono_literals;

namespace {

using seconds = recording_link_signer::seconds;

const recording_link_signer signer{std::string(32, 's')};
const seconds now{1'795'550'400s};
const seconds until = now + 10min;
const std::string key = signer.sign("abc", "stand-up", until);

} // namespace

TEST_CASE("HMAC-SHA256 is that of RFC 4231") {
  // Test case 2 of section 4.3.
  CHECK(to_base64(hmac_sha256("Jefe", "what do ya want for nothing?"))
        == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
}

TEST_CASE("a recording's key is the HMAC of its id, room and time") {
  // printf 'abc\nstand-up\n1795551000' | openssl dgst -sha256 -hmac SECRET
  // -binary | basenc --base64url
  CHECK(key == "vyTF8yQDyCLtfs51YyK178FgjuzcP5DsnCfJ7pL1V18");
}

TEST_CASE("a link to a recording is valid until its time") {
  CHECK_FALSE(signer.verify("abc", "stand-up", until, key, now));
  CHECK_FALSE(signer.verify("abc", "stand-up", until, key, until - 1s));
  CHECK(signer.verify("abc", "stand-up", until, key, until)
        == link_fault::expired);
  CHECK(signer.verify("abc", "stand-up", until, key, until + 24h)
        == link_fault::expired);
}

TEST_CASE("a link for another recording, room or time is refused") {
  CHECK(signer.verify("abd", "stand-up", until, key, now)
        == link_fault::forged);
  CHECK(signer.verify("abc", "stand-in", until, key, now)
        == link_fault::forged);
  CHECK(signer.verify("abc", "stand-up", until + 1s, key, now)
        == link_fault::forged);
  // The same text, split elsewhere.
  const auto shifted = signer.sign("abc", "a\nb", until);
  CHECK(signer.verify("abc\na", "b", until, shifted, now)
        == link_fault::forged);
}

TEST_CASE("a link whose key is altered is refused") {
  for (size_t i = 0; i < key.size(); ++i) {
    auto other = key;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    CHECK(signer.verify("abc", "stand-up", until, other, now)
          == link_fault::forged);
  }
  for (const auto& other : {std::string{}, key + "=", key.substr(1)})
    CHECK(signer.verify("abc", "stand-up", until, other, now)
          == link_fault::forged);
}

TEST_CASE("a link that would be valid for long is refused") {
  const auto verify = [](seconds then) {
    return signer.verify("abc", "r", then, signer.sign("abc", "r", then), now);
  };
  CHECK_FALSE(verify(now + 1h));
  CHECK_FALSE(verify(now + 1h + 5min));
  CHECK(verify(now + 1h + 5min + 1s) == link_fault::too_long);
  CHECK(verify(seconds{seconds::duration::max()}) == link_fault::too_long);
  CHECK(verify(seconds{seconds::duration::min()}) == link_fault::expired);
}

TEST_CASE("secrets of links sign differently, and an empty one nothing") {
  const recording_link_signer other{std::string(32, 't')};
  CHECK(other.verify("abc", "stand-up", until, key, now) == link_fault::forged);
  const recording_link_signer none{""};
  CHECK(none.verify("abc", "r", until, none.sign("abc", "r", until), now)
        == link_fault::forged);
}

TEST_CASE("the query that is made for a recording is valid for an hour") {
  const auto query = signer.make_query("abc", "stand-up", now);
  CHECK(query
        == "until=1795554000&key=" + signer.sign("abc", "stand-up", now + 1h));
}
