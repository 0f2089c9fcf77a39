#include "actors/io/check_desk.hpp"

#include "tests/support/ice_check.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using actors::pass_table;
using test::ice_check;

namespace {

const net::ice_credentials alice{"alice", "of-alice"};
const net::ice_credentials bob{"bob", "of-bob"};

std::shared_ptr<net::ice_check_responder>
pass_of(const net::ice_credentials& x) {
  return std::make_shared<net::ice_check_responder>(x, test::make_tuple(1),
                                                    net::time_point{});
}

} // namespace

TEST_CASE("a check finds the responder of its username fragment") {
  pass_table passes;
  auto a = pass_of(alice);
  auto b = pass_of(bob);
  passes.add(a);
  passes.add(b);
  CHECK(passes.find(ice_check::to(alice).build()) == a.get());
  CHECK(passes.find(ice_check::to(bob).build()) == b.get());
  CHECK_FALSE(passes.find(ice_check::to({"carol", "x"}).build()));
}

TEST_CASE("a new responder replaces the earlier one of its fragment") {
  pass_table passes;
  passes.add(pass_of(alice));
  auto later = pass_of(alice);
  passes.add(later);
  CHECK(passes.size() == 1);
  CHECK(passes.find(ice_check::to(alice).build()) == later.get());
  passes.remove("alice");
  CHECK(passes.size() == 0);
  CHECK_FALSE(passes.find(ice_check::to(alice).build()));
}

TEST_CASE("a responder that was revoked before it was added is not added") {
  pass_table passes;
  auto x = pass_of(alice);
  x->revoke();
  passes.add(x);
  CHECK(passes.size() == 0);
}

TEST_CASE("octets that are no connectivity check find no responder") {
  pass_table passes;
  passes.add(pass_of(alice));
  CHECK_FALSE(passes.find({}));
  auto check = ice_check::to(alice).build();
  for (size_t i = 0; i < 20; ++i)
    CHECK_FALSE(passes.find(net::byte_span{check}.first(i)));
  check[0] = 0x80;
  CHECK_FALSE(passes.find(check));
}
