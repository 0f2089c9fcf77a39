#include "actors/room/admission_line.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{};

std::vector<uint64_t> turns(admission_line& line, net::time_point now) {
  std::vector<uint64_t> out;
  while (auto x = line.poll_turn(now, false))
    out.push_back(x->session);
  return out;
}

std::vector<std::pair<uint64_t, size_t>> places(const admission_line& line) {
  std::vector<std::pair<uint64_t, size_t>> out;
  line.for_each([&](uint64_t session, size_t place) {
    out.emplace_back(session, place);
  });
  return out;
}

} // namespace

TEST_CASE("a line admits in order of arrival once the server is not busy") {
  admission_line line{10};
  CHECK(line.add(7, 5s, start) == 1u);
  CHECK(line.add(3, 5s, start + 1s) == 2u);
  CHECK(line.add(5, 5s, start + 1s) == 3u);
  CHECK_FALSE(line.poll_turn(start + 2s, true));
  auto first = line.poll_turn(start + 2s, false);
  REQUIRE(first);
  CHECK(first->session == 7);
  CHECK(first->waited == 2s);
  CHECK(turns(line, start + 2s) == std::vector<uint64_t>{3, 5});
  CHECK(line.empty());
}

TEST_CASE("a turn lets a session enter once") {
  admission_line line{10};
  line.add(7, 5s, start);
  CHECK_FALSE(line.enter(7));
  turns(line, start);
  CHECK(line.enter(7));
  CHECK_FALSE(line.enter(7));
}

TEST_CASE("turns come at a bounded rate") {
  admission_line line{100};
  for (uint64_t i = 1; i <= 25; ++i)
    line.add(i, 5s, start);
  auto now = start + 1s;
  CHECK(turns(line, now).size() == admission_line::stride);
  CHECK(turns(line, now + admission_line::interval - 1ms).empty());
  CHECK(turns(line, now + admission_line::interval).size()
        == admission_line::stride);
  CHECK(turns(line, now + 2 * admission_line::interval).size() == 5);
}

TEST_CASE("a full line takes nobody, and one session waits once") {
  admission_line line{2};
  CHECK(line.add(1, 5s, start) == 1u);
  CHECK(line.add(2, 5s, start) == 2u);
  CHECK_FALSE(line.add(3, 5s, start));
  CHECK(line.add(2, 5s, start + 1s) == 2u);
  CHECK(line.size() == 2);
  CHECK(line.forget(1, start + 1s));
  CHECK(line.add(3, 5s, start + 1s) == 2u);
}

TEST_CASE("a wait ends in time, whoever stands before") {
  admission_line line{10};
  line.add(1, 5s, start);
  line.add(2, 2s, start);
  CHECK_FALSE(line.poll_expired(start + 1999ms));
  auto late = line.poll_expired(start + 2s);
  REQUIRE(late);
  CHECK(late->session == 2);
  CHECK(late->waited == 2s);
  CHECK_FALSE(line.poll_expired(start + 2s));
  CHECK_FALSE(line.enter(2));
  late = line.poll_expired(start + 5s);
  REQUIRE(late);
  CHECK(late->session == 1);
}

TEST_CASE("a session that ends leaves the line, and loses its turn") {
  admission_line line{10};
  for (uint64_t i = 1; i <= 3; ++i)
    line.add(i, 5s, start);
  auto left = line.forget(2, start + 1s);
  REQUIRE(left);
  CHECK(left->waited == 1s);
  using list = std::vector<std::pair<uint64_t, size_t>>;
  CHECK((places(line) == list{{1, 1}, {3, 2}}));
  CHECK_FALSE(line.forget(2, start + 1s));
  turns(line, start + 1s);
  CHECK_FALSE(line.forget(1, start + 1s));
  CHECK_FALSE(line.enter(1));
  CHECK(line.enter(3));
}

TEST_CASE("places are reported once a second, and only when they change") {
  admission_line line{10};
  line.add(1, 9s, start + 10s);
  line.add(2, 9s, start + 10s);
  CHECK_FALSE(line.poll_report(start + 10s));
  CHECK_FALSE(line.poll_report(start + 10999ms));
  CHECK(line.poll_report(start + 11s));
  CHECK_FALSE(line.poll_report(start + 13s));
  line.forget(1, start + 13s);
  CHECK(line.poll_report(start + 13s));
  line.forget(2, start + 13s);
  CHECK_FALSE(line.poll_report(start + 15s));
}

TEST_CASE("a line wants to be asked while anyone waits") {
  admission_line line{10};
  CHECK_FALSE(line.poll_timeout(start));
  line.add(1, 5s, start);
  CHECK(line.poll_timeout(start + 1s) == start + 1s + admission_line::interval);
  turns(line, start + 1s);
  CHECK_FALSE(line.poll_timeout(start + 1s));
}
