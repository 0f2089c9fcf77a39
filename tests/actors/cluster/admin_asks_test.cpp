#include "actors/cluster/admin_asks.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

admin_ask ask_number(uint64_t id) {
  return {id, "GET", "/api/v1/rooms/r", {}};
}

admin_answer answer_to(uint64_t id, std::string body = "{}", bool last = true) {
  return {id, 200, {}, std::move(body), last};
}

/// One end of a link on which `count` requests were sent.
struct asking {
  explicit asking(size_t count = 1) {
    for (uint64_t id = 1; id <= count; ++id)
      REQUIRE(asks.handle_ask(ask_number(id), now));
    while (auto x = asks.poll_ask())
      sent.push_back(x->id);
  }

  /// The faults of requests that are over.
  std::vector<std::pair<uint64_t, ask_fault>> over() {
    std::vector<std::pair<uint64_t, ask_fault>> out;
    while (auto x = asks.poll_finished())
      out.emplace_back(x->id, x->answer.fault);
    return out;
  }

  net::time_point now{};
  admin_asks asks;
  std::vector<uint64_t> sent;
};

using ended = std::vector<std::pair<uint64_t, ask_fault>>;

} // namespace

TEST_CASE("the pieces of an answer become one") {
  asking x;
  CHECK(x.asks.handle_answer(answer_to(1, "[1,", false), x.now));
  CHECK_FALSE(x.asks.poll_finished());
  CHECK(x.asks.handle_answer(answer_to(1, "2]"), x.now));
  const auto out = x.asks.poll_finished();
  REQUIRE(out);
  CHECK(out->id == 1);
  CHECK((out->answer.fault == ask_fault::none));
  CHECK(out->answer.status == 200);
  CHECK(out->answer.body == "[1,2]");
  CHECK_FALSE(x.asks.poll_timeout());
}

TEST_CASE("four requests are under way, and sixty-four wait") {
  asking x{admin_asks::max_in_flight};
  CHECK(x.sent == std::vector<uint64_t>{1, 2, 3, 4});
  for (uint64_t id = 5; id < 5 + admin_asks::max_waiting; ++id)
    CHECK(x.asks.handle_ask(ask_number(id), x.now));
  CHECK_FALSE(x.asks.handle_ask(ask_number(100), x.now));
  CHECK_FALSE(x.asks.poll_ask());
  CHECK(x.asks.handle_answer(answer_to(2), x.now));
  const auto next = x.asks.poll_ask();
  REQUIRE(next);
  CHECK(next->id == 5);
  CHECK_FALSE(x.asks.poll_ask());
  CHECK(x.asks.handle_ask(ask_number(100), x.now));
}

TEST_CASE("a request is over after two seconds, sent or not") {
  asking x{admin_asks::max_in_flight};
  x.now += 1s;
  CHECK(x.asks.handle_ask(ask_number(5), x.now));
  CHECK(x.asks.poll_timeout() == net::time_point{} + 2s);
  x.now += 999ms;
  x.asks.handle_timeout(x.now);
  CHECK(x.over().empty());
  x.now += 1ms;
  x.asks.handle_timeout(x.now);
  CHECK(x.over()
        == ended{{1, ask_fault::timeout},
                 {2, ask_fault::timeout},
                 {3, ask_fault::timeout},
                 {4, ask_fault::timeout}});
  CHECK(x.asks.poll_timeout() == net::time_point{} + 3s);
  x.now += 1s;
  x.asks.handle_timeout(x.now);
  CHECK(x.over() == ended{{5, ask_fault::timeout}});
  CHECK_FALSE(x.asks.poll_timeout());
}

TEST_CASE("a late answer breaks no rule, once") {
  asking x;
  x.now += 2s;
  x.asks.handle_timeout(x.now);
  CHECK(x.over() == ended{{1, ask_fault::timeout}});
  CHECK(x.asks.handle_answer(answer_to(1, "a", false), x.now));
  CHECK(x.asks.handle_answer(answer_to(1), x.now));
  CHECK_FALSE(x.asks.handle_answer(answer_to(1), x.now));
  CHECK(x.over().empty());
}

TEST_CASE("an answer after ten more seconds is one to nothing") {
  asking x;
  for (auto wait : {2s, 11s}) {
    x.now += wait;
    x.asks.handle_timeout(x.now);
  }
  CHECK_FALSE(x.asks.handle_answer(answer_to(1), x.now));
}

TEST_CASE("an answer to what nobody asked breaks a rule") {
  asking x;
  CHECK_FALSE(x.asks.handle_answer(answer_to(2), x.now));
  CHECK(x.over().empty());
  // Not sent yet.
  asking full{admin_asks::max_in_flight};
  CHECK(full.asks.handle_ask(ask_number(5), full.now));
  CHECK_FALSE(full.asks.handle_answer(answer_to(5), full.now));
}

TEST_CASE("a malformed or endless answer ends its request and breaks a rule") {
  const std::string piece(max_answer_piece, 'x');
  std::vector<admin_answer> bad(5, answer_to(1));
  bad[0].status = 0;
  bad[1].status = 600;
  bad[2].body = piece + "x";
  bad[3].elsewhere = std::string(257, 'n');
  bad[4] = answer_to(1, "", false);
  for (const auto& y : bad) {
    asking x;
    CHECK_FALSE(x.asks.handle_answer(y, x.now));
    CHECK(x.over() == ended{{1, ask_fault::broken}});
  }
  asking x;
  CHECK(x.asks.handle_answer(answer_to(1, piece, false), x.now));
  CHECK(x.asks.handle_answer(answer_to(1, piece, false), x.now));
  CHECK_FALSE(x.asks.handle_answer(answer_to(1, "x", false), x.now));
  CHECK(x.over() == ended{{1, ask_fault::broken}});
  CHECK_FALSE(x.asks.handle_answer(answer_to(1, "x", false), x.now));
  CHECK_FALSE(x.asks.handle_answer(answer_to(1), x.now));
}

TEST_CASE("an answer that changes its status breaks a rule") {
  asking x;
  CHECK(x.asks.handle_answer(answer_to(1, "a", false), x.now));
  auto other = answer_to(1);
  other.status = 404;
  CHECK_FALSE(x.asks.handle_answer(other, x.now));
  CHECK(x.over() == ended{{1, ask_fault::broken}});
}

TEST_CASE("all requests fail with their link") {
  asking x{admin_asks::max_in_flight + 1};
  x.asks.handle_down();
  const auto over = x.over();
  CHECK(over.size() == admin_asks::max_in_flight + 1);
  for (const auto& [id, why] : over)
    CHECK((why == ask_fault::unreachable));
  CHECK_FALSE(x.asks.poll_ask());
  CHECK_FALSE(x.asks.poll_timeout());
}

TEST_CASE("a node works on eight requests of another at once") {
  served_asks at;
  for (uint64_t id = 1; id <= served_asks::max_running; ++id)
    CHECK(at.handle_ask(ask_number(id)));
  CHECK_FALSE(at.handle_ask(ask_number(9)));
  at.handle_finished(3);
  CHECK(at.handle_ask(ask_number(9)));
  // An id of one that runs.
  at.handle_finished(4);
  CHECK_FALSE(at.handle_ask(ask_number(9)));
}

TEST_CASE("a request of absurd size is none") {
  served_asks at;
  auto long_target = ask_number(1);
  long_target.target = std::string(max_ask_target + 1, 'x');
  auto long_body = ask_number(2);
  long_body.body = std::string(max_ask_body + 1, 'x');
  auto long_method = ask_number(3);
  long_method.method = std::string(17, 'x');
  for (const auto& x : {long_target, long_body, long_method})
    CHECK_FALSE(at.handle_ask(x));
  auto largest = ask_number(4);
  largest.body = std::string(max_ask_body, 'x');
  CHECK(at.handle_ask(largest));
}

TEST_CASE("each fault of a request has a name of its own") {
  for (auto x : {ask_fault::none, ask_fault::unreachable, ask_fault::busy,
                 ask_fault::timeout, ask_fault::broken})
    CHECK(to_string(x) != "unknown");
}
