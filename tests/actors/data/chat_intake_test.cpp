#include "actors/data/chat_intake.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

data_message message(std::string_view text,
                     net::sctp_ppid ppid = net::sctp_ppid::string) {
  return {ppid, std::make_shared<const std::vector<uint8_t>>(text.begin(),
                                                             text.end())};
}

/// What an intake makes of one message: its text and id, "nothing", or the
/// reason of the refusal.
std::string outcome_of(chat_format format, const data_message& x) {
  const auto out = chat_intake{format}.read(x, {});
  if (const auto* said = std::get_if<chat_text>(&out))
    return said->text + '|' + said->id;
  if (const auto* why = std::get_if<chat_refusal>(&out))
    return std::string{to_string(*why)};
  return "nothing";
}

} // namespace

TEST_CASE("the label tells whether a data producer carries chat") {
  CHECK(chat_format_of("chat") == chat_format::plain);
  CHECK(chat_format_of("words") == chat_format::page);
  for (const auto* other : {"", "files", "hand", "bot", "Chat", "chat "})
    CHECK_FALSE(chat_format_of(other));
}

TEST_CASE("plain chat is the text, and the page's is in JSON") {
  const auto plain = chat_format::plain;
  const auto page = chat_format::page;
  CHECK(outcome_of(plain, message("grüezi")) == "grüezi|");
  CHECK(outcome_of(plain, message(R"({"a":1})")) == R"({"a":1}|)");
  CHECK(outcome_of(page, message(R"({"type":"chat","text":"hi","id":"a"})"))
        == "hi|a");
}

TEST_CASE("reactions, blank texts and binary data are no chat") {
  for (const auto format : {chat_format::plain, chat_format::page}) {
    CHECK(outcome_of(format, message("hi", net::sctp_ppid::binary))
          == "nothing");
    CHECK(outcome_of(format, message("", net::sctp_ppid::string_empty))
          == "nothing");
  }
  CHECK(outcome_of(chat_format::plain, message(" \r\n\t")) == "nothing");
  CHECK(outcome_of(chat_format::page,
                   message(R"({"type":"reaction","sign":"x"})"))
        == "nothing");
  CHECK(outcome_of(chat_format::page, message(R"({"type":"chat","text":" "})"))
        == "nothing");
}

TEST_CASE("what is malformed or too long is refused") {
  CHECK(outcome_of(chat_format::plain, message("\xc3")) == "malformed");
  CHECK(outcome_of(chat_format::page, message("hi")) == "malformed");
  CHECK(outcome_of(chat_format::page,
                   message("{\"type\":\"chat\",\"text\":\"\xc3\"}"))
        == "malformed");
  const std::string longest(chat_intake::max_octets, 'x');
  CHECK((outcome_of(chat_format::plain, message(longest)) == longest + '|'));
  CHECK(outcome_of(chat_format::plain, message(longest + 'x')) == "too_long");
}

TEST_CASE("only so many messages are read in a period") {
  chat_intake intake{chat_format::plain};
  net::time_point now{std::chrono::hours{1}};
  const auto is_read = [&] {
    return std::holds_alternative<chat_text>(intake.read(message("a"), now));
  };
  for (int round = 0; round < 2; ++round) {
    CAPTURE(round);
    for (size_t i = 0; i < chat_intake::max_messages; ++i)
      REQUIRE(is_read());
    CHECK_FALSE(is_read());
    now += chat_intake::period - std::chrono::milliseconds{1};
    CHECK_FALSE(is_read());
    now += std::chrono::milliseconds{1};
  }
}
