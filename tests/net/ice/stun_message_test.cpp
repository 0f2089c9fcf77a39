#include "net/ice/stun_message.hpp"

#include "net/base/rng.hpp"
#include "tests/support/ice_check.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace troupe::net;
using troupe::test::ice_check;

namespace {

using octets = std::vector<uint8_t>;

constexpr std::string_view password = "VOkJxbRl1RmTxUk/WvJxBt";

// RFC 5769, section 2.1.
const octets sample_request = {
    0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01,
    0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10,
    0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c,
    0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff,
    0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36,
    0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76,
    0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c,
    0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49,
    0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf};

// RFC 5769, section 2.2.
const octets sample_response_v4 = {
    0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01,
    0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b,
    0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
    0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
    0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3,
    0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7,
    0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96};

// RFC 5769, section 2.3.
const octets sample_response_v6 = {
    0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01,
    0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b,
    0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
    0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa,
    0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
    0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1,
    0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41,
    0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c};

// The CRC-32 of ITU V.42, bit by bit.
uint32_t slow_crc32(byte_span in) {
  uint32_t crc = 0xFFFFFFFF;
  for (auto x : in) {
    crc ^= x;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

constexpr stun_transaction_id some_id{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

} // namespace

TEST_CASE("the sample request is parsed (RFC 5769, section 2.1)") {
  const auto x = stun_message::parse(sample_request);
  REQUIRE(x);
  CHECK(x->type() == stun_class::request);
  CHECK(x->method() == stun_method_binding);
  CHECK(x->username() == "evtj:h6vY");
  CHECK(x->priority() == 0x6e0001ff);
  CHECK(x->controlled() == 0x932ff9b151263b36);
  CHECK_FALSE(x->controlling());
  CHECK_FALSE(x->use_candidate());
  CHECK(x->has_fingerprint());
  CHECK(x->verify_integrity(password));
  CHECK_FALSE(x->verify_integrity("VOkJxbRl1RmTxUk/WvJxBu"));
  CHECK(x->unknown_attributes().empty());
  CHECK(stun_username_fragment(sample_request) == "evtj");
}

TEST_CASE("the sample responses are parsed (RFC 5769, 2.2 and 2.3)") {
  const auto v4 = stun_message::parse(sample_response_v4);
  REQUIRE(v4);
  CHECK(v4->type() == stun_class::success);
  CHECK(v4->xor_mapped_address() == parse_address("192.0.2.1", 32853));
  CHECK(v4->verify_integrity(password));
  const auto v6 = stun_message::parse(sample_response_v6);
  REQUIRE(v6);
  CHECK(v6->xor_mapped_address()
        == parse_address("2001:db8:1234:5678:11:2233:4455:6677", 32853));
  CHECK(v6->verify_integrity(password));
}

TEST_CASE("any flipped bit of the sample request is detected") {
  for (size_t bit = 0; bit < sample_request.size() * 8; ++bit) {
    CAPTURE(bit);
    auto copy = sample_request;
    copy[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
    const auto x = stun_message::parse(copy);
    // A flip in the attribute type of FINGERPRINT leaves a valid message
    // without a FINGERPRINT.
    CHECK((!x || !x->has_fingerprint()));
  }
}

TEST_CASE("the fingerprint is right for messages of every size") {
  const auto random = make_seeded_rng(7);
  std::array<uint8_t, stun_message::max_size> scratch;
  for (size_t size = 0; size <= scratch.size() - 32; size += 4) {
    CAPTURE(size);
    octets value(size);
    random->fill(value);
    stun_writer out{scratch, stun_class::request, some_id};
    out.attribute(0x8022, value);
    out.fingerprint();
    const auto x = out.finish();
    REQUIRE(x);
    const auto covered = x->first(x->size() - 8);
    CHECK(load_u32(x->last(4).data()) == (slow_crc32(covered) ^ 0x5354554Eu));
    CHECK(stun_message::parse(*x));
  }
}

TEST_CASE("a written message is parsed back") {
  std::array<uint8_t, 512> scratch;
  stun_writer out{scratch, stun_class::request, some_id};
  out.username("local:remote");
  out.priority(7);
  out.controlling(0x0102030405060708);
  out.use_candidate();
  out.nomination(9);
  out.integrity("secret");
  out.fingerprint();
  const auto octets_out = out.finish();
  REQUIRE(octets_out);
  const auto x = stun_message::parse(*octets_out);
  REQUIRE(x);
  CHECK(x->transaction_id() == some_id);
  CHECK(x->username() == "local:remote");
  CHECK(x->priority() == 7);
  CHECK(x->controlling() == 0x0102030405060708);
  CHECK(x->use_candidate());
  CHECK(x->nomination() == 9);
  CHECK(x->has_fingerprint());
  CHECK(x->verify_integrity("secret"));
  CHECK(x->size() == octets_out->size());
}

TEST_CASE("each message is verified by its own password, in any order") {
  const auto request = stun_message::parse(sample_request);
  const auto v4 = stun_message::parse(sample_response_v4);
  const auto v6 = stun_message::parse(sample_response_v6);
  REQUIRE(request);
  REQUIRE(v4);
  REQUIRE(v6);
  for (int i = 0; i < 3; ++i) {
    // Messages of different sizes under one password, then under others.
    CHECK(request->verify_integrity(password));
    CHECK(v4->verify_integrity(password));
    CHECK(v6->verify_integrity(password));
    CHECK_FALSE(v6->verify_integrity(""));
    CHECK_FALSE(v6->verify_integrity(""));
    CHECK_FALSE(v4->verify_integrity("VOkJxbRl1RmTxUk/WvJxBu"));
    CHECK(v4->verify_integrity(password));
  }
}

TEST_CASE("an error response is parsed back") {
  const std::array<uint16_t, 3> unknown{0x0001, 0x7fff, 0x0042};
  std::array<uint8_t, 128> scratch;
  stun_writer out{scratch, stun_class::error, some_id};
  out.error_code(stun_error::role_conflict);
  out.unknown_attributes(unknown);
  out.fingerprint();
  const auto x = stun_message::parse(*out.finish());
  REQUIRE(x);
  CHECK(x->type() == stun_class::error);
  CHECK(x->error_code() == 487);
  CHECK_FALSE(x->has_integrity());
}

TEST_CASE("class and method survive their encoding in the type") {
  std::array<uint8_t, 20> scratch;
  for (uint16_t method = 0; method < 0x1000; ++method)
    for (auto type : {stun_class::request, stun_class::indication,
                      stun_class::success, stun_class::error}) {
      stun_writer out{scratch, type, some_id, method};
      const auto x = stun_message::parse(*out.finish());
      REQUIRE(x);
      REQUIRE(x->type() == type);
      REQUIRE(x->method() == method);
    }
}

TEST_CASE("both types of the nomination attribute are parsed") {
  const octets value{0, 0, 1, 2};
  for (uint16_t type : {0xC001, 0x0030}) {
    std::array<uint8_t, 64> scratch;
    stun_writer out{scratch, stun_class::request, some_id};
    out.attribute(type, value);
    const auto x = stun_message::parse(*out.finish());
    REQUIRE(x);
    CHECK(x->nomination() == 0x0102);
    CHECK(x->unknown_attributes().empty());
  }
}

TEST_CASE("only comprehension-required unknown attributes are reported") {
  std::array<uint8_t, 256> scratch;
  stun_writer out{scratch, stun_class::request, some_id};
  out.attribute(0x8abc, octets(5));
  for (uint16_t i = 0; i < 12; ++i)
    out.attribute(static_cast<uint16_t>(0x7000 + i), {});
  const auto x = stun_message::parse(*out.finish());
  REQUIRE(x);
  REQUIRE(x->unknown_attributes().size() == stun_message::max_unknown);
  CHECK(x->unknown_attributes()[0] == 0x7000);
}

TEST_CASE("MESSAGE-INTEGRITY-SHA256 is tolerated but does not authenticate") {
  std::array<uint8_t, 128> scratch;
  stun_writer out{scratch, stun_class::request, some_id};
  out.attribute(0x001C, octets(32));
  out.fingerprint();
  const auto x = stun_message::parse(*out.finish());
  REQUIRE(x);
  CHECK_FALSE(x->has_integrity());
  CHECK_FALSE(x->verify_integrity(""));
  CHECK(x->unknown_attributes().empty());
}

TEST_CASE("attributes after MESSAGE-INTEGRITY are ignored (RFC 8489, 14.5)") {
  ice_check check{"a:b", "pw"};
  check.trailing_use_candidate = true;
  const auto octets_out = check.build();
  const auto x = stun_message::parse(octets_out);
  REQUIRE(x);
  CHECK(x->verify_integrity("pw"));
  CHECK_FALSE(x->use_candidate());
  CHECK(x->has_fingerprint());
}

TEST_CASE("an attribute after FINGERPRINT is an error (RFC 8489, 14.7)") {
  std::array<uint8_t, 128> scratch;
  stun_writer out{scratch, stun_class::request, some_id};
  out.fingerprint();
  out.use_candidate();
  CHECK_FALSE(stun_message::parse(*out.finish()));
}

TEST_CASE("malformed messages are refused") {
  const auto broken = [](auto change) {
    auto copy = sample_request;
    change(copy);
    return !stun_message::parse(copy);
  };
  CHECK(broken([](octets& x) { x.resize(19); }));
  CHECK(broken([](octets& x) { x.pop_back(); }));
  CHECK(broken([](octets& x) { x.insert(x.end(), 4, 0); }));
  CHECK(broken([](octets& x) { x[0] = 0x40; }));
  CHECK(broken([](octets& x) { x[4] ^= 1; }));
  CHECK(broken([](octets& x) { x[3] += 4; }));
  CHECK(broken([](octets& x) { x[23] = 0xff; }));
  CHECK(broken([](octets& x) { x.resize(1600); }));
  CHECK(broken([](octets& x) { x.clear(); }));
}

TEST_CASE("attributes of a wrong size are refused") {
  const auto refused = [](uint16_t type, size_t size) {
    std::array<uint8_t, 1024> scratch;
    stun_writer out{scratch, stun_class::request, some_id};
    out.attribute(type, octets(size));
    return !stun_message::parse(*out.finish());
  };
  CHECK(refused(0x0024, 3));   // PRIORITY
  CHECK(refused(0x8029, 4));   // ICE-CONTROLLED
  CHECK(refused(0x802A, 9));   // ICE-CONTROLLING
  CHECK(refused(0x0025, 1));   // USE-CANDIDATE
  CHECK(refused(0x0008, 19));  // MESSAGE-INTEGRITY
  CHECK(refused(0x0009, 3));   // ERROR-CODE
  CHECK(refused(0x0020, 8));   // XOR-MAPPED-ADDRESS of family 0
  CHECK(refused(0x0006, 509)); // USERNAME
  CHECK_FALSE(refused(0x0006, 508));
}

TEST_CASE("a message that does not fit is not written") {
  std::array<uint8_t, 40> scratch;
  stun_writer out{scratch, stun_class::request, some_id};
  out.username("a name that is longer than the room for it");
  out.integrity("pw");
  out.fingerprint();
  CHECK_FALSE(out.finish());
  std::array<uint8_t, 10> tiny;
  CHECK_FALSE((stun_writer{tiny, stun_class::request, some_id}.finish()));
}

TEST_CASE("the username fragment is found only in Binding requests") {
  CHECK_FALSE(stun_username_fragment({}));
  CHECK_FALSE(stun_username_fragment(sample_response_v4));
  CHECK_FALSE(stun_username_fragment(octets(200)));
  for (size_t size = 0; size < 69; ++size) {
    CAPTURE(size);
    CHECK_FALSE(stun_username_fragment(byte_span{sample_request}.first(size)));
  }
  CHECK_FALSE(stun_username_fragment(ice_check{"nocolon", "pw"}.build()));
  CHECK_FALSE(stun_username_fragment(ice_check{":x", "pw"}.build()));
  CHECK(stun_username_fragment(ice_check{"x:", "pw"}.build()) == "x");
}

TEST_CASE("random octets never break the parser") {
  auto random = make_seeded_rng(1);
  for (int i = 0; i < 20'000; ++i) {
    auto copy = sample_request;
    for (uint32_t n = random->below(4); n > 0; --n)
      copy[random->below(108)] = static_cast<uint8_t>(random->u32());
    copy.resize(random->below(109));
    if (auto x = stun_message::parse(copy))
      x->verify_integrity(password);
    stun_username_fragment(copy);
  }
}
