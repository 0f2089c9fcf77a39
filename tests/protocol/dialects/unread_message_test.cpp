#include "net/base/rng.hpp"
#include "protocol/dialects/common/dialect.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

/// Tests of messages that are refused as a whole, for their number of values.
using namespace troupe;
using namespace troupe::protocol;

namespace {

// An array of more values than a message may have.
std::string many() {
  std::string out = "[0";
  for (int i = 0; i < 20'000; ++i)
    out += ",0";
  return out + ']';
}

std::vector<std::string> answers_of(handshake hello, const std::string& text) {
  const auto random = net::make_seeded_rng(1);
  const auto client = find_dialect(hello)->make(hello, *random, {});
  const auto join = client->poll_request();
  REQUIRE(join);
  client->handle_outcome(join->token, success{reply::joined{}});
  while (client->poll_frame()) {
  }
  client->handle_frame({text, false}, {});
  CHECK_FALSE(client->poll_request());
  CHECK_FALSE(client->poll_close());
  std::vector<std::string> out;
  while (const auto frame = client->poll_frame())
    out.push_back(frame->payload);
  if (!out.empty())
    CHECK(client->poll_refusal() == error_code::bad_request);
  return out;
}

std::vector<std::string> ws(const std::string& text) {
  handshake hello;
  hello.path = "/socket";
  hello.query = {{"auth", "a"}, {"channelId", "r"}};
  return answers_of(hello, text);
}

std::vector<std::string> protoo(const std::string& text) {
  handshake hello;
  hello.path = "/";
  hello.subprotocol = "protoo";
  hello.query = {{"peerId", "a"}, {"roomId", "r"}};
  return answers_of(hello, text);
}

} // namespace

TEST_CASE("a request with too many values gets an error with its id") {
  for (const auto& text :
       {R"({"id":7,"type":"produce","data":)" + many() + '}',
        R"({"type":"produce","data":)" + many() + R"(,"id":7})"}) {
    const auto answers = ws(text);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].starts_with(R"({"type":"error","id":7,"data":{)"));
    CHECK_NE(answers[0].find("too many values"), std::string::npos);
  }
  const auto answers = protoo(
      R"({"request":true,"id":7,"method":"produce","data":)" + many() + '}');
  REQUIRE(answers.size() == 1);
  CHECK_EQ(answers[0], R"({"response":true,"id":7,"errorCode":400,)"
                       R"("errorReason":"JSON text has too many values"})");
}

TEST_CASE("a message without a request id gets no error with an id") {
  const auto answers = ws(R"({"type":"produce","data":)" + many() + '}');
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].starts_with(R"({"type":"error","data":{)"));
  for (const auto* kind : {"response", "notification"})
    CHECK(protoo(std::string{"{\""} + kind + R"(":true,"id":7,"data":)" + many()
                 + '}')
              .empty());
}
