#include "net/ice/ice_check_responder.hpp"

#include "tests/support/ice_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

using namespace troupe::net;
using namespace std::chrono_literals;
using troupe::test::ice_check;
using troupe::test::make_tuple;

namespace {

const transport_tuple alice = make_tuple(1);

struct fixture {
  fixture() {
    auto x = check();
    x.use_candidate = true;
    REQUIRE_FALSE(agent.handle_request(x.build(), alice, {}));
    while (agent.poll_datagram()) {
    }
  }

  ice_check check() const {
    return ice_check::to(agent.credentials());
  }

  // The response of the pass; empty if it leaves the datagram to the agent.
  std::vector<uint8_t> answer(const std::vector<uint8_t>& request,
                              const transport_tuple& from = alice) {
    std::array<uint8_t, ice_check_responder::max_size> scratch;
    auto size = pass.answer(request, from, now, scratch);
    return {scratch.begin(), scratch.begin() + size.value_or(0)};
  }

  std::vector<uint8_t> agents_answer(const std::vector<uint8_t>& request) {
    agent.handle_request(request, alice, now);
    auto out = agent.poll_datagram();
    REQUIRE(out);
    return {out->data.begin(), out->data.end()};
  }

  bool left_to_agent(const ice_check& x, const transport_tuple& from = alice) {
    return answer(x.build(), from).empty()
           && pass.last_check() == time_point{100s};
  }

  std::unique_ptr<rng> random = make_seeded_rng(42);
  ice_lite_agent agent{30s, *random};
  std::shared_ptr<client_liveness> liveness =
      std::make_shared<client_liveness>();
  ice_check_responder pass{agent.credentials(), alice, time_point{100s},
                           liveness};
  time_point now{105s};
};

} // namespace

TEST_SUITE("ice_check_responder") {
  TEST_CASE_FIXTURE(fixture, "it answers exactly as the agent would") {
    for (bool nominates : {false, true}) {
      auto x = check();
      x.use_candidate = nominates;
      for (uint8_t i = 0; i < 10; ++i) {
        x.id.fill(i);
        auto answered = answer(x.build());
        REQUIRE_FALSE(answered.empty());
        CHECK(answered == agents_answer(x.build()));
      }
    }
    CHECK(pass.last_check() == now);
  }

  TEST_CASE_FIXTURE(fixture,
                    "each check that it answers shows that the client lives") {
    auto forged = check();
    forged.password += "x";
    CHECK(answer(forged.build()).empty());
    CHECK(liveness->last() == time_point::min());
    CHECK_FALSE(answer(check().build()).empty());
    CHECK(liveness->last() == now);
  }

  TEST_CASE_FIXTURE(fixture, "it leaves checks on other tuples to the agent") {
    CHECK(left_to_agent(check(), make_tuple(2)));
    auto elsewhere = alice;
    elsewhere.path = 1;
    CHECK(left_to_agent(check(), elsewhere));
    elsewhere = alice;
    elsewhere.protocol = transport_protocol::tcp;
    CHECK(left_to_agent(check(), elsewhere));
  }

  TEST_CASE_FIXTURE(fixture,
                    "it leaves checks that must be refused to the agent") {
    auto x = check();
    x.password += "x";
    CHECK(left_to_agent(x));
    x = check();
    x.integrity = false;
    CHECK(left_to_agent(x));
    x = check();
    x.fingerprint = false;
    CHECK(left_to_agent(x));
    x = check();
    x.priority = false;
    CHECK(left_to_agent(x));
    x = check();
    x.controlled = true;
    CHECK(left_to_agent(x));
    x = check();
    x.extra = uint16_t{0x7fff};
    CHECK(left_to_agent(x));
    x = check();
    x.username = "x" + x.username;
    CHECK(left_to_agent(x));
    x = check();
    x.username = agent.credentials().username_fragment;
    CHECK(left_to_agent(x));
  }

  TEST_CASE_FIXTURE(fixture, "it leaves a nomination value to the agent") {
    auto x = check();
    x.nomination = 7;
    CHECK(left_to_agent(x));
  }

  TEST_CASE_FIXTURE(fixture, "it leaves invalid datagrams to the agent") {
    CHECK(answer({}).empty());
    auto request = check().build();
    for (size_t i = 0; i < request.size(); ++i)
      CHECK(
          answer({request.begin(), request.begin() + static_cast<ptrdiff_t>(i)})
              .empty());
    for (size_t i = 0; i < request.size(); ++i) {
      auto broken = request;
      broken[i] ^= 0x10;
      CHECK(answer(broken).empty());
    }
    CHECK(pass.last_check() == time_point{100s});
  }

  TEST_CASE_FIXTURE(fixture, "a revoked pass does not answer") {
    pass.revoke();
    CHECK(left_to_agent(check()));
  }
}
