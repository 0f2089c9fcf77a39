#include "protocol/dialects/camel/announcements.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::protocol;
namespace net = troupe::net;

namespace {

producer_info producer(const std::string& id) {
  return {producer_id{id}, peer_id{"bob"}, media_kind::video, false, {}};
}

// "p1 p2": the producers to announce.
std::string ids(const std::vector<producer_info>& producers) {
  std::string out;
  for (const auto& x : producers)
    out += (out.empty() ? "" : " ") + x.id.str();
  return out;
}

using namespace std::chrono_literals;

constexpr net::time_point begin{};

// During the delay after a new transport, after it, and after the repeat
// delay.
constexpr auto at_once = begin + 49ms;
constexpr auto soon = begin + 50ms;
constexpr auto later = begin + 3s;

} // namespace

TEST_CASE(
    "existing producers are announced once, after the transport is created") {
  announcements<producer_info> x;
  x.enter({producer("p1"), producer("p2"), producer("p3")});
  CHECK_FALSE(x.poll_timeout());
  x.handle_closed(producer_id{"p1"});
  x.handle_transport(begin);
  CHECK_EQ(x.poll_timeout(), soon);
  CHECK_EQ(ids(x.handle_timeout(at_once)), "");
  x.handle_consumed(producer_id{"p2"});
  CHECK_EQ(ids(x.handle_timeout(soon)), "p3");
  x.handle_transport(soon);
  CHECK_FALSE(x.poll_timeout());
}

TEST_CASE(
    "a producer added right after the transport is announced with the others") {
  announcements<producer_info> x;
  x.enter({producer("p1")});
  x.handle_transport(begin);
  CHECK_FALSE(x.handle_added(producer("p2")));
  CHECK_EQ(ids(x.handle_timeout(soon)), "p1 p2");
  CHECK(x.handle_added(producer("p3")));
  CHECK_FALSE(x.poll_timeout());
}

TEST_CASE("an early announcement is repeated unless consumed or closed") {
  announcements<producer_info> x;
  x.enter({});
  for (auto id : {"p1", "p2", "p3"})
    CHECK(x.handle_added(producer(id)));
  x.handle_transport(begin);
  CHECK_EQ(ids(x.handle_timeout(soon)), "");
  CHECK_EQ(x.poll_timeout(), later);
  x.handle_consumed(producer_id{"p1"});
  x.handle_closed(producer_id{"p3"});
  CHECK_EQ(ids(x.handle_timeout(later - 1ms)), "");
  CHECK_EQ(ids(x.handle_timeout(later)), "p2");
  CHECK_EQ(ids(x.handle_timeout(begin + 9s)), "");
  CHECK_FALSE(x.poll_timeout());
}

TEST_CASE(
    "a client that has consumed every announced producer needs no timeout") {
  announcements<producer_info> x;
  x.enter({});
  x.handle_added(producer("p1"));
  x.handle_transport(begin);
  x.handle_consumed(producer_id{"p1"});
  x.handle_timeout(soon);
  CHECK_FALSE(x.poll_timeout());
}

TEST_CASE("an announcement at the join counts as early") {
  announcements<producer_info> x;
  x.enter({producer("p1")});
  CHECK_EQ(ids(x.take_pending()), "p1");
  x.handle_transport(begin);
  CHECK_EQ(ids(x.handle_timeout(soon)), "");
  CHECK_EQ(ids(x.handle_timeout(later)), "p1");
}

TEST_CASE("joining another room resets the announcements") {
  announcements<producer_info> x;
  x.enter({producer("p1")});
  x.handle_added(producer("p2"));
  x.handle_transport(begin);
  x.enter({producer("p3")});
  CHECK_FALSE(x.poll_timeout());
  x.handle_transport(begin);
  CHECK_EQ(ids(x.handle_timeout(soon)), "p3");
}

TEST_CASE("a second join of the same room announces all producers again") {
  announcements<producer_info> x;
  x.enter({producer("p1")});
  x.handle_transport(begin);
  CHECK_EQ(ids(x.handle_timeout(soon)), "p1");
  x.handle_consumed(producer_id{"p1"});
  x.enter_again({producer("p1"), producer("p2")});
  CHECK_FALSE(x.poll_timeout());
  x.handle_transport(begin + 1s);
  CHECK_EQ(ids(x.handle_timeout(begin + 1s + 50ms)), "p1 p2");
}

TEST_CASE("joining the same room again cancels no scheduled announcement") {
  announcements<producer_info> x;
  x.enter({producer("p1")});
  x.handle_transport(begin);
  x.enter_again({producer("p1")});
  CHECK_EQ(x.poll_timeout(), soon);
  CHECK_EQ(ids(x.handle_timeout(soon)), "p1");
  CHECK_FALSE(x.poll_timeout());
}
