#include "actors/io/responder_table.hpp"

#include "tests/support/ice_check.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using actors::responder_table;
using test::ice_check;

namespace {

const net::ice_credentials alice{"alice", "of-alice"};
const net::ice_credentials bob{"bob", "of-bob"};

std::shared_ptr<net::ice_check_responder>
responder_of(const net::ice_credentials& x) {
  return std::make_shared<net::ice_check_responder>(x, test::make_tuple(1),
                                                    net::time_point{});
}

} // namespace

TEST_CASE("a check finds the responder of its username fragment") {
  responder_table responders;
  auto a = responder_of(alice);
  auto b = responder_of(bob);
  responders.add(a);
  responders.add(b);
  CHECK(responders.find(ice_check::to(alice).build()) == a.get());
  CHECK(responders.find(ice_check::to(bob).build()) == b.get());
  CHECK_FALSE(responders.find(ice_check::to({"carol", "x"}).build()));
}

TEST_CASE("a new responder replaces the earlier one of its fragment") {
  responder_table responders;
  responders.add(responder_of(alice));
  auto later = responder_of(alice);
  responders.add(later);
  CHECK(responders.size() == 1);
  CHECK(responders.find(ice_check::to(alice).build()) == later.get());
  responders.remove("alice");
  CHECK(responders.size() == 0);
  CHECK_FALSE(responders.find(ice_check::to(alice).build()));
}

TEST_CASE("a responder that was revoked before it was added is not added") {
  responder_table responders;
  auto x = responder_of(alice);
  x->revoke();
  responders.add(x);
  CHECK(responders.size() == 0);
}

TEST_CASE("octets that are no connectivity check find no responder") {
  responder_table responders;
  responders.add(responder_of(alice));
  CHECK_FALSE(responders.find({}));
  auto check = ice_check::to(alice).build();
  for (size_t i = 0; i < 20; ++i)
    CHECK_FALSE(responders.find(net::byte_span{check}.first(i)));
  check[0] = 0x80;
  CHECK_FALSE(responders.find(check));
}
