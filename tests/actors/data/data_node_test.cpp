#include "tests/actors/support/data_call.hpp"

#include "actors/base/live_objects.hpp"

#include <algorithm>

using namespace troupe;
using namespace troupe::test;
using actors::live_object;
using actors::object_kind;
using net::sctp_ppid;

using call = data_call;

TEST_CASE("messages of every kind pass through a whole server") {
  call at;
  at.talk(3);
  auto stream = at.listen();
  at.connect();
  const std::string largest(net::sctp_max_message_octets, 'x');
  REQUIRE(at.sender.send(3, sctp_ppid::string, "hello"));
  REQUIRE(at.sender.send(3, sctp_ppid::binary, std::string{"\0\1\2", 3}));
  REQUIRE(at.sender.send(3, sctp_ppid::string_empty, ""));
  REQUIRE(at.sender.send(3, sctp_ppid::binary_empty, ""));
  REQUIRE(at.sender.send(3, sctp_ppid::binary, largest));
  REQUIRE(at.hears(5));
  const std::vector<std::pair<sctp_ppid, std::string>> wanted{
      {sctp_ppid::string, "hello"},
      {sctp_ppid::binary, std::string{"\0\1\2", 3}},
      {sctp_ppid::string_empty, ""},
      {sctp_ppid::binary_empty, ""},
      {sctp_ppid::binary, largest}};
  for (size_t i = 0; i < wanted.size(); ++i) {
    CAPTURE(i);
    const auto& got = at.receiver.messages[i];
    CHECK(got.stream == stream);
    CHECK(got.ppid == wanted[i].first);
    CHECK((text_of(got) == wanted[i].second));
  }
}

TEST_CASE("messages stay in order, and a pause leaves some out") {
  call at;
  at.talk(0);
  at.talk(1);
  auto reply = at.ann.request("consume-data");
  auto first =
      R"({"dataConsumerId":)" + quoted(text_at(reply, "/data/id")) + "}";
  at.listen();
  at.connect();
  for (int i = 0; i < 200; ++i)
    REQUIRE(at.sender.send(0, sctp_ppid::string, std::to_string(i)));
  REQUIRE(at.hears(200));
  for (int i = 0; i < 200; ++i)
    CHECK(text_of(at.receiver.messages[static_cast<size_t>(i)])
          == std::to_string(i));
  // The switch answers get-stats, so the pause has reached it, too.
  at.ann.request("pause-data-consumer", first);
  at.ann.request("get-stats", first);
  REQUIRE(at.sender.send(0, sctp_ppid::string, "left out"));
  REQUIRE(at.sender.send(1, sctp_ppid::string, "heard"));
  REQUIRE(at.hears(201));
  CHECK(text_of(at.receiver.messages.back()) == "heard");
  at.ann.request("resume-data-consumer", first);
  at.ann.request("get-stats", first);
  REQUIRE(at.sender.send(0, sctp_ppid::string, "again"));
  REQUIRE(at.hears(202));
  CHECK(text_of(at.receiver.messages.back()) == "again");
}

TEST_CASE("a channel closed by its client is closed for all") {
  call at;
  at.talk(1);
  auto stream = at.listen();
  at.connect();
  REQUIRE(at.sender.send(1, sctp_ppid::string, "last words"));
  REQUIRE(at.hears(1));
  at.sender.close_stream(1);
  REQUIRE(at.drive_until([&] {
    return std::ranges::any_of(at.receiver.events, [&](const auto& x) {
      const auto* reset = std::get_if<net::sctp_stream_reset>(&x.what);
      return reset && reset->stream == stream;
    });
  }));
  CHECK(text_at(at.ann.push("data-consumer-closed"), "/type")
        == "data-consumer-closed");
  CHECK(to_text(at.ann.request("get-data-producers")["data"]) == "[]");
  CHECK(eventually(
      [] { return live_object::count(object_kind::data_consumer) == 0; }));
}

TEST_CASE("a member that leaves takes its data channels along") {
  call at;
  at.talk(0, R"(,"maxRetransmits":0)");
  at.listen();
  at.connect();
  CHECK(live_object::count(object_kind::data_producer) == 1);
  CHECK(live_object::count(object_kind::data_consumer) == 1);
  at.ann.leave();
  at.bob.leave();
  CHECK(eventually([&] {
    return live_object::count(object_kind::data_producer) == 0
           && live_object::count(object_kind::data_consumer) == 0
           && at.node.server.live_actors() == at.node.baseline;
  }));
}
