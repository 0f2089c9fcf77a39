#include "net/base/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

using troupe::net::is_utf8;

TEST_CASE("every code point but the surrogates is UTF-8") {
  size_t good = 0;
  for (uint32_t x = 0; x <= 0x1fffff; ++x) {
    // Encode in the shortest form, also what has no valid one (RFC 3629,
    // section 3).
    std::string text;
    if (x < 0x80) {
      text = {static_cast<char>(x)};
    } else if (x < 0x800) {
      text = {static_cast<char>(0xc0 | x >> 6),
              static_cast<char>(0x80 | (x & 0x3f))};
    } else if (x < 0x10000) {
      text = {static_cast<char>(0xe0 | x >> 12),
              static_cast<char>(0x80 | (x >> 6 & 0x3f)),
              static_cast<char>(0x80 | (x & 0x3f))};
    } else {
      text = {static_cast<char>(0xf0 | x >> 18),
              static_cast<char>(0x80 | (x >> 12 & 0x3f)),
              static_cast<char>(0x80 | (x >> 6 & 0x3f)),
              static_cast<char>(0x80 | (x & 0x3f))};
    }
    auto expected = x <= 0x10ffff && (x < 0xd800 || x > 0xdfff);
    if (is_utf8(text) != expected)
      FAIL("code point " << x);
    good += expected;
  }
  CHECK(good == 0x110000 - 0x800);
}

TEST_CASE("overlong, truncated and stray octets are not UTF-8") {
  for (auto text : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf",
                    "\xf0\x8f\xbf\xbf", "\xc2", "\xe2\x82", "\xf0\x9f\x98",
                    "\xe2\x82 ", "\xfe", "\xff", "a\xbf", "\xf5\x80\x80\x80"})
    CHECK_FALSE(is_utf8(text));
  CHECK(is_utf8(""));
  CHECK(is_utf8("a\xe2\x82\xac\xf0\x9f\x98\x80"));
}
