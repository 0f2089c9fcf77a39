#include "tests/actors/support/data_world.hpp"
#include "tests/actors/support/fake_client.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

actors::config with_sctp(const std::string& mode) {
  actors::config x;
  x.rtc.sctp = mode;
  return x;
}

std::string sctp_transport(fake_client& who, const std::string& direction) {
  auto reply = who.request("create-transport", R"({"direction":")" + direction
                                                   + R"(","enableSctp":true})");
  REQUIRE(text_at(reply, "/type") == "transport-params");
  CHECK(to_text(reply["data"]).find("\"sctpParameters\"") != std::string::npos);
  return text_at(reply, "/data/id");
}

std::string produce_data(fake_client& who, const std::string& label,
                         const std::string& stream = R"({"streamId":0})") {
  auto reply =
      who.request("produce-data", R"({"sctpStreamParameters":)" + stream
                                      + R"(,"label":")" + label + "\"}");
  REQUIRE_MESSAGE(text_at(reply, "/type") == "data-producer-id",
                  to_text(reply));
  return text_at(reply, "/data/id");
}

std::string code_of(const json& reply) {
  return text_at(reply, "/data/code");
}

// Bob has a transport to send messages, Ann one to receive them.
struct scene {
  explicit scene(actors::config x = {}) : world(std::move(x)) {
    world.run();
    sctp_transport(bob, "send");
    sctp_transport(ann, "recv");
  }

  std::string talk(const std::string& stream = R"({"streamId":0})") {
    return produce_data(bob, "chat", stream);
  }

  std::string listen(const std::string& more = "{}") {
    auto reply = ann.request("consume-data", more);
    REQUIRE_MESSAGE(text_at(reply, "/type") == "data-consumer-params",
                    to_text(reply));
    return text_at(reply, "/data/id");
  }

  sctp_log& log() {
    return *world.log;
  }

  data_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
};

} // namespace

TEST_CASE("a transport has SCTP on request, always, or never") {
  for (std::string mode : {"asked", "always", "off"})
    for (std::string options : {"{}", R"({"enableSctp":true})"}) {
      CAPTURE(mode);
      CAPTURE(options);
      data_world world{with_sctp(mode)};
      fake_client ann{world, "r", "ann"};
      world.run();
      auto reply = ann.request("create-transport", options);
      auto has = mode == "always" || (mode == "asked" && options != "{}");
      CHECK((to_text(reply["data"]).find("sctpParameters") != std::string::npos)
            == has);
      CHECK(world.log->opened.size() == (has ? 1 : 0));
    }
}

TEST_CASE("SCTP parameters carry the member names of all client generations") {
  data_world world;
  fake_client ann{world, "r", "ann"};
  world.run();
  auto reply = to_text(
      ann.request("create-transport", R"({"enableSctp":true})")["data"]);
  for (auto key :
       {"\"port\":5000", "\"OS\":1024", "\"MIS\":1024",
        "\"maxMessageSize\":262144", "\"maxSendMessageSize\":262144",
        "\"maxReceiveMessageSize\":262144", "\"isDataChannel\":true"})
    CHECK_MESSAGE(reply.find(key) != std::string::npos, key);
}

TEST_CASE("a data producer is announced, listed and consumed") {
  scene at;
  auto id = at.talk(R"({"streamId":5,"ordered":false,"maxRetransmits":0})");
  auto news = at.ann.push("new-data-producer");
  REQUIRE(news);
  CHECK(text_at(*news, "/data/dataProducerId") == id);
  CHECK(text_at(*news, "/data/label") == "chat");
  CHECK_FALSE(at.bob.push("new-data-producer"));
  auto list = to_text(at.ann.request("get-data-producers")["data"]);
  CHECK(list.find(id) != std::string::npos);
  CHECK(to_text(at.bob.request("get-data-producers")["data"]) == "[]");

  auto reply = at.ann.request("consume-data", R"({"dataProducerId":")" + id
                                                  + R"(","subchannels":[9]})");
  CHECK(text_at(reply, "/data/dataProducerId") == id);
  CHECK(text_at(reply, "/data/peerId") == "bob");
  CHECK(to_text(reply["data"]["sctpStreamParameters"])
        == R"({"streamId":7,"ordered":false,"maxRetransmits":0})");
  REQUIRE(at.log().consumers.size() == 1);
  const auto& made = at.log().consumers.front();
  CHECK(made.producer == at.log().producers.front().producer);
  CHECK(made.transport != at.log().producers.front().transport);
  CHECK(made.reliability
        == net::sctp_reliability{false, std::nullopt, uint16_t{0}});
  CHECK(made.subchannels == std::vector<uint16_t>{9});
  CHECK_FALSE(made.paused);
}

TEST_CASE("a late joiner finds the existing data producers") {
  scene at;
  auto id = at.talk();
  fake_client eve{at.world, "r", "eve"};
  at.world.run();
  CHECK_FALSE(eve.push("new-data-producer"));
  CHECK(to_text(eve.request("get-data-producers")["data"]).find(id)
        != std::string::npos);
  sctp_transport(eve, "recv");
  auto reply = eve.request("consume-data");
  CHECK(text_at(reply, "/data/dataProducerId") == id);
  CHECK(code_of(eve.request("consume-data")) == "no-producer");
}

TEST_CASE("the reliability limits of a channel reach SCTP unchanged") {
  const std::vector<std::pair<std::string, net::sctp_reliability>> all{
      {R"({"streamId":1})", {}},
      {R"({"streamId":1,"ordered":false})", {false, {}, {}}},
      {R"({"streamId":1,"maxRetransmits":3})", {false, {}, uint16_t{3}}},
      {R"({"streamId":1,"maxPacketLifeTime":9})", {false, uint16_t{9}, {}}},
      {R"({"streamId":1,"ordered":false,"maxPacketLifeTime":0})",
       {false, uint16_t{0}, {}}},
      {R"({"streamId":1,"ordered":true,"maxRetransmits":0})", {}},
      {R"({"streamId":1,"ordered":false,"maxPacketLifeTime":0,"maxRetransmits":0})",
       {false, {}, {}}},
      {R"({"streamId":1,"ordered":false,"maxPacketLifeTime":0,"maxRetransmits":2})",
       {false, {}, uint16_t{2}}},
  };
  for (const auto& [stream, wanted] : all) {
    CAPTURE(stream);
    scene at;
    at.talk(stream);
    at.listen();
    CHECK(at.log().consumers.front().reliability == wanted);
  }
}

TEST_CASE("pausing reaches the data switch and the clients of the consumers") {
  scene at;
  auto producer = at.talk();
  auto consumer = at.listen(R"({"paused":true})");
  CHECK(at.log().consumers.front().paused);
  at.ann.request("resume-data-consumer", "{}");
  REQUIRE(at.log().paused_consumers.size() == 1);
  CHECK_FALSE(at.log().paused_consumers.front().paused);
  at.bob.request("pause-data-producer",
                 R"({"dataProducerId":")" + producer + "\"}");
  REQUIRE(at.log().paused_producers.size() == 1);
  CHECK(at.log().paused_producers.front().paused);
  CHECK(to_text(at.ann.request("get-data-producers")["data"])
            .find("\"paused\":true")
        != std::string::npos);

  auto& made = at.log().consumers.front();
  caf::anon_send(made.events,
                 actors::data_producer_paused{made.consumer, true});
  at.world.run();
  auto notice = at.ann.push("data-consumer-paused");
  REQUIRE(notice);
  CHECK(text_at(*notice, "/data/dataConsumerId") == consumer);
}

TEST_CASE("subchannels are set, added and removed") {
  scene at;
  at.talk();
  auto id = R"("dataConsumerId":")" + at.listen() + "\"";
  auto ask = [&](const std::string& type, const std::string& more) {
    auto reply = at.ann.request(type, "{" + id + "," + more + "}");
    return to_text(reply["data"]["subchannels"]);
  };
  CHECK(ask("set-subchannels", R"("subchannels":[5,1,5])") == "[1,5]");
  CHECK(ask("add-subchannel", R"("subchannel":3)") == "[1,3,5]");
  CHECK(ask("add-subchannel", R"("subchannel":3)") == "[1,3,5]");
  CHECK(ask("remove-subchannel", R"("subchannel":1)") == "[3,5]");
  REQUIRE(at.log().subchannels.size() == 4);
  CHECK(at.log().subchannels.back().subchannels == std::vector<uint16_t>{3, 5});
}

TEST_CASE("closing a data producer closes its consumers") {
  for (auto how : {"asked", "by its channel", "with its owner"}) {
    CAPTURE(how);
    scene at;
    auto before = at.world.live();
    auto id = at.talk();
    at.listen();
    CHECK(at.world.live() == before + 2);
    at.ann.messages().pushes.clear();
    if (how == std::string{"asked"}) {
      at.bob.request("close-data-producer",
                     R"({"dataProducerId":")" + id + "\"}");
    } else if (how == std::string{"with its owner"}) {
      at.bob.hang_up();
    } else {
      auto& made = at.log().producers.front();
      caf::anon_send(made.events, actors::data_producer_ended{made.producer});
    }
    at.world.run();
    CHECK(at.ann.push("data-producer-closed"));
    CHECK(at.ann.push("data-consumer-closed"));
    CHECK(at.log().removed_producers.size() == 1);
    CHECK(at.log().removed_consumers.size() == 1);
    CHECK(to_text(at.ann.request("get-data-producers")["data"]) == "[]");
  }
}

TEST_CASE("a client may close a data producer that has already ended") {
  scene at;
  auto close = R"({"dataProducerId":")" + at.talk() + "\"}";
  auto& made = at.log().producers.front();
  caf::anon_send(made.events, actors::data_producer_ended{made.producer});
  at.world.run();
  CHECK(code_of(at.bob.request("pause-data-producer", close))
        == "data-producer-not-found");
  CHECK(text_at(at.bob.request("close-data-producer", close), "/type")
        == "data-producer-closed");
  CHECK(code_of(at.bob.request("close-data-producer", close))
        == "data-producer-not-found");
}

TEST_CASE("a receiver that is too slow loses that data consumer only") {
  scene at;
  at.talk();
  auto id = at.listen();
  auto& made = at.log().consumers.front();
  caf::anon_send(made.events,
                 actors::data_consumer_ended{
                     made.consumer, actors::data_end_reason::too_slow});
  at.world.run();
  auto notice = at.ann.push("data-consumer-closed");
  REQUIRE(notice);
  CHECK(text_at(*notice, "/data/dataConsumerId") == id);
  CHECK(text_at(*notice, "/data/reason") == "too-slow");
  CHECK(at.log().removed_producers.empty());
  at.listen(); // again
}

TEST_CASE("a refused data request changes nothing") {
  scene at;
  auto before = at.world.live();
  CHECK(code_of(at.ann.request("consume-data")) == "no-producer");
  CHECK(code_of(at.ann.request("consume-data", R"({"dataProducerId":"x"})"))
        == "data-producer-not-found");
  CHECK(code_of(
            at.ann.request("close-data-producer", R"({"dataProducerId":"x"})"))
        == "data-producer-not-found");
  CHECK(code_of(
            at.ann.request("close-data-consumer", R"({"dataConsumerId":"x"})"))
        == "data-consumer-not-found");
  CHECK(code_of(at.bob.request(
            "produce-data",
            R"({"transportId":"x","sctpStreamParameters":{"streamId":0}})"))
        == "transport-not-found");
  auto plain = at.bob.create_transport("send");
  CHECK(
      code_of(at.bob.request(
          "produce-data", R"({"transportId":")" + plain
                              + R"(","sctpStreamParameters":{"streamId":0}})"))
      == "unsupported");
  at.log().refusal = {protocol::error_code::bad_request, "streamId: taken"};
  CHECK(code_of(at.bob.request("produce-data",
                               R"({"sctpStreamParameters":{"streamId":0}})"))
        == "bad-request");
  CHECK(at.world.live() == before + 1); // the plain transport
  at.talk();
  at.log().refusal = {protocol::error_code::producer_not_found, "gone"};
  CHECK(code_of(at.ann.request("consume-data")) == "data-producer-not-found");
  CHECK(at.world.live() == before + 2);
}

TEST_CASE("the number of data producers and data consumers is limited") {
  actors::config x;
  x.room.max_data_producers_per_peer = 2;
  x.room.max_data_consumers_per_peer = 1;
  scene at{x};
  at.talk(R"({"streamId":0})");
  at.talk(R"({"streamId":1})");
  CHECK(code_of(at.bob.request("produce-data",
                               R"({"sctpStreamParameters":{"streamId":2}})"))
        == "limit-reached");
  at.listen();
  CHECK(code_of(at.ann.request("consume-data")) == "limit-reached");

  actors::config small;
  small.room.max_data_producers = 1;
  scene room{small};
  room.talk();
  sctp_transport(room.ann, "send");
  CHECK(code_of(room.ann.request("produce-data",
                                 R"({"sctpStreamParameters":{"streamId":0}})"))
        == "limit-reached");
  room.bob.hang_up();
  room.world.run();
  produce_data(room.ann, "now");
}

TEST_CASE("the number of a peer's consumers of one data producer is limited") {
  scene at;
  auto chat = at.talk(R"({"streamId":0})");
  auto other = at.talk(R"({"streamId":1})");
  auto consume = [&](const std::string& producer) {
    return at.ann.request("consume-data",
                          R"({"dataProducerId":)" + quoted(producer) + "}");
  };
  for (int i = 0; i < 64; ++i)
    CHECK(text_at(consume(chat), "/type") == "data-consumer-params");
  CHECK(code_of(consume(chat)) == "limit-reached");
  CHECK(text_at(consume(other), "/type") == "data-consumer-params");
}

TEST_CASE("labels and protocols of data producers count as appData") {
  actors::config x;
  x.room.max_app_data_per_peer = 1000;
  scene at{x};
  auto ask = [&](int stream, size_t label, size_t protocol) {
    return at.bob.request("produce-data",
                          R"({"sctpStreamParameters":{"streamId":)"
                              + std::to_string(stream) + R"(},"label":")"
                              + std::string(label, 'x') + R"(","protocol":")"
                              + std::string(protocol, 'x') + "\"}");
  };
  // An omitted appData counts as "{}".
  CHECK(text_at(ask(0, 498, 400), "/type") == "data-producer-id");
  CHECK(code_of(ask(1, 50, 49)) == "limit-reached");
  CHECK(text_at(ask(1, 49, 49), "/type") == "data-producer-id");
}

TEST_CASE("the statistics of data channels come from the data switch") {
  scene at;
  auto producer = at.talk();
  auto consumer = at.listen();
  auto stats = [](fake_client& who, const std::string& id) {
    return to_text(who.request("get-stats", R"({"id":")" + id + "\"}")["data"]);
  };
  auto said = stats(at.bob, producer);
  CHECK(said.find(R"("type":"data-channel")") != std::string::npos);
  CHECK(said.find(R"("messagesReceived":3,"bytesReceived":300)")
        != std::string::npos);
  auto heard = stats(at.ann, consumer);
  CHECK(heard.find(R"("messagesSent":2,"bytesSent":200,"messagesDropped":1)")
        != std::string::npos);
}

TEST_CASE("a client that leaves leaves no data producer or consumer behind") {
  scene at;
  auto before = at.world.live();
  at.talk();
  at.listen();
  at.ann.hang_up();
  at.bob.hang_up();
  at.world.run();
  CHECK(at.world.live() < before);
  CHECK(at.log().closed.size() == 2);
  CHECK(at.log().removed_producers.size() == 1);
  CHECK(at.log().removed_consumers.size() == 1);
}
