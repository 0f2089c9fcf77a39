#include "protocol/json/shared_screen.hpp"

#include <doctest/doctest.h>

using namespace troupe::protocol;

TEST_CASE("application data tell a shared screen from a camera") {
  for (const auto* text :
       {R"({"source":"screen"})", R"({"source":"screen-audio"})",
        R"({"source":"screensharing","x":1})", R"({"share":true})"}) {
    CAPTURE(text);
    CHECK(is_shared_screen({text}));
  }
  for (const auto* text :
       {R"({})", R"({"source":"camera"})", R"({"source":7})", R"({"share":1})",
        R"({"share":false})", R"(["screen"])", R"({"source":"screen")", ""}) {
    CAPTURE(text);
    CHECK_FALSE(is_shared_screen({text}));
  }
}
