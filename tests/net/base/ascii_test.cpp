#include "net/base/ascii.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace troupe::net;

TEST_CASE("of all octets, only the ten digits are digits") {
  constexpr std::string_view digits = "0123456789";
  for (int i = 0; i < 256; ++i) {
    const auto c = static_cast<char>(i);
    CAPTURE(i);
    CHECK(is_digit(c) == (digits.find(c) != std::string_view::npos));
  }
}

TEST_CASE("of all octets, only ASCII letters and digits are alphanumeric") {
  constexpr std::string_view all = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz";
  for (int i = 0; i < 256; ++i) {
    const auto c = static_cast<char>(i);
    CAPTURE(i);
    CHECK(is_alphanumeric(c) == (all.find(c) != std::string_view::npos));
  }
}

TEST_CASE("of all octets, only ASCII capitals have a lower-case letter") {
  constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view small = "abcdefghijklmnopqrstuvwxyz";
  for (int i = 0; i < 256; ++i) {
    const auto c = static_cast<char>(i);
    const auto at = capitals.find(c);
    CAPTURE(i);
    CHECK(to_lower(c) == (at == std::string_view::npos ? c : small[at]));
  }
}
