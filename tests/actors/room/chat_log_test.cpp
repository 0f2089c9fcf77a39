#include "actors/room/chat_log.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

constexpr net::time_point start{std::chrono::hours{1}};

chat_heard heard(const chat_log& log, std::vector<std::string> texts) {
  chat_heard out{{peer_id{"ann"}, "Ann", "words", log.number()}, {}};
  for (auto& text : texts)
    out.messages.push_back({std::move(text), {}});
  return out;
}

std::vector<std::string> texts_in(const chat_log& log) {
  std::vector<std::string> out;
  for (const auto& x : log.history(start).messages)
    out.push_back(x.text);
  return out;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("messages are kept with their author, label, id and age") {
  chat_log log{200};
  chat_heard first{{peer_id{"ann"}, "Ann", "words", 0}, {{"hi", "m1"}}};
  log.add(first, "Anna", start);
  log.add(heard(log, {"ho"}), "", start + std::chrono::seconds{2});
  const auto got = log.history(start + std::chrono::seconds{3});
  CHECK(got.limit == 200);
  REQUIRE(got.messages.size() == 2);
  CHECK(got.messages[0]
        == protocol::chat_message{peer_id{"ann"}, "Anna", "words", "hi", "m1",
                                  3000});
  CHECK(got.messages[1]
        == protocol::chat_message{peer_id{"ann"}, "Ann", "words", "ho", "",
                                  1000});
}

TEST_CASE("the oldest messages go when there are too many") {
  chat_log log{3};
  log.add(heard(log, {"1", "2"}), "Ann", start);
  log.add(heard(log, {"3", "4"}), "Ann", start);
  CHECK(texts_in(log) == texts{"2", "3", "4"});
}

TEST_CASE("the oldest messages go when they are too long together") {
  chat_log log{1000};
  const std::string large(chat_log::max_octets / 4, 'x');
  log.add(heard(log, {"1", large, large, large, "2"}), "Ann", start);
  CHECK(log.history(start).messages.size() == 5);
  log.add(heard(log, {large}), "Ann", start);
  CHECK(log.history(start).messages.size() == 4);
  CHECK(log.history(start).messages.front().text == large);
  // Small messages count for what it takes to keep them.
  for (size_t i = 0; i < 1000; ++i)
    log.add(heard(log, {""}), "", start);
  CHECK(log.history(start).messages.size()
        <= chat_log::max_octets / chat_log::message_overhead);
}

TEST_CASE("a limit of 0 keeps nothing") {
  chat_log log{0};
  log.add(heard(log, {"1"}), "Ann", start);
  const auto got = log.history(start);
  CHECK(got.limit == 0);
  CHECK(got.messages.empty());
}

TEST_CASE("a new chat has no message of the former one") {
  chat_log log{10};
  const auto late = heard(log, {"on its way"});
  log.add(heard(log, {"said"}), "Ann", start);
  log.clear();
  log.add(late, "Ann", start);
  CHECK(texts_in(log).empty());
  log.add(heard(log, {"new"}), "Ann", start);
  CHECK(texts_in(log) == texts{"new"});
}
