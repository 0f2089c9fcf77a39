#include "actors/transport/transport_lifetime.hpp"

#include "tests/actors/support/log_capture.hpp"
#include "tests/actors/support/quiet_log.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
using net::dtls_state;
using net::ice_state;

namespace {

constexpr net::time_point start{1h};

net::transport_tuple tuple_of(net::transport_protocol protocol) {
  net::transport_tuple out;
  out.protocol = protocol;
  return out;
}

const std::optional tcp{tuple_of(net::transport_protocol::tcp)};
const std::optional udp{tuple_of(net::transport_protocol::udp)};

struct scene {
  scene() {
    test::quiet_log();
    lifetime.begin(transport_id{"t"}, counts);
  }

  int64_t in(transport_kind kind, transport_phase phase) {
    return counts.transports_in(kind, phase).load();
  }

  uint64_t connect_times() {
    const auto all = counts.connect_time.read().counts;
    return std::accumulate(all.begin(), all.end(), uint64_t{0});
  }

  counters counts; // outlives the lifetime
  transport_lifetime lifetime;
};

} // namespace

TEST_CASE("a transport is counted in the gauge of its phase only") {
  using enum transport_phase;
  scene at;
  CHECK(at.in(transport_kind::none, waiting) == 1);
  at.lifetime.update(dtls_state::connecting, udp);
  CHECK(at.in(transport_kind::none, waiting) == 0);
  CHECK(at.in(transport_kind::udp, connecting) == 1);
  at.lifetime.update(dtls_state::connected, tcp);
  CHECK(at.in(transport_kind::udp, connecting) == 0);
  CHECK(at.in(transport_kind::tcp, connected) == 1);
  at.lifetime.handle({ice_state::disconnected}, start);
  at.lifetime.update(dtls_state::connected, std::nullopt);
  CHECK(at.in(transport_kind::none, disconnected) == 1);
  at.lifetime.handle({ice_state::connected}, start);
  at.lifetime.update(dtls_state::closed, udp);
  CHECK(at.in(transport_kind::udp, closed) == 1);
  CHECK(at.in(transport_kind::none, disconnected) == 0);
}

TEST_CASE("a transport without a path ends after 30 seconds") {
  scene at;
  CHECK_FALSE(at.lifetime.poll_timeout());
  CHECK_FALSE(at.lifetime.is_over(false, start + 1h));
  at.lifetime.handle({ice_state::disconnected}, start);
  CHECK(at.lifetime.poll_timeout() == start + 30s);
  CHECK_FALSE(at.lifetime.is_over(false, start + 29s));
  CHECK(at.lifetime.is_over(false, start + 30s));
  // An ICE restart brings another path.
  at.lifetime.handle({ice_state::connected}, start + 20s);
  CHECK_FALSE(at.lifetime.poll_timeout());
  CHECK_FALSE(at.lifetime.is_over(false, start + 30s));
}

TEST_CASE("a transport ends when its client has left it") {
  scene at;
  CHECK(at.lifetime.is_over(true, start));
}

TEST_CASE("a transport that ends promptly waits 15 seconds for its client") {
  scene at;
  at.lifetime.end_promptly(start);
  CHECK(at.lifetime.poll_timeout() == start + 15s);
  CHECK_FALSE(at.lifetime.is_over(false, start + 14s));
  // A path alone is not enough.
  at.lifetime.handle({ice_state::connected}, start + 1s);
  CHECK(at.lifetime.is_over(false, start + 15s));
  at.lifetime.handle({dtls_state::connected}, start + 2s);
  CHECK_FALSE(at.lifetime.poll_timeout());
  CHECK_FALSE(at.lifetime.is_over(false, start + 1h));
}

TEST_CASE("a transport that ends promptly ends when it has lost its path") {
  scene at;
  at.lifetime.end_promptly(start);
  at.lifetime.handle({dtls_state::connected}, start + 1s);
  at.lifetime.handle({ice_state::disconnected}, start + 40s);
  CHECK(at.lifetime.poll_timeout() == start + 40s);
  CHECK(at.lifetime.is_over(false, start + 40s));
}

TEST_CASE("the time to connect counts once, from the first parameters") {
  scene at;
  at.lifetime.handle({dtls_state::connected}, start);
  CHECK(at.connect_times() == 0);
  at.lifetime.note_connecting(start);
  at.lifetime.note_connecting(start + 1s);
  at.lifetime.handle({dtls_state::connecting}, start + 1s);
  at.lifetime.handle({dtls_state::connected}, start + 2s);
  CHECK(at.connect_times() == 1);
  CHECK(at.counts.connect_time.read().sum == 2s);
  at.lifetime.handle({dtls_state::connected}, start + 3s);
  CHECK(at.connect_times() == 1);
}

TEST_CASE(
    "a transport reports once by which protocol its client is connected") {
  scene at;
  CHECK_FALSE(at.lifetime.poll_connected());
  at.lifetime.update(dtls_state::connecting, udp);
  CHECK_FALSE(at.lifetime.poll_connected());
  at.lifetime.update(dtls_state::connected, udp);
  CHECK(at.lifetime.poll_connected() == transport_kind::udp);
  at.lifetime.update(dtls_state::connected, udp);
  CHECK_FALSE(at.lifetime.poll_connected());
  // Another path of the same protocol is no news.
  at.lifetime.update(dtls_state::connected, std::nullopt);
  at.lifetime.update(dtls_state::connected, udp);
  CHECK_FALSE(at.lifetime.poll_connected());
  at.lifetime.update(dtls_state::connected, tcp);
  CHECK(at.lifetime.poll_connected() == transport_kind::tcp);
}

TEST_CASE(
    "changes of a transport are logged with room and peer, for debugging") {
  for (const std::string level : {"info", "debug"}) {
    test::captured_output output;
    test::set_log_level(level);
    counters counts;
    transport_lifetime lifetime;
    lifetime.begin(transport_id{"t"}, counts, {room_id{"r"}, peer_id{"ann"}});
    lifetime.handle({ice_state::connected}, start);
    lifetime.handle({dtls_state::connected}, start);
    CHECK(lifetime.is_over(true, start));
    lifetime.handle({dtls_state::failed}, start);
    test::set_log_level("off");
    const auto text = output.release();
    CAPTURE(text);
    const auto debugs = level == "debug";
    auto has = [&](const char* line) {
      return text.find(line) != std::string::npos;
    };
    CHECK(has("ice-state room=r peer=ann transport=t") == debugs);
    CHECK(has("transport-left room=r peer=ann transport=t") == debugs);
    CHECK(has("dtls-state room=r peer=ann transport=t state=connected")
          == debugs);
    // A failure is a warning.
    CHECK(has("warning dtls-state room=r peer=ann transport=t state=failed"));
  }
}
