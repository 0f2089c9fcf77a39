#include "tests/actors/support/any_client.hpp"
#include "tests/actors/support/data_call.hpp"
#include "tests/actors/support/temporary_file.hpp"

#include "actors/base/live_objects.hpp"

using namespace troupe;
using namespace troupe::test;
using actors::live_object;
using actors::object_kind;
using net::sctp_ppid;
using net::testing::http_reply;

namespace {

const std::string token = "a token for testers only";

actors::config with_admin(const temporary_file& file) {
  auto out = loopback();
  out.admin.token_file = file.path();
  return out;
}

/// The operator of a server, who sends messages to rooms.
struct operated {
  http_reply say(const std::string& body, const std::string& query = "",
                 const std::string& room = "r") {
    return net::testing::http(at.node.port(), "POST",
                              "/api/v1/rooms/" + room + "/messages" + query,
                              "Authorization: Bearer " + token + "\r\n", body);
  }

  temporary_file file{token};
  data_call at{with_admin(file)};
};

/// A protoo client with a transport in each direction.
struct protoo_guest {
  protoo_guest(uint16_t port, const std::string& name)
      : line(port, framing::protoo, "r", name) {
    open(sending, R"({"producing":true,"consuming":false})");
    open(receiving, R"({"producing":false,"consuming":true})");
    REQUIRE_FALSE(
        line.request("join", R"({"displayName":"Pia","device":{}})").refused());
  }

  void open(live_transport& x, const std::string& which) {
    auto made = line.request("createWebRtcTransport", which);
    REQUIRE_MESSAGE(!made.refused(), made.failure);
    x.start(made.data["data"]);
    auto connected = line.request(
        "connectWebRtcTransport",
        "{\"transportId\":" + test::quoted(x.id) + ","
            + dtls_parameters(client_dtls().fingerprint().value) + "}");
    REQUIRE_MESSAGE(!connected.refused(), connected.failure);
  }

  bool drive_until(const std::function<bool()>& done) {
    return drive({&sending, &receiving}, [&] {
      sender.pump();
      receiver.pump();
      return done();
    });
  }

  any_client line;
  live_transport sending{client_dtls()};
  live_transport receiving{client_dtls()};
  live_data sender{sending};
  live_data receiver{receiving};
};

} // namespace

TEST_CASE("messages from the server arrive like those of a member") {
  operated server;
  auto& at = server.at;
  at.connect();
  auto said = server.say("grüezi", "?label=news");
  REQUIRE(said.status == 200);
  auto id = text_at(parse_json(said.body), "/dataProducerId");
  auto news = at.ann.push("new-data-producer");
  CHECK(text_at(news, "/data/dataProducerId") == id);
  CHECK(text_at(news, "/data/label") == "news");
  CHECK_FALSE(news["data"].HasMember("peerId"));
  auto reply = at.ann.request("consume-data",
                              R"({"dataProducerId":)" + test::quoted(id) + "}");
  REQUIRE(text_at(reply, "/type") == "data-consumer-params");
  CHECK_FALSE(reply["data"].HasMember("peerId"));
  auto consumer =
      R"("dataConsumerId":)" + test::quoted(text_at(reply, "/data/id"));
  auto stream = number_at(reply, "/data/sctpStreamParameters/streamId");
  // Only the first message waits for consumers of its channel.
  REQUIRE(at.hears(1));
  CHECK(server.say("", "?label=news").status == 200);
  CHECK(server.say("\x01\xff", "?label=news&kind=binary").status == 200);
  REQUIRE(at.hears(3));
  const std::vector<std::pair<sctp_ppid, std::string>> wanted{
      {sctp_ppid::string, "grüezi"},
      {sctp_ppid::string_empty, ""},
      {sctp_ppid::binary, "\x01\xff"}};
  for (size_t i = 0; i < wanted.size(); ++i) {
    CHECK(at.receiver.messages[i].stream == stream);
    CHECK(at.receiver.messages[i].ppid == wanted[i].first);
    CHECK(text_of(at.receiver.messages[i]) == wanted[i].second);
  }
  // The server may set subchannels.
  at.ann.request("set-subchannels",
                 "{" + consumer + R"(,"subchannels":[1,5]})");
  at.ann.request("get-stats", "{" + consumer + "}");
  for (std::string query : {"subchannels=2", "subchannels=2,1",
                            "requiredSubchannel=2", "requiredSubchannel=5"})
    CHECK(server.say(query, "?label=news&" + query).status == 200);
  REQUIRE(at.hears(5));
  CHECK(text_of(at.receiver.messages[3]) == "subchannels=2,1");
  CHECK(text_of(at.receiver.messages[4]) == "requiredSubchannel=5");
  // As large as the limit.
  const std::string largest(net::sctp_max_message_octets, 'x');
  CHECK(server.say(largest, "?label=news").status == 200);
  REQUIRE(at.hears(6));
  CHECK((text_of(at.receiver.messages[5]) == largest));
  CHECK(at.sender.messages.empty()); // Bob has no consumer
}

TEST_CASE("the operator sees the channels through which the server sends") {
  operated server;
  auto look = [&] {
    auto got =
        net::testing::http(server.at.node.port(), "GET", "/api/v1/rooms/r",
                           "Authorization: Bearer " + token + "\r\n");
    REQUIRE(got.status == 200);
    return parse_json(got.body);
  };
  CHECK(look()["serverChannels"].Empty());
  auto said = server.say("first", "?label=news");
  REQUIRE(said.status == 200);
  server.at.ann.push("new-data-producer");
  auto room = look();
  REQUIRE(room["serverChannels"].Size() == 1);
  CHECK(text_at(room, "/serverChannels/0/label") == "news");
  CHECK(text_at(room, "/serverChannels/0/dataProducerId")
        == text_at(parse_json(said.body), "/dataProducerId"));
}

TEST_CASE("a channel of the server comes last when a client consumes in turn") {
  operated server;
  auto& at = server.at;
  REQUIRE(server.say("first").status == 200);
  at.ann.push("new-data-producer");
  auto chat = at.talk(0);
  at.ann.push("new-data-producer");
  CHECK(text_at(at.ann.request("consume-data"), "/data/dataProducerId")
        == chat);
  CHECK(text_at(at.ann.request("consume-data"), "/data/label") == "server");
  auto list = to_text(at.bob.request("get-data-producers")["data"]);
  CHECK(list.find(R"("label":"server")") != std::string::npos);
  CHECK(list.find("peerId") == std::string::npos);
}

TEST_CASE("the server's channels end with the room") {
  operated server;
  auto& at = server.at;
  for (int i = 0; i < 16; ++i)
    REQUIRE(server.say("x", "?label=" + std::to_string(i)).status == 200);
  auto refused = server.say("x", "?label=more");
  CHECK(refused.status == 503);
  CHECK(refused.body.find("limit-reached") != std::string::npos);
  CHECK(live_object::count(object_kind::data_producer) == 16);
  at.ann.leave();
  at.bob.leave();
  CHECK(eventually([&] {
    return live_object::count(object_kind::data_producer) == 0
           && at.node.server.live_actors() == at.node.baseline;
  }));
  CHECK(server.say("x").status == 404);
}

TEST_CASE("messages that wait for a new channel are bounded") {
  operated server;
  size_t taken = 0;
  while (taken < 100 && server.say("x").status == 200)
    ++taken;
  CHECK(taken >= 64);
  const std::string large(200'000, 'x');
  size_t octets = 0;
  while (octets < 10'000'000 && server.say(large, "?label=large").status == 200)
    octets += large.size();
  CHECK(octets >= 1'000'000);
}

TEST_CASE("the bot alone receives messages, and echoes them to all") {
  operated server;
  auto& at = server.at;
  at.connect();
  protoo_guest pia{at.node.port(), "pia"};
  auto made = pia.line.request(
      "produceData",
      R"({"transportId":)" + test::quoted(pia.sending.id)
          + R"(,"sctpStreamParameters":{"streamId":1},"label":"bot"})");
  REQUIRE_MESSAGE(!made.refused(), made.failure);
  // All members, Pia among them, are notified of the bot's channel alone.
  auto news = at.ann.push("new-data-producer");
  CHECK(text_at(news, "/data/label") == "bot");
  CHECK_FALSE(news["data"].HasMember("peerId"));
  at.listen();
  CHECK(at.ann.request("get-data-producers")["data"].Size() == 1);
  auto offer = pia.line.accept_request("newDataConsumer");
  CHECK(text_at(offer, "/data/label") == "bot");
  CHECK(offer["data"]["peerId"].IsNull());
  // The data switch answers the request, so the consumer exists by then.
  CHECK_FALSE(pia.line
                  .request("getDataConsumerStats",
                           R"({"dataConsumerId":)"
                               + test::quoted(text_at(offer, "/data/id")) + "}")
                  .refused());
  REQUIRE(pia.drive_until(
      [&] { return pia.sender.connected() && pia.receiver.connected(); }));
  auto say = [&](sctp_ppid ppid, const std::string& text) {
    REQUIRE(pia.sender.send(1, ppid, text));
  };
  say(sctp_ppid::binary, "no text");
  say(sctp_ppid::string, std::string(513, 'x'));
  say(sctp_ppid::string, "hoi");
  REQUIRE(pia.drive_until([&] { return !pia.receiver.messages.empty(); }));
  CHECK(text_of(pia.receiver.messages[0]) == R"(Pia said: "hoi")");
  REQUIRE(at.hears(1));
  CHECK(text_of(at.receiver.messages[0]) == R"(Pia said: "hoi")");
  pia.line.request("changeDisplayName", R"({"displayName":"Pip"})");
  at.ann.push("participant-updated");
  REQUIRE(pia.drive_until([&] {
    say(sctp_ppid::string, "again");
    return text_of(pia.receiver.messages.back()) == R"(Pip said: "again")";
  }));
}

TEST_CASE("statistics of a transport show the state of SCTP") {
  data_call at;
  auto stats = [&](const std::string& id) {
    return to_text(at.ann.request(
        "get-stats", R"({"transportId":)" + test::quoted(id) + "}")["data"]);
  };
  CHECK(stats(at.ann_transport.id).find(R"("sctpState":"new")")
        != std::string::npos);
  at.connect();
  auto connected = stats(at.ann_transport.id);
  CHECK(connected.find(R"("sctpState":"connected")") != std::string::npos);
  CHECK(connected.find(R"("sctpBytesReceived":0)") == std::string::npos);
  auto plain = at.ann.request("create-transport", R"({"direction":"send"})");
  CHECK(stats(text_at(plain, "/data/id")).find("sctp") == std::string::npos);
}

TEST_CASE("a client is notified when its backlog falls to the threshold") {
  data_call at;
  at.talk(0);
  at.listen();
  at.connect();
  auto id =
      to_text(at.ann.request("pause-data-consumer")["data"]["dataConsumerId"]);
  auto what = "{\"dataConsumerId\":" + id + ",\"threshold\":1000}";
  CHECK(text_at(at.ann.request("set-buffered-amount-low-threshold", what),
                "/type")
        == "buffered-amount-low-threshold-set");
  auto low = at.ann.push("data-consumer-buffered-amount-low");
  CHECK(number_at(low, "/data/bufferedAmount") == 0);
  auto amount = at.ann.request("get-buffered-amount", what);
  CHECK(text_at(amount, "/type") == "buffered-amount");
  CHECK(number_at(amount, "/data/bufferedAmount") == 0);
  for (auto request :
       {"set-buffered-amount-low-threshold", "get-buffered-amount"})
    CHECK(text_at(at.ann.request(request,
                                 R"({"dataConsumerId":"x","threshold":1})"),
                  "/data/code")
          == "data-consumer-not-found");
}
