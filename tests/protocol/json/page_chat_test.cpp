#include "protocol/json/page_chat.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::protocol;

TEST_CASE("a chat message of the page has a text and an id") {
  const auto read =
      read_page_chat(R"({"type":"chat","text":"grüezi \"du\"","id":"a1"})");
  REQUIRE(read.has_value());
  CHECK(read->text == "grüezi \"du\"");
  CHECK(read->id == "a1");
  const auto old = read_page_chat(R"({"text":"hi","type":"chat","more":[1]})");
  REQUIRE(old.has_value());
  CHECK(old->text == "hi");
  CHECK(old->id.empty());
}

TEST_CASE("a message of another kind has no text") {
  for (const std::string message :
       {R"({"type":"reaction","sign":"+"})", R"({"text":"hi"})", "{}",
        R"({"type":7,"text":"hi"})"}) {
    CAPTURE(message);
    const auto read = read_page_chat(message);
    REQUIRE(read.has_value());
    CHECK(read->text.empty());
  }
}

TEST_CASE("an id that is too long or no text is left out") {
  for (const auto& id :
       {std::string{"7"}, '"' + std::string(max_page_chat_id + 1, 'x') + '"'}) {
    const auto read =
        read_page_chat(R"({"type":"chat","text":"hi","id":)" + id + "}");
    REQUIRE(read.has_value());
    CHECK(read->text == "hi");
    CHECK(read->id.empty());
  }
  const auto longest =
      read_page_chat(R"({"type":"chat","text":"hi","id":")"
                     + std::string(max_page_chat_id, 'x') + "\"}");
  REQUIRE(longest.has_value());
  CHECK(longest->id.size() == max_page_chat_id);
}

TEST_CASE("a message that is no chat message's JSON is refused") {
  for (const std::string message :
       {"", "hi", "[]", "7", R"({"type":"chat"})",
        R"({"type":"chat","text":7})", R"({"type":"chat","text":"hi")",
        "{\"type\":\"chat\",\"text\":\"\xff\"}",
        R"({"type":"chat","text":"hi","text":"ho"})",
        R"({"type":"chat","text":"hi","a":[[[[[1]]]]]})"}) {
    CAPTURE(message);
    CHECK_FALSE(read_page_chat(message).has_value());
  }
}
