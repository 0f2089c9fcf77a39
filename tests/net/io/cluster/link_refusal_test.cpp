#include "net/io/cluster/cluster_port.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;

TEST_CASE("each refusal has a name") {
  std::string all;
  for (size_t i = 0; i < link_refusal_count; ++i) {
    auto name = std::string{to_string(static_cast<link_refusal>(i))};
    CHECK(name != "unknown");
    CHECK(all.find(name + ' ') == std::string::npos);
    all += name + ' ';
  }
}
