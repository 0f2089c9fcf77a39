#include "net/ice/ice_lite_agent.hpp"

#include "tests/support/ice_check.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace troupe::net;
using namespace std::chrono_literals;
using troupe::test::ice_check;
using troupe::test::make_tuple;

namespace {

const transport_tuple alice = make_tuple(1);
const transport_tuple bob = make_tuple(2);

struct fixture {
  std::unique_ptr<rng> random = make_seeded_rng(42);
  ice_lite_agent agent{30s, *random};
  time_point now{};

  ice_check check() const {
    return ice_check::to(agent.credentials());
  }

  std::optional<drop_reason> send(const ice_check& x,
                                  const transport_tuple& tuple) {
    return agent.handle_request(x.build(), tuple, now);
  }

  // The error code of the next response: 0 for success, -1 for no response.
  int response(std::string_view password = {}) {
    const auto out = agent.poll_datagram();
    if (!out)
      return -1;
    const auto x = stun_message::parse(out->data);
    REQUIRE(x);
    CHECK(x->has_fingerprint());
    if (!password.empty())
      CHECK(x->verify_integrity(password));
    else
      CHECK_FALSE(x->has_integrity());
    return x->type() == stun_class::success ? 0 : x->error_code();
  }

  int good_response() {
    return response(agent.credentials().password);
  }

  // Sends a check that must be accepted, and discards the response.
  void accepted(const ice_check& x, const transport_tuple& tuple) {
    REQUIRE_FALSE(send(x, tuple));
    while (agent.poll_datagram()) {
    }
  }

  ice_check nominating(std::optional<uint32_t> value = {}) const {
    auto x = check();
    x.use_candidate = true;
    x.nomination = value;
    return x;
  }

  void forget_events() {
    while (agent.poll_event()) {
    }
  }

  template <class T>
  std::vector<T> events() {
    std::vector<T> out;
    while (auto x = agent.poll_event())
      if (auto* y = std::get_if<T>(&*x))
        out.push_back(*y);
    return out;
  }
};

} // namespace

TEST_SUITE("ice_lite_agent") {
  TEST_CASE_FIXTURE(fixture, "credentials have 32 ice-chars each") {
    CHECK(agent.credentials().username_fragment.size() == 32);
    CHECK(agent.credentials().password.size() == 32);
    CHECK(agent.credentials().username_fragment
          != agent.credentials().password);
    CHECK(agent.state() == ice_state::fresh);
    CHECK_FALSE(agent.poll_timeout());
  }

  TEST_CASE_FIXTURE(fixture,
                    "a valid check is answered with its source address") {
    auto x = check();
    x.id[3] = 77;
    CHECK_FALSE(send(x, alice));
    const auto out = agent.poll_datagram();
    REQUIRE(out);
    CHECK(out->tuple == alice);
    const auto response = stun_message::parse(out->data);
    REQUIRE(response);
    CHECK(response->type() == stun_class::success);
    CHECK(response->transaction_id() == x.id);
    CHECK(response->xor_mapped_address() == alice.remote);
    CHECK(response->verify_integrity(agent.credentials().password));
    CHECK_FALSE(agent.poll_datagram());
  }

  TEST_CASE_FIXTURE(fixture,
                    "the first valid tuple connects, a nomination completes") {
    accepted(check(), alice);
    CHECK(agent.state() == ice_state::connected);
    CHECK(agent.selected_tuple() == alice);
    accepted(check(), bob);
    CHECK(agent.selected_tuple() == alice);
    accepted(nominating(), bob);
    CHECK(agent.state() == ice_state::completed);
    CHECK(agent.selected_tuple() == bob);
    accepted(check(), alice);
    CHECK(agent.selected_tuple() == bob);
    accepted(nominating(), alice);
    CHECK(agent.selected_tuple() == alice);
  }

  TEST_CASE_FIXTURE(fixture, "events report tuples, selection and state") {
    accepted(nominating(), alice);
    std::vector<size_t> kinds;
    while (auto x = agent.poll_event())
      kinds.push_back(x->index());
    // tuple_added, selected_tuple_changed, ice_state_changed
    CHECK(kinds == std::vector<size_t>{2, 1, 0});
    accepted(nominating(), alice);
    CHECK_FALSE(agent.poll_event());
  }

  TEST_CASE_FIXTURE(fixture,
                    "a higher nomination value wins, an old one does not") {
    accepted(nominating(1), alice);
    accepted(nominating(2), bob);
    CHECK(agent.selected_tuple() == bob);
    accepted(nominating(1), alice);
    accepted(nominating(2), alice);
    CHECK(agent.selected_tuple() == bob);
    accepted(nominating(3), alice);
    CHECK(agent.selected_tuple() == alice);
    accepted(nominating(UINT32_MAX), bob);
    CHECK(agent.selected_tuple() == bob);
  }

  TEST_CASE_FIXTURE(fixture, "a nomination of 0 nominates nothing") {
    accepted(nominating(0), alice);
    CHECK(agent.state() == ice_state::connected);
    auto x = check();
    x.nomination = 1;
    accepted(x, alice);
    CHECK(agent.state() == ice_state::completed);
  }

  TEST_CASE_FIXTURE(fixture, "a request without integrity gets no response") {
    auto x = check();
    x.integrity = false;
    CHECK(send(x, alice) == drop_reason::stun_unauthenticated);
    CHECK(response() == -1);
    CHECK(agent.state() == ice_state::fresh);
    CHECK_FALSE(agent.poll_event());
  }

  TEST_CASE_FIXTURE(fixture, "wrong credentials get a 401 and add no tuple") {
    auto x = nominating();
    x.password.back() ^= 1;
    CHECK(send(x, alice) == drop_reason::stun_unauthenticated);
    CHECK(response() == 401);
    x = nominating();
    x.username = "stranger:client";
    CHECK(send(x, alice) == drop_reason::stun_unauthenticated);
    CHECK(response() == 401);
    x.username = agent.credentials().username_fragment;
    CHECK(send(x, alice) == drop_reason::stun_unauthenticated);
    CHECK(response() == 401);
    CHECK_FALSE(agent.is_valid(alice));
    CHECK_FALSE(agent.poll_event());
  }

  TEST_CASE_FIXTURE(fixture, "FINGERPRINT and PRIORITY are required") {
    auto x = check();
    x.fingerprint = false;
    CHECK(send(x, alice) == drop_reason::stun_refused);
    CHECK(good_response() == 400);
    x = check();
    x.priority = false;
    CHECK(send(x, alice) == drop_reason::stun_refused);
    CHECK(good_response() == 400);
    CHECK(agent.state() == ice_state::fresh);
  }

  TEST_CASE_FIXTURE(fixture, "a lenient agent requires all but PRIORITY") {
    agent = ice_lite_agent{30s, *random, true};
    auto x = nominating();
    x.priority = false;
    x.integrity = false;
    CHECK(send(x, alice) == drop_reason::stun_unauthenticated);
    x.integrity = true;
    x.fingerprint = false;
    CHECK(send(x, alice) == drop_reason::stun_refused);
    CHECK(good_response() == 400);
    x.fingerprint = true;
    x.controlled = true;
    CHECK(send(x, alice) == drop_reason::stun_refused);
    CHECK(good_response() == 487);
    CHECK(agent.state() == ice_state::fresh);
    x.controlled = false;
    CHECK_FALSE(send(x, alice));
    CHECK(good_response() == 0);
    CHECK(agent.state() == ice_state::completed);
    CHECK(agent.selected_tuple() == alice);
  }

  TEST_CASE_FIXTURE(fixture, "a controlled peer gets a 487") {
    auto x = check();
    x.controlled = true;
    CHECK(send(x, alice) == drop_reason::stun_refused);
    CHECK(good_response() == 487);
    CHECK(agent.state() == ice_state::fresh);
  }

  TEST_CASE_FIXTURE(fixture,
                    "an unknown comprehension-required attribute gets a 420") {
    auto x = check();
    x.extra = uint16_t{0x7abc};
    CHECK(send(x, alice) == drop_reason::stun_refused);
    CHECK(good_response() == 420);
    x.extra = uint16_t{0xabcd};
    CHECK_FALSE(send(x, alice));
  }

  TEST_CASE_FIXTURE(fixture,
                    "a message that is not a Binding request is not answered") {
    std::array<uint8_t, 64> scratch;
    for (auto type :
         {stun_class::indication, stun_class::success, stun_class::error}) {
      stun_writer out{scratch, type, {}};
      out.fingerprint();
      CHECK(agent.handle_request(*out.finish(), alice, now)
            == drop_reason::stun_not_a_request);
    }
    CHECK(agent.handle_request(std::vector<uint8_t>(20), alice, now)
          == drop_reason::stun_malformed);
    CHECK(response() == -1);
  }

  TEST_CASE_FIXTURE(fixture, "no response is larger than its request") {
    for (bool integrity : {false, true})
      for (bool fingerprint : {false, true})
        for (bool priority : {false, true})
          for (bool right : {false, true}) {
            auto x = check();
            x.integrity = integrity;
            x.fingerprint = fingerprint;
            x.priority = priority;
            if (!right)
              x.username = "x:y";
            const auto request = x.build();
            agent.handle_request(request, alice, now);
            while (auto out = agent.poll_datagram())
              CHECK(out->data.size() <= request.size());
          }
  }

  TEST_CASE_FIXTURE(fixture, "the ninth tuple evicts the oldest unselected") {
    for (uint8_t host = 1; host <= 8; ++host)
      accepted(check(), make_tuple(host));
    CHECK(agent.selected_tuple() == alice);
    forget_events();
    accepted(check(), make_tuple(9));
    CHECK(agent.is_valid(alice));
    CHECK_FALSE(agent.is_valid(bob));
    CHECK(agent.is_valid(make_tuple(9)));
    const auto removed = events<tuple_removed>();
    REQUIRE(removed.size() == 1);
    CHECK(removed[0].tuple == bob);
  }

  TEST_CASE_FIXTURE(fixture, "consent ends 30 s after the last check") {
    accepted(check(), alice);
    CHECK(agent.poll_timeout() == now + 30s);
    now += 20s;
    accepted(check(), alice);
    now += 30s - 1ns;
    agent.handle_timeout(now);
    CHECK(agent.state() == ice_state::connected);
    forget_events();
    now += 1ns;
    agent.handle_timeout(now);
    CHECK(agent.state() == ice_state::disconnected);
    CHECK_FALSE(agent.selected_tuple());
    CHECK_FALSE(agent.is_valid(alice));
    CHECK_FALSE(agent.poll_timeout());
    const auto removed = events<tuple_removed>();
    REQUIRE(removed.size() == 1);
    // The peer may return.
    accepted(check(), alice);
    CHECK(agent.state() == ice_state::connected);
  }

  TEST_CASE_FIXTURE(fixture, "unauthenticated requests do not renew consent") {
    accepted(check(), alice);
    now += 29s;
    auto forged = check();
    forged.password = "wrong";
    send(forged, alice);
    now += 1s;
    agent.handle_timeout(now);
    CHECK(agent.state() == ice_state::disconnected);
  }

  TEST_CASE_FIXTURE(fixture, "a check that was answered elsewhere renews its "
                             "tuple's consent alone") {
    agent.renew_consent(alice, now); // no such tuple
    accepted(nominating(), alice);
    accepted(check(), bob);
    now += 20s;
    agent.renew_consent(alice, now);
    agent.renew_consent(alice, now - 5s); // an older one
    now += 10s;
    agent.handle_timeout(now);
    CHECK(agent.selected_tuple() == alice);
    CHECK_FALSE(agent.is_valid(bob));
    CHECK(agent.poll_timeout() == now + 20s);
  }

  TEST_CASE_FIXTURE(fixture, "consent that is watched has no timeout") {
    accepted(nominating(), alice);
    CHECK_FALSE(agent.poll_timeout(&alice));
    now += 10s;
    accepted(check(), bob);
    CHECK(agent.poll_timeout() == now + 20s);
    CHECK(agent.poll_timeout(&alice) == now + 30s);
    // It ends all the same.
    agent.handle_timeout(now + 20s);
    CHECK(agent.selected_tuple() == bob);
  }

  TEST_CASE_FIXTURE(fixture,
                    "the freshest tuple replaces a silent selected one") {
    accepted(nominating(), alice);
    accepted(check(), make_tuple(3));
    now += 10s;
    accepted(check(), bob);
    now += 20s;
    agent.handle_timeout(now);
    CHECK(agent.selected_tuple() == bob);
    CHECK(agent.state() == ice_state::completed);
    CHECK_FALSE(agent.is_valid(make_tuple(3)));
    CHECK(agent.poll_timeout() == now + 10s);
  }

  TEST_CASE("a consent timeout of 0 never disconnects") {
    auto random = make_seeded_rng(1);
    ice_lite_agent agent{0s, *random};
    const auto request = ice_check::to(agent.credentials()).build();
    REQUIRE_FALSE(agent.handle_request(request, alice, time_point{}));
    CHECK_FALSE(agent.poll_timeout());
    agent.handle_timeout(time_point{} + 1000h);
    CHECK(agent.state() == ice_state::connected);
  }

  TEST_CASE_FIXTURE(fixture, "a closed TCP connection removes its tuple") {
    const auto tcp = make_tuple(1, 5000, transport_protocol::tcp);
    accepted(nominating(), tcp);
    accepted(check(), bob);
    agent.handle_tuple_closed(make_tuple(77));
    CHECK(agent.selected_tuple() == tcp);
    agent.handle_tuple_closed(tcp);
    CHECK(agent.selected_tuple() == bob);
    agent.handle_tuple_closed(bob);
    CHECK(agent.state() == ice_state::disconnected);
    CHECK(events<tuple_removed>().size() == 2);
  }

  TEST_CASE_FIXTURE(fixture,
                    "old credentials stay valid until new ones are used") {
    const auto before = check();
    const auto old_password = agent.credentials().password;
    const auto old_fragment = agent.credentials().username_fragment;
    accepted(nominating(5), alice);
    agent.restart(*random);
    CHECK(agent.credentials().username_fragment != old_fragment);
    CHECK_FALSE(send(before, alice));
    CHECK(response(old_password) == 0);
    CHECK(events<username_fragment_retired>().empty());
    // Nomination values start again with the new credentials.
    accepted(nominating(1), bob);
    CHECK(agent.selected_tuple() == bob);
    CHECK(agent.state() == ice_state::completed);
    const auto retired = events<username_fragment_retired>();
    REQUIRE(retired.size() == 1);
    CHECK(retired[0].username_fragment == old_fragment);
    CHECK(send(before, alice) == drop_reason::stun_unauthenticated);
    CHECK(response() == 401);
  }

  TEST_CASE_FIXTURE(fixture, "a second restart retires the first credentials") {
    const auto first = check();
    agent.restart(*random);
    const auto second = check();
    agent.restart(*random);
    CHECK(events<username_fragment_retired>().size() == 1);
    CHECK(send(first, alice).has_value());
    CHECK_FALSE(send(second, alice));
  }

  TEST_CASE_FIXTURE(fixture, "a forged request does not retire credentials") {
    const auto before = check();
    agent.restart(*random);
    auto forged = check();
    forged.password = "wrong";
    send(forged, bob);
    CHECK_FALSE(send(before, alice));
  }

  TEST_CASE_FIXTURE(fixture, "a closed agent does not respond") {
    const auto x = check();
    accepted(x, alice);
    agent.close();
    agent.close();
    CHECK(agent.state() == ice_state::closed);
    CHECK_FALSE(agent.selected_tuple());
    CHECK(send(x, alice) == drop_reason::closed);
    CHECK_FALSE(agent.poll_datagram());
    const auto states = events<ice_state_changed>();
    REQUIRE(states.size() == 2);
    CHECK(states[1].state == ice_state::closed);
  }

  TEST_CASE_FIXTURE(fixture, "the queue of unsent responses is bounded") {
    for (int i = 0; i < 1000; ++i)
      send(check(), alice);
    int sent = 0;
    while (agent.poll_datagram())
      ++sent;
    CHECK(sent == 64);
    send(check(), alice);
    CHECK(good_response() == 0);
  }
}
