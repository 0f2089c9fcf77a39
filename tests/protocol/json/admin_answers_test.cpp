#include "protocol/json/admin_answers.hpp"

#include "protocol/json/json_limits.hpp"

#include <doctest/doctest.h>

using namespace troupe::protocol;

TEST_CASE("the rooms of another node's list are taken apart") {
  const auto rooms = read_room_list(
      R"({"rooms":[{"id":"a","members":2},{"id":"b\u0000c","x":[1,{}]}]})");
  REQUIRE(rooms);
  REQUIRE(rooms->size() == 2);
  CHECK(rooms->at(0).id == "a");
  CHECK(rooms->at(0).json == R"({"id":"a","members":2})");
  CHECK(rooms->at(1).id == std::string("b\0c", 3));
  CHECK(rooms->at(1).json == R"({"id":"b\u0000c","x":[1,{}]})");
  CHECK(read_room_list(R"({"rooms":[]})")->empty());
}

TEST_CASE("what is no list of rooms is refused") {
  for (auto text : {"", "{", "[]", "null", "{}", R"({"rooms":{}})",
                    R"({"rooms":[1]})", R"({"rooms":[{}]})",
                    R"({"rooms":[{"id":7}]})", R"({"rooms":[],"rooms":[]})"})
    CHECK_MESSAGE(!read_room_list(text), text);
}

TEST_CASE("an answer is one JSON value that is neither deep nor long") {
  CHECK(is_admin_answer("{}"));
  CHECK_FALSE(is_admin_answer(""));
  CHECK_FALSE(is_admin_answer("{} {}"));
  CHECK_FALSE(is_admin_answer("\"\xff\""));
  CHECK_FALSE(is_admin_answer(std::string(40, '[') + std::string(40, ']')));
  const auto text = [](size_t octets) {
    return "\"" + std::string(octets - 2, 'x') + "\"";
  };
  CHECK(is_admin_answer(text(512 * 1024)));
  CHECK_FALSE(is_admin_answer(text(512 * 1024 + 1)));
}

TEST_CASE("the statistics of a room have the producers of all nodes") {
  room_stats_union all;
  CHECK(all.empty());
  CHECK(all.add(R"({"id":"r","members":3,"producers":[{"id":"p"}]})"));
  CHECK_FALSE(all.empty());
  CHECK(
      all.add(R"({"id":"r","members":9,"producers":[{"id":"q"},{"id":"s"}]})"));
  for (auto text : {"", "[]", "{}", R"({"producers":7})", "{\"producers\":["})
    CHECK_MESSAGE(!all.add(text), text);
  CHECK(all.str({})
        == R"({"id":"r","members":3,"producers":)"
           R"([{"id":"p"},{"id":"q"},{"id":"s"}]})");
  CHECK(all.str({"b", "c"})
        == R"({"id":"r","members":3,"producers":)"
           R"([{"id":"p"},{"id":"q"},{"id":"s"}],"unanswered":["b","c"]})");
}

TEST_CASE("another node does not say which nodes gave no answer") {
  room_stats_union all;
  CHECK(all.add(R"({"unanswered":["x"],"producers":[]})"));
  CHECK(all.str({}) == R"({"producers":[]})");
}
