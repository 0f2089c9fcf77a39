#include "protocol/json/json_writer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

using namespace troupe::protocol;

TEST_CASE("a JSON object has values of every kind") {
  json_writer out;
  out.begin_object();
  out.add("a", "x").add("b", true).add("c", uint8_t{200}).add("d", -1);
  out.add("e", 0.5).add("f", std::numeric_limits<double>::infinity());
  out.add("quo\"te", std::string_view{"\x01"});
  CHECK(out.end_object().str()
        == R"({"a":"x","b":true,"c":200,"d":-1,"e":0.5,"f":null,)"
           R"("quo\"te":"\u0001"})");
  CHECK(json_writer{}.begin_object().end_object().str() == "{}");
}

TEST_CASE("whole numbers of any width are written in full") {
  CHECK(json_writer{}
            .begin_array()
            .value(std::numeric_limits<uint64_t>::max())
            .value(std::numeric_limits<int64_t>::min())
            .value(uint16_t{65535})
            .value(int8_t{-128})
            .end_array()
            .str()
        == "[18446744073709551615,-9223372036854775808,65535,-128]");
}

TEST_CASE("NaN and infinities of any width become null") {
  CHECK(json_writer{}
            .begin_array()
            .value(std::numeric_limits<double>::quiet_NaN())
            .value(-std::numeric_limits<float>::infinity())
            .value(2.0f)
            .end_array()
            .str()
        == "[null,null,2.0]");
}

TEST_CASE("JSON within JSON is separated by commas and otherwise unchanged") {
  json_writer out;
  out.begin_object().add_raw("a", R"({"x": 1})").key("b").begin_array();
  out.raw("[ ]").value("s").raw("2").begin_object().end_object();
  out.end_array().add_raw("c", std::string(1'000, '1')).end_object();
  CHECK(out.str()
        == R"({"a":{"x": 1},"b":[[ ],"s",2,{}],"c":)" + std::string(1'000, '1')
               + "}");
}

TEST_CASE("a parsed value is written as it was") {
  rapidjson::Document in;
  in.Parse(R"({"b":[1,-2,0.5,null,true],"a":"\u00e9"})");
  REQUIRE_FALSE(in.HasParseError());
  CHECK(json_writer{}.begin_array().value(in).end_array().str()
        == "[{\"b\":[1,-2,0.5,null,true],\"a\":\"\xc3\xa9\"}]");
}

TEST_CASE("a text may contain NUL and every character that is escaped") {
  CHECK(quote_json({"\0\n\"\\/", 5}) == R"("\u0000\n\"\\/")");
  CHECK(quote_json({}) == R"("")");
}

TEST_CASE("indented JSON has a value a line") {
  indented_json_writer out;
  out.begin_object().add("a", 1).key("b").begin_array();
  out.value(2).value("x").end_array().end_object();
  CHECK(out.str() == "{\n \"a\": 1,\n \"b\": [\n  2,\n  \"x\"\n ]\n}");
}
