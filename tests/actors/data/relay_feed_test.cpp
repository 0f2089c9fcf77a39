#include "actors/data/relay_feed.hpp"
#include "actors/data/relay_intake.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point feed_begin{1h};

data_message message_of(size_t octets) {
  return {net::sctp_ppid::binary,
          std::make_shared<const std::vector<uint8_t>>(octets)};
}

size_t send_all(relay_feed& feed) {
  size_t out = 0;
  while (auto x = feed.poll_batch(feed_begin))
    out += x->messages.size();
  return out;
}

std::vector<relayed_message> relayed(size_t count, size_t octets = 1) {
  return std::vector<relayed_message>(count, {53, std::string(octets, 'x')});
}

size_t taken_in(relay_intake& intake, uint64_t first,
                const std::vector<relayed_message>& all) {
  auto out = intake.handle(first, all);
  REQUIRE(std::holds_alternative<std::vector<data_message>>(out));
  return std::get<std::vector<data_message>>(out).size();
}

} // namespace

TEST_CASE("a feed sends bounded batches within its credit") {
  relay_feed feed{true, {}, nullptr};
  for (int i = 0; i < 100; ++i)
    REQUIRE(feed.push(message_of(10), feed_begin));
  auto first = feed.poll_batch(feed_begin);
  REQUIRE(first);
  CHECK(first->first == 0);
  CHECK(first->messages.size() == max_relayed_messages);
  auto second = feed.poll_batch(feed_begin);
  REQUIRE(second);
  CHECK(second->first == max_relayed_messages);
  CHECK(second->messages.size() == 36);
  CHECK(feed.all_sent());
  CHECK_FALSE(feed.all_passed_on());
  CHECK(feed.handle_credit(100));
  CHECK(feed.all_passed_on());
  CHECK_FALSE(feed.handle_credit(101));
}

TEST_CASE("feeds of one link share what may be under way") {
  auto link = std::make_shared<in_flight_gauge>(int64_t{150'000});
  relay_feed one{true, {}, link};
  {
    relay_feed two{true, {}, link};
    one.push(message_of(100'000), feed_begin);
    two.push(message_of(100'000), feed_begin);
    CHECK(send_all(one) == 1);
    CHECK(send_all(two) == 0);
    CHECK(two.waits_for_link());
    CHECK(one.handle_credit(1));
    CHECK(send_all(two) == 1);
    CHECK_FALSE(two.waits_for_link());
    one.push(message_of(100'000), feed_begin);
    CHECK(send_all(one) == 0);
  }
  // A feed that ends gives back what was under way.
  CHECK(send_all(one) == 1);
}

TEST_CASE("a feed sends again what a new link needs, and counts it once") {
  auto link = std::make_shared<in_flight_gauge>(int64_t{4'000});
  relay_feed feed{true, {}, link};
  for (int i = 0; i < 3; ++i)
    feed.push(message_of(1'000), feed_begin);
  CHECK(send_all(feed) == 3);
  CHECK(feed.handle_resume(1));
  auto again = feed.poll_batch(feed_begin);
  REQUIRE(again);
  CHECK(again->first == 1);
  CHECK(again->messages.size() == 2);
  CHECK(feed.handle_credit(1));
  CHECK_FALSE(feed.handle_resume(0));
  CHECK_FALSE(feed.handle_resume(4));
  CHECK(feed.handle_credit(3));
  CHECK(link->admit(4'000));
}

TEST_CASE("what a relay still holds counts on a new link") {
  relay_feed feed{true, {}, nullptr};
  relay_intake intake;
  const auto pass_on = [&] {
    while (auto x = feed.poll_batch(feed_begin))
      taken_in(intake, x->first, relayed(x->messages.size(), 100'000));
  };
  for (int i = 0; i < 20; ++i)
    feed.push(message_of(100'000), feed_begin);
  pass_on();
  CHECK(feed.handle_resume(intake.next()));
  pass_on();
  CHECK(intake.next() == 10);
  intake.handle_taken(10, feed_begin);
  const auto granted = intake.poll_credit(feed_begin);
  REQUIRE(granted);
  CHECK(feed.handle_credit(*granted));
  pass_on();
  CHECK(intake.next() == 20);
}

TEST_CASE("what waits in a reliable feed is bounded in octets and in time") {
  data_limits limits;
  limits.buffer_octets = 1024 * 1024;
  relay_feed feed{true, limits, nullptr};
  const auto fill = [&](size_t messages) {
    for (size_t i = 0; i < messages; ++i)
      CHECK(feed.push(message_of(100'000), feed_begin));
    send_all(feed);
  };
  fill(20); // ten are under way
  CHECK_FALSE(feed.poll_timeout());
  fill(2);
  REQUIRE(feed.poll_timeout());
  CHECK(*feed.poll_timeout() == feed_begin + limits.buffer_time);
  CHECK_FALSE(feed.too_slow(feed_begin));
  CHECK(feed.too_slow(feed_begin + limits.buffer_time));
  CHECK(feed.handle_credit(5));
  send_all(feed);
  CHECK_FALSE(feed.too_slow(feed_begin + limits.buffer_time));
  fill(20);
  CHECK(feed.too_slow(feed_begin));
}

TEST_CASE("an unreliable feed drops what exceeds the credit") {
  relay_feed feed{false, {}, nullptr};
  size_t kept = 0;
  for (int i = 0; i < 20; ++i)
    kept += feed.push(message_of(100'000), feed_begin);
  CHECK(kept == 10);
  CHECK_FALSE(feed.too_slow(feed_begin + 1h));
}

TEST_CASE("an intake takes each message once and in order") {
  relay_intake intake;
  CHECK(taken_in(intake, 0, relayed(3)) == 3);
  CHECK(taken_in(intake, 1, relayed(4)) == 2);
  CHECK(taken_in(intake, 0, relayed(5)) == 0);
  auto gap = intake.handle(6, relayed(1));
  REQUIRE(std::holds_alternative<relay_intake::fault>(gap));
  CHECK(std::get<relay_intake::fault>(gap) == relay_intake::fault::gap);
  CHECK(intake.next() == 5);
}

TEST_CASE("an intake grants credit for much at once, and else after a while") {
  relay_intake intake;
  taken_in(intake, 0, relayed(3, 100'000));
  CHECK_FALSE(intake.poll_credit(feed_begin));
  intake.handle_taken(1, feed_begin);
  CHECK_FALSE(intake.poll_credit(feed_begin));
  REQUIRE(intake.poll_timeout());
  CHECK(intake.poll_credit(*intake.poll_timeout()) == 1);
  intake.handle_taken(2, feed_begin);
  CHECK_FALSE(intake.poll_credit(feed_begin));
  taken_in(intake, 3, relayed(1, 100'000));
  intake.handle_taken(1, feed_begin);
  CHECK(intake.poll_credit(feed_begin) == 4);
  CHECK_FALSE(intake.poll_timeout());
}

TEST_CASE("an intake finds a flood behind a gap") {
  relay_intake intake;
  size_t gaps = 0;
  for (uint64_t i = 1; i < 100; ++i) {
    const auto out = intake.handle(i, relayed(1, 100'000));
    if (std::get<relay_intake::fault>(out) == relay_intake::fault::violation)
      break;
    ++gaps;
  }
  CHECK(gaps == 20);
}
