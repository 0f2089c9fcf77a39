#include "actors/base/log_value.hpp"

#include <doctest/doctest.h>

#include <string>

using troupe::actors::log::clip;

TEST_CASE("a long value in the log is cut, and its length is noted") {
  CHECK(clip("") == "");
  CHECK(clip(std::string(128, 'x')) == std::string(128, 'x'));
  CHECK(clip(std::string(129, 'x'))
        == std::string(128, 'x') + "… (129 octets)");
  CHECK(clip(std::string(240'000, 'x'))
        == std::string(128, 'x') + "… (240000 octets)");
}

TEST_CASE("a value in the log is cut between characters") {
  const std::string umlaut = "\xC3\xA4";
  const auto tail = std::string(100, 'y');
  CHECK(clip(std::string(127, 'x') + umlaut + tail)
        == std::string(127, 'x') + "… (229 octets)");
  CHECK(clip(std::string(126, 'x') + umlaut + tail)
        == std::string(126, 'x') + umlaut + "… (228 octets)");
  // A value that is not UTF-8 at all is cut as well.
  CHECK(clip(std::string(300, '\x80')) == "… (300 octets)");
}
