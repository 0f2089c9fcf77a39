#include "actors/base/client_facts.hpp"

#include <doctest/doctest.h>

using troupe::actors::short_agent;

TEST_CASE("the log names a browser without what all browsers share") {
  CHECK(short_agent("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
                    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36")
        == "(X11; Linux x86_64) Chrome/126.0.0.0 Safari/537.36");
  CHECK(short_agent("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
                    "Gecko/20100101 Firefox/128.0")
        == "(X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
  CHECK(short_agent("Lavf/59.27.100") == "Lavf/59.27.100");
  CHECK(short_agent("").empty());
}

TEST_CASE("a User-Agent takes at most 128 octets of a member") {
  CHECK(short_agent(std::string(100'000, 'x')) == std::string(128, 'x'));
}
