#include "actors/peer/record_list.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

struct numbered {
  transport_id id;
};

} // namespace

TEST_CASE("a list of records has memory for a quarter more at most") {
  record_list<numbered> x;
  CHECK(x.capacity() == 0);
  for (size_t i = 1; i <= 500; ++i) {
    x.add({transport_id{std::to_string(i)}});
    REQUIRE(x.size() == i);
    REQUIRE(x.capacity() <= i + std::max<size_t>(2, i / 4));
  }
  for (auto id : {"1", "250", "500"})
    CHECK(x.find(transport_id{id}));
  CHECK_FALSE(x.find(transport_id{"501"}));
}
