#include "tests/actors/support/data_call.hpp"

using namespace troupe;
using namespace troupe::test;
using net::sctp_ppid;

namespace {

actors::config keeping(uint32_t messages) {
  auto out = loopback();
  out.room.chat_history = messages;
  return out;
}

json history_of(live_client& who) {
  auto reply = who.request("get-chat-history");
  REQUIRE_MESSAGE(text_at(reply, "/type") == "chat-history", to_text(reply));
  return reply;
}

size_t count_in(const json& history) {
  return history["data"]["messages"].Size();
}

// Bob chats, and Ann receives it: so the server has it, too.
void chat(data_call& at, const std::vector<std::string>& texts) {
  const auto before = at.receiver.messages.size();
  for (const auto& x : texts)
    REQUIRE(at.sender.send(0, sctp_ppid::string, x));
  REQUIRE(at.hears(before + texts.size()));
}

} // namespace

TEST_CASE("a late joiner gets the chat of members who may have left") {
  data_call at{keeping(2)};
  at.talk(0);
  at.listen();
  at.connect();
  chat(at, {"one", "two", "\xff", "three"});
  REQUIRE(eventually([&] {
    const auto now = history_of(at.ann);
    return count_in(now) == 2
           && text_at(now, "/data/messages/1/text") == "three";
  }));
  at.bob.leave();
  live_client eve{at.node.port(), "r", "eve"};
  const auto got = history_of(eve);
  CHECK(number_at(got, "/data/limit") == 2);
  REQUIRE(count_in(got) == 2);
  CHECK(text_at(got, "/data/messages/0/text") == "two");
  CHECK(text_at(got, "/data/messages/0/peerId") == "bob");
  CHECK(text_at(got, "/data/messages/0/name") == "bob");
  CHECK(text_at(got, "/data/messages/0/label") == "chat");
  CHECK_FALSE(got["data"]["messages"][0].HasMember("id"));
  CHECK(got["data"]["messages"][0]["ageMs"].IsUint());
}

TEST_CASE("the chat ends with its room") {
  data_call at{keeping(200)};
  at.talk(0);
  at.listen();
  at.connect();
  chat(at, {"one"});
  REQUIRE(eventually([&] { return count_in(history_of(at.ann)) == 1; }));
  at.bob.leave();
  // A connection that is closed with news unread is reset, and kept for a
  // while.
  at.ann.push("participant-left");
  at.ann.leave();
  REQUIRE(eventually(
      [&] { return at.node.server.live_actors() == at.node.baseline; }));
  live_client eve{at.node.port(), "r", "eve"};
  CHECK(count_in(history_of(eve)) == 0);
}

TEST_CASE("the server listens to a few of a member's chat channels") {
  data_call at{keeping(200)};
  const auto before = at.node.server.live_actors();
  const auto grows_by = [&](size_t more) {
    return eventually(
        [&] { return at.node.server.live_actors() == before + more; });
  };
  // Each is a data producer and its listener.
  const auto first = at.talk(0);
  for (int stream = 1; stream < 4; ++stream)
    at.talk(stream);
  CHECK(grows_by(8));
  at.talk(4);
  CHECK(grows_by(9));
  at.bob.request("close-data-producer",
                 R"({"dataProducerId":")" + first + "\"}");
  CHECK(grows_by(7));
  at.talk(5);
  CHECK(grows_by(9));
}

TEST_CASE("without chat history the server listens to nothing") {
  data_call at{keeping(0)};
  at.talk(0);
  const auto before = at.node.server.live_actors();
  at.talk(1); // one actor: the data producer
  CHECK(eventually([&] { return at.node.server.live_actors() == before + 1; }));
  at.listen();
  at.connect();
  chat(at, {"one"});
  const auto got = history_of(at.ann);
  CHECK(number_at(got, "/data/limit") == 0);
  CHECK(count_in(got) == 0);
}
