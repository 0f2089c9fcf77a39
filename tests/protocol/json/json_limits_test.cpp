#include "protocol/json/json_limits.hpp"

#include "tests/support/capture.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace troupe::protocol;

namespace {

std::string repeat(std::string_view what, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i)
    out += what;
  return out;
}

struct refusal {
  const char* name;
  std::string text;
  json_errc why;
};

std::string nested(size_t depth) {
  return repeat("[", depth) + repeat("]", depth);
}

} // namespace

TEST_CASE("good texts come back as they were written") {
  const std::string good[] = {
      "null",
      "true",
      "-0.5",
      "18446744073709551615",
      "-9223372036854775808",
      "\"\"",
      "[]",
      "{}",
      R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})",
      "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
      "\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80\"",
      nested(32),
      "[" + repeat("0,", 9'998) + "0]",
      "\"" + std::string(256 * 1024 - 2, 'x') + "\"",
  };
  for (const auto& text : good) {
    CAPTURE(text.substr(0, 80));
    auto document = parse_json(text);
    REQUIRE(document.has_value());
    CHECK(write_json(*document) == text);
  }
}

TEST_CASE("white space, escapes and exponents are understood") {
  auto document =
      parse_json(" \t\r\n{ \"\\u0061\\n\" : [ 1e3 , \"\\ud83d\\ude00"
                 "\\u0000\" ] } ");
  REQUIRE(document.has_value());
  CHECK(write_json(*document)
        == "{\"a\\n\":[1000.0,\"\xf0\x9f\x98\x80\\u0000\"]}");
}

TEST_CASE("bad texts are refused for the right reason") {
  using enum json_errc;
  const refusal bad[] = {
      {"a bomb of brackets", std::string(400 * 1024, '['), too_large},
      {"a bomb within the size", std::string(200 * 1024, '['), too_deep},
      {"a bomb of objects", repeat("{\"a\":", 40'000), too_deep},
      {"one level too many", nested(33), too_deep},
      {"one token too many", "[" + repeat("0,", 9'999) + "0]", too_many_tokens},
      {"one octet too many", "\"" + std::string(256 * 1024 - 1, 'x') + "\"",
       too_large},
      {"duplicate", R"({"a":1,"a":1})", duplicate_key},
      {"duplicate by escape", R"({"a":1,"\u0061":1})", duplicate_key},
      {"duplicate deep", R"([{"x":{"a":1,"b":2,"a":3}}])", duplicate_key},
      {"duplicate empty name", R"({"":1,"":1})", duplicate_key},
      {"lone octet", "\"\xff\"", not_utf8},
      {"cut sequence", "\"\xe2\x82\"", not_utf8},
      {"cut at the end", "\xe2\x82", not_utf8},
      {"overlong", "\"\xc0\xaf\"", not_utf8},
      {"overlong of three", "\"\xe0\x80\xaf\"", not_utf8},
      {"overlong of four", "\"\xf0\x80\x80\xaf\"", not_utf8},
      {"surrogate", "\"\xed\xa0\x80\"", not_utf8},
      {"above U+10FFFF", "\"\xf4\x90\x80\x80\"", not_utf8},
      {"lone high escape", R"("\ud83d")", not_utf8},
      {"lone low escape", R"("\ude00")", not_utf8},
      {"lone low escape in a name", R"({"\ude00":1})", not_utf8},
      {"two high escapes", R"("\ud83d\ud83d")", not_utf8},
      {"digits that round up to 2^64", "184467440737095516159551615",
       bad_number},
      {"the same as a fraction", "-18.4467440737095516159e1", bad_number},
      {"huge", "1e999", bad_number},
      {"huge, negative", "[-1e999]", bad_number},
      {"long number", std::string(65, '1'), bad_number},
      {"CVE-2024-38517", "0." + std::string(40, '1') + "e-2147483639",
       bad_number},
      {"padded exponent", "1e00001", bad_number},
      {"zero with a large exponent", "[0E40]", bad_number},
      {"zero with a negative exponent", "0.0e-15", bad_number},
      {"long zero", "0." + std::string(30, '0'), bad_number},
      {"empty", "", syntax},
      {"white space", " ", syntax},
      {"NaN", "NaN", syntax},
      {"Infinity", "[Infinity]", syntax},
      {"negative infinity", "-Infinity", syntax},
      {"trailing garbage", "{} x", syntax},
      {"two values", "1 2", syntax},
      {"trailing NUL", std::string("1\0", 2), syntax},
      {"NUL and garbage", std::string("1\0garbage", 9), syntax},
      {"byte order mark", "\xef\xbb\xbf{}", syntax},
      {"trailing comma", "[1,]", syntax},
      {"comment", "/**/1", syntax},
      {"single quotes", "{'a':1}", syntax},
      {"unquoted name", "{a:1}", syntax},
      {"leading zero", "01", syntax},
      {"leading plus", "+1", syntax},
      {"bare point", "1.", syntax},
      {"bare sign", "-", syntax},
      {"bare exponent", "1e+", syntax},
      {"two numbers in one", "[0." + std::string(30, '0') + "-0390]", syntax},
      {"two points", "1.2.3", syntax},
      {"no digit before the point", ".5", syntax},
      {"raw control character", "\"\n\"", syntax},
      {"bad escape", R"("\x")", syntax},
      {"open string", "\"abc", syntax},
      {"open escape", "\"abc\\", syntax},
      {"mismatched", "[}", syntax},
      {"cut", R"({"a":)", syntax},
  };
  for (const auto& [name, text, why] : bad) {
    CAPTURE_BOUND(name);
    auto document = parse_json(text);
    REQUIRE_FALSE(document.has_value());
    CHECK(document.error() == why);
    CHECK_FALSE(document.error().message().empty());
  }
}

TEST_CASE("every number that JavaScript writes is accepted") {
  const std::pair<const char*, double> rows[] = {
      {"100000000000000000000", 1e20},
      {"123456789012345680000", 123456789012345680000.0},
      {"1.7976931348623157e+308", 1.7976931348623157e308},
      {"5e-324", 5e-324},
      {"0.0000012345678901234567", 0.0000012345678901234567},
      {"9007199254740993", 9007199254740993},
  };
  for (const auto& [text, value] : rows) {
    CAPTURE_BOUND(text);
    const auto document = parse_json(text);
    REQUIRE(document.has_value());
    CHECK(document->GetDouble() == value);
  }
}

TEST_CASE("a zero may have a small exponent") {
  for (const auto* text :
       {"0e1", "0e+1", "-0E0", "-0.00e-7", "0.000000e-14", "0e0014"}) {
    CAPTURE_BOUND(text);
    const auto document = parse_json(text);
    REQUIRE(document.has_value());
    CHECK(document->GetDouble() == 0);
  }
}

TEST_CASE("numbers inside strings are not numbers") {
  CHECK(parse_json("\"" + std::string(100, '1') + "\"").has_value());
  CHECK(parse_json("\"\\\"" + std::string(100, '1') + "\"").has_value());
  CHECK(parse_json(R"({"1e99999":"1e99999"})").has_value());
}

TEST_CASE("the caller can set the limits") {
  CHECK_FALSE(parse_json("[1,2]", {.max_bytes = 4}).has_value());
  CHECK(parse_json("[1,2]", {.max_bytes = 5}).has_value());
  CHECK_FALSE(parse_json("[[]]", {.max_depth = 1}).has_value());
  CHECK(parse_json("1", {.max_depth = 0}).has_value());
  CHECK_FALSE(parse_json("{\"a\":1}", {.max_tokens = 2}).has_value());
  CHECK(parse_json("{\"a\":1}", {.max_tokens = 3}).has_value());
}

TEST_CASE("NaN and infinities are written as null") {
  rapidjson::Document document(rapidjson::kArrayType);
  auto& allocator = document.GetAllocator();
  document.PushBack(std::numeric_limits<double>::quiet_NaN(), allocator);
  document.PushBack(std::numeric_limits<double>::infinity(), allocator);
  CHECK(write_json(document) == "[null,null]");
}
