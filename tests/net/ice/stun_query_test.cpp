#include "net/ice/stun_query.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace troupe::net;

namespace {

constexpr uint16_t allocate = 0x003;
constexpr uint16_t refresh = 0x004;
constexpr uint16_t realm_type = 0x0014;
constexpr uint16_t nonce_type = 0x0015;

// The key of user, realm and pass, from RFC 8489, section 9.2.2.
constexpr std::string_view key{
    "\x84\x93\xfb\xc5\x3b\xa5\x82\xfb\x4c\x04\x4c\x45\x6b\xdc\x40\xeb", 16};

/// A query and the answers of its server.
struct conversation {
  stun_message request() const {
    auto parsed = stun_message::parse(query.request());
    REQUIRE(parsed);
    return *parsed;
  }

  bool succeed(uint16_t method) {
    std::array<uint8_t, 256> scratch;
    stun_writer out{scratch, stun_class::success, request().transaction_id(),
                    method};
    return query.handle_message(*out.finish());
  }

  bool fail(uint16_t method, uint16_t code, bool challenge = false) {
    std::array<uint8_t, 256> scratch;
    stun_writer out{scratch, stun_class::error, request().transaction_id(),
                    method};
    out.error_code(code);
    if (challenge) {
      out.attribute(realm_type, as_bytes("realm"));
      out.attribute(nonce_type, as_bytes("obMatJos2"));
    }
    return query.handle_message(*out.finish());
  }

  std::unique_ptr<rng> random = make_seeded_rng(7);
  stun_query query{*random, "user", "pass"};
};

using progress = stun_query::progress;

} // namespace

TEST_CASE("a STUN server is asked once") {
  const auto random = make_seeded_rng(1);
  stun_query query{*random};
  const auto asked = stun_message::parse(query.request());
  REQUIRE(asked);
  CHECK(asked->method() == stun_method_binding);
  CHECK(query.outcome() == progress::unfinished);
  std::array<uint8_t, 256> scratch;
  stun_writer out{scratch, stun_class::success, asked->transaction_id()};
  out.xor_mapped_address(*parse_address("192.0.2.1", 4000));
  CHECK(query.handle_message(*out.finish()));
  CHECK(query.outcome() == progress::done);
}

TEST_CASE("an allocation is made with credentials and given back") {
  conversation x;
  CHECK(x.request().method() == allocate);
  CHECK_FALSE(x.request().has_integrity());
  CHECK(x.fail(allocate, 401, true));
  CHECK(x.query.outcome() == progress::unfinished);
  CHECK(x.request().method() == allocate);
  CHECK(x.request().username() == "user");
  CHECK(x.request().verify_integrity(key));
  CHECK(x.succeed(allocate));
  CHECK(x.query.outcome() == progress::unfinished);
  CHECK(x.request().method() == refresh);
  CHECK(x.request().verify_integrity(key));
  CHECK(x.succeed(refresh));
  CHECK(x.query.outcome() == progress::done);
}

TEST_CASE("an allocation that cannot be given back was made all the same") {
  conversation x;
  x.fail(allocate, 401, true);
  x.succeed(allocate);
  CHECK(x.fail(refresh, 437));
  CHECK(x.query.outcome() == progress::done);
}

TEST_CASE("refused credentials and other errors are told apart") {
  conversation wrong;
  wrong.fail(allocate, 401, true);
  wrong.fail(allocate, 401, true);
  CHECK(wrong.query.outcome() == progress::bad_credentials);
  conversation full;
  full.fail(allocate, 401, true);
  full.fail(allocate, 486);
  CHECK(full.query.outcome() == progress::refused);
  CHECK(full.query.error_code() == 486);
  conversation mute;
  mute.fail(allocate, 401); // without realm and nonce
  CHECK(mute.query.outcome() == progress::refused);
}

TEST_CASE("a TURN server that wants no credentials is noticed") {
  conversation x;
  CHECK(x.succeed(allocate));
  CHECK(x.query.outcome() == progress::unprotected);
}

TEST_CASE("other messages are no answer") {
  conversation x;
  CHECK_FALSE(x.query.handle_message(as_bytes("HTTP/1.1 400 Bad Request")));
  CHECK_FALSE(x.query.handle_message({}));
  CHECK_FALSE(x.query.handle_message(x.query.request()));
  std::array<uint8_t, 256> scratch;
  stun_writer out{scratch, stun_class::success, stun_transaction_id{1, 2, 3},
                  allocate};
  CHECK_FALSE(x.query.handle_message(*out.finish()));
  CHECK(x.query.outcome() == progress::unfinished);
}

TEST_CASE("a challenge that does not fit a request ends the query") {
  conversation x;
  std::array<uint8_t, 1500> scratch;
  stun_writer out{scratch, stun_class::error, x.request().transaction_id(),
                  allocate};
  const std::string much(728, 'x');
  out.error_code(401);
  out.attribute(realm_type, as_bytes(much));
  out.attribute(nonce_type, as_bytes(much));
  CHECK(x.query.handle_message(*out.finish()));
  CHECK(x.query.outcome() == progress::refused);
}
