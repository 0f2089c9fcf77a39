#include "actors/http/http_connection.hpp"

#include "protocol/dialects/common/http_call.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

const protocol::dialect_entry& broadcasters() {
  return *std::ranges::find(protocol::dialects(), "broadcaster",
                            &protocol::dialect_entry::name);
}

/// A connection, and the responses to its requests in their order.
struct scene {
  std::optional<uint64_t> expect(const std::string& request) {
    return connection.expect([this, request](net::http_response x) {
      responses.emplace_back(request, std::move(x));
    });
  }

  void answer(uint64_t number, protocol::http_answer x) {
    connection.send_text(protocol::answer_frame(number, x));
  }

  std::vector<std::pair<std::string, net::http_response>> responses;
  size_t closings = 0;
  http_connection connection{net::http_request{}, broadcasters(), 7, [this] {
                               ++closings;
                             }};
};

} // namespace

TEST_CASE("an answer goes to the request whose number it carries") {
  scene x;
  const auto first = x.expect("first");
  const auto second = x.expect("second");
  REQUIRE(first);
  REQUIRE(second);
  x.answer(*second, {409, R"({"a":1})"});
  REQUIRE(x.responses.size() == 1);
  CHECK(x.responses[0].first == "second");
  CHECK(x.responses[0].second.status == 409);
  CHECK(x.responses[0].second.body == R"({"a":1})");
  x.answer(*first, {200, "{}"});
  REQUIRE(x.responses.size() == 2);
  CHECK(x.responses[1].first == "first");
  CHECK(x.responses[1].second.status == 200);
}

TEST_CASE("a connection keeps the request that opened it, its kind and id") {
  net::http_request opening;
  opening.target = "/rooms/r/broadcasters";
  const http_connection x{opening, broadcasters(), 7, nullptr};
  CHECK(x.request().target == "/rooms/r/broadcasters");
  CHECK(x.kind() == "broadcaster");
  CHECK(x.id() == 7);
}

TEST_CASE("no cache may keep an answer") {
  scene x;
  x.answer(x.expect("only").value(), {200, "{}"});
  REQUIRE(x.responses.size() == 1);
  const auto& headers = x.responses[0].second.headers;
  CHECK(std::ranges::any_of(headers, [](const auto& header) {
    return header.first == "Cache-Control" && header.second == "no-store";
  }));
}

TEST_CASE("a frame that answers no waiting request is ignored") {
  scene x;
  const auto number = x.expect("only");
  REQUIRE(number);
  for (const auto* text : {"", "x", "1", "1 x", "99 200 {}"})
    x.connection.send_text(std::string{text});
  CHECK(x.responses.empty());
  x.answer(*number, {200, "{}"});
  x.answer(*number, {200, "{}"});
  CHECK(x.responses.size() == 1);
}

TEST_CASE("requests that wait are rejected when their connection closes") {
  scene x;
  x.expect("first");
  x.expect("second");
  CHECK_FALSE(x.connection.closed());
  x.connection.close(1008, "too many requests");
  CHECK(x.connection.closed());
  REQUIRE(x.responses.size() == 2);
  for (const auto& [request, response] : x.responses) {
    CHECK(response.status == 503);
    CHECK(response.body.find("too many requests") != std::string::npos);
  }
  x.connection.close(1000, "again");
  CHECK(x.responses.size() == 2);
  CHECK(x.closings == 1);
}

TEST_CASE("requests that wait for a client that leaves find none") {
  scene x;
  x.expect("only");
  x.connection.close(1000, "deleted");
  REQUIRE(x.responses.size() == 1);
  CHECK(x.responses[0].second.status == 404);
}

TEST_CASE("an answer has the type and headers that its dialect gives it") {
  scene x;
  x.answer(x.expect("first").value(),
           {201, "v=0", "application/sdp", {{"ETag", "\"a\""}}});
  x.answer(x.expect("second").value(), {204});
  REQUIRE(x.responses.size() == 2);
  const auto has = [&](size_t i, const std::string& name,
                       const std::string& value) {
    const auto& headers = x.responses[i].second.headers;
    return std::ranges::find(headers, std::pair{name, value}) != headers.end();
  };
  CHECK(has(0, "Content-Type", "application/sdp"));
  CHECK(has(0, "ETag", "\"a\""));
  CHECK_FALSE(has(1, "Content-Type", "application/json"));
}

TEST_CASE("a closed connection rejects further requests at once") {
  scene x;
  x.connection.close(1000, {});
  CHECK_FALSE(x.expect("late"));
  REQUIRE(x.responses.size() == 1);
  CHECK(x.responses[0].second.status == 404);
}
