#include "net/io/loop/admission.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace std::chrono_literals;

namespace {

const time_point start{1000s};

socket_address address(const char* ip, uint16_t port = 1) {
  return *parse_address(ip, port);
}

bool admits(admission& x, const socket_address& from, time_point now) {
  return x.admit(from, now) == admission_outcome::admitted;
}

} // namespace

TEST_CASE("a token bucket admits a burst and then its rate") {
  token_bucket x{10, 3};
  for (int i = 0; i < 3; ++i)
    CHECK(x.take(start));
  CHECK(!x.take(start));
  CHECK(x.next(start) == start + 100ms);
  CHECK(!x.take(start + 99ms));
  CHECK(x.take(start + 100ms));
  CHECK(!x.take(start + 100ms));
  for (int i = 0; i < 3; ++i)
    CHECK(x.take(start + 1h));
  CHECK(!x.take(start + 1h));
}

TEST_CASE("reservations beyond the burst are scheduled at the rate, in order") {
  token_bucket x{10, 2};
  CHECK(x.reserve(start) == start);
  CHECK(x.reserve(start) == start);
  CHECK(x.reserve(start) == start + 100ms);
  CHECK(x.reserve(start) == start + 200ms);
  // Earlier reservations come before a new one.
  CHECK(x.reserve(start + 150ms) == start + 300ms);
  CHECK(x.reserve(start + 1h) == start + 1h);
  CHECK(token_bucket{0, 0}.reserve(start) == start);
}

TEST_CASE("many tokens at once cost as much as singly") {
  token_bucket x{10, 5};
  CHECK(x.reserve(start, 5) == start);
  CHECK(x.reserve(start, 3) == start + 300ms);
  CHECK(x.reserve(start + 200ms, 1) == start + 400ms);
  CHECK(x.reserve(start + 400ms, 0) == start + 400ms);
}

TEST_CASE("connections of an address share a bucket") {
  admission_limits limits;
  limits.address_message_rate = 1;
  limits.address_message_burst = 1;
  admission x{limits};
  auto one = x.messages(address("192.0.2.1", 1));
  CHECK(one == x.messages(address("192.0.2.1", 2)));
  CHECK(one != x.messages(address("192.0.2.2", 1)));
  CHECK(one->reserve(start) == start);
  CHECK(one->reserve(start) == start + 1s);
}

TEST_CASE("a rate of zero limits nothing") {
  token_bucket x{0, 0};
  for (int i = 0; i < 1000; ++i)
    CHECK(x.take(start));
}

TEST_CASE("all IPv6 addresses of a /64 count as one address") {
  admission_limits limits;
  limits.max_per_address = 2;
  admission x{limits};
  CHECK(admits(x, address("2001:db8:0:1::1"), start));
  CHECK(admits(x, address("2001:db8:0:1:ffff:ffff:ffff:ffff"), start));
  CHECK(x.admit(address("2001:db8:0:1:8::2"), start)
        == admission_outcome::address_full);
  CHECK(admits(x, address("2001:db8:0:2::1"), start));
  x.release(address("2001:db8:0:1::1"));
  CHECK(admits(x, address("2001:db8:0:1::3"), start));
  CHECK(x.messages(address("2001:db8:0:1::1"))
        == x.messages(address("2001:db8:0:1::2")));
  CHECK(x.messages(address("2001:db8:0:1::1"))
        != x.messages(address("2001:db8:0:2::1")));
}

TEST_CASE("connections are counted in total and by address") {
  admission x{{3, 2, 0, 0}};
  CHECK(admits(x, address("192.0.2.1", 1), start));
  CHECK(admits(x, address("192.0.2.1", 2), start));
  CHECK(!admits(x, address("192.0.2.1", 3), start));
  CHECK(admits(x, address("192.0.2.2"), start));
  CHECK(!admits(x, address("192.0.2.3"), start));
  CHECK(x.admit(address("192.0.2.1", 3), start) == admission_outcome::full);
  CHECK(x.connections() == 3);
  CHECK(x.refused() == 3);
  x.release(address("192.0.2.1", 2));
  CHECK(admits(x, address("192.0.2.3"), start));
}

TEST_CASE("an address cannot connect too fast") {
  admission x{{0, 0, 1, 2}};
  CHECK(admits(x, address("192.0.2.1"), start));
  CHECK(admits(x, address("192.0.2.1"), start));
  CHECK(!admits(x, address("192.0.2.1"), start));
  CHECK(admits(x, address("192.0.2.2"), start));
  CHECK(admits(x, address("192.0.2.1"), start + 1s));
}
