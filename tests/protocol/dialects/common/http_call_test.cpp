#include "protocol/dialects/common/http_call.hpp"

#include <doctest/doctest.h>

using namespace troupe::protocol;

namespace {

std::optional<http_answer> pass(const http_answer& x) {
  const auto frame = answer_frame(7, x);
  std::string_view text = frame;
  CHECK(take_number(text) == 7);
  return read_answer(text);
}

} // namespace

TEST_CASE("an answer passes a frame with its type and headers") {
  const http_answer sent{201,
                         "v=0\r\n\nx",
                         "application/sdp",
                         {{"Location", "/a:b"}, {"ETag", "\"x\""}}};
  const auto read = pass(sent);
  REQUIRE(read);
  CHECK(read->status == 201);
  CHECK(read->body == sent.body);
  CHECK(read->content_type == "application/sdp");
  CHECK(read->headers == sent.headers);
  const auto empty = pass({204});
  REQUIRE(empty);
  CHECK(empty->body.empty());
  CHECK(empty->headers.empty());
}

TEST_CASE("no value of a header begins another header") {
  const auto read = pass({200, "b", "text/plain", {{"Link", "a\r\nSet: b"}}});
  REQUIRE(read);
  CHECK(read->headers == http_header_list{{"Link", "a  Set: b"}});
  CHECK(read->body == "b");
}

TEST_CASE("an answer that is malformed is not read") {
  for (const auto* bad : {"", "200", "200 x", "200 5 a:b\n", "200 2 ab",
                          "200 4 a:bc", "200 3 ab\n", "x 0 "})
    CHECK_FALSE_MESSAGE(read_answer(bad), bad);
  CHECK(read_answer("200 0 "));
}
