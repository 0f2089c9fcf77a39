#include "protocol/json/json_scan.hpp"

#include "protocol/json/json_limits.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::protocol;

namespace {

std::string find_id(std::string_view text) {
  return std::string{find_plain_member(text, "id").value_or("nothing")};
}

} // namespace

TEST_CASE("a plain member is found anywhere in the message") {
  CHECK_EQ(find_id(R"({"id":7})"), "7");
  CHECK_EQ(find_id(" {\n\"id\" :\t-7 , \"a\":1}"), "-7");
  CHECK_EQ(find_id(R"({"a":[1,{"id":8}],"b":"\"id\":9","id":"x y"})"),
           "\"x y\"");
  CHECK_EQ(find_id(R"({"a":"id","id":true})"), "true");
  CHECK_EQ(find_id(R"({"id":0,"a":[)" + std::string(50'000, '1')), "0");
  std::string many = "0";
  for (int i = 0; i < 20'000; ++i)
    many += ",0";
  const auto text = R"({"a":[)" + many + R"(],"id":12})";
  CHECK_FALSE(parse_json(text).has_value());
  CHECK_EQ(find_id(text), "12");
}

TEST_CASE("a nested, duplicate or invalid member is not found") {
  for (const auto* text : {"",
                           "7",
                           "[1]",
                           R"(["id",7])",
                           R"({"a":{"id":7}})",
                           R"({"ids":7})",
                           R"({"id":7,"id":8})",
                           R"({"id":"\u0041"})",
                           R"({"id":"a)",
                           R"({"id":{"a":1}})",
                           R"({"id":[1]})",
                           R"({"id":1e9})",
                           R"({"id":01})",
                           R"({"id":1.5})",
                           R"({"id":})",
                           R"({"id")",
                           R"({"id":nul})",
                           "{\"id\":\"\xC3\xA4\"}",
                           R"({"a":1}{"id":7})",
                           "{\"id\":\"\n\"}",
                           R"(}{"id":7})"}) {
    CAPTURE(text);
    CHECK_EQ(find_id(text), "nothing");
  }
  CHECK_EQ(find_id("{\"id\":\"" + std::string(62, 'x') + "\"}").size(), 64);
  CHECK_EQ(find_id("{\"id\":\"" + std::string(63, 'x') + "\"}"), "nothing");
}
