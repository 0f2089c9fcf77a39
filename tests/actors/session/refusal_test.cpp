#include "tests/actors/support/fake_client.hpp"

#include <array>

using namespace troupe;
using namespace troupe::test;

namespace {

/// Two peers with objects of all kinds. A refused request of one must change
/// nothing for either.
struct scene {
  scene() {
    world.run();
    ann_send = ann.create_transport("send");
    ann.create_transport("recv");
    ann_producer = ann.produce(audio_track(1));
    bob.create_transport("send");
    bob_recv = bob.create_transport("recv");
    bob_producer = bob.produce(audio_track(2));
    auto consumed = ann.consume(",\"producerId\":" + quoted(bob_producer));
    ann_consumer = text_at(consumed, "/data/id");
    consumed = bob.consume(",\"producerId\":" + quoted(ann_producer));
    bob_consumer = text_at(consumed, "/data/id");
    capabilities = ann.capabilities();
    world.run();
    ann.messages().pushes.clear();
    bob.messages().pushes.clear();
  }

  // The state as far as clients can see it.
  std::string state() {
    return std::to_string(world.live()) + " "
           + to_text(ann.request("get-producers")["data"]) + " "
           + to_text(bob.request("get-producers")["data"]);
  }

  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  std::string ann_send;
  std::string bob_recv;
  std::string ann_producer;
  std::string bob_producer;
  std::string ann_consumer;
  std::string bob_consumer;
  std::string capabilities;
};

/// A member of a request, with a valid value and invalid ones.
struct member {
  std::string name;
  std::string good;
  std::vector<std::string> bad;
};

struct request_shape {
  std::string type;
  std::vector<member> members;
};

const std::vector<std::string> no_text{"5", "true", "[]", "{}", "[\"x\"]"};
const std::vector<std::string> no_number{"\"5\"", "[]", "{}", "true"};

std::vector<request_shape> shapes(const scene& at) {
  auto track = "{" + audio_track(77, "77") + "}";
  auto parameters = track.substr(track.find("rtpParameters") + 15);
  parameters.pop_back();
  auto dtls = some_dtls_parameters();
  dtls = dtls.substr(dtls.find('{'));
  auto producer = member{"producerId", quoted(at.ann_producer), no_text};
  auto consumer = member{"consumerId", quoted(at.ann_consumer), no_text};
  auto transport = member{"transportId", quoted(at.ann_send), no_text};
  return {
      {"create-transport", {{"direction", "\"send\"", {"5", "[]", "\"up\""}}}},
      {"connect-transport",
       {transport,
        {"dtlsParameters",
         dtls,
         {"5", "[]", "{}", "\"x\"", R"({"fingerprints":[]})",
          R"({"fingerprints":5})", R"({"role":"boss","fingerprints":[]})"}}}},
      {"restart-ice", {transport}},
      {"produce",
       {transport,
        {"kind", "\"audio\"", {"5", "\"smell\"", "{}"}},
        {"rtpParameters",
         parameters,
         {"5", "[]", "{}", "\"x\"", R"({"codecs":5})",
          R"({"codecs":[],"encodings":[]})"}}}},
      {"pause-producer", {producer}},
      {"resume-producer", {producer}},
      {"close-producer", {producer}},
      {"consume",
       {transport,
        {"producerId", quoted(at.bob_producer), no_text},
        {"rtpCapabilities", at.capabilities, {"5", "true", "\"x\""}}}},
      {"pause-consumer", {consumer}},
      {"resume-consumer", {consumer}},
      {"close-consumer", {consumer}},
      {"set-preferred-layers", {consumer, {"spatialLayer", "0", no_number}}},
      {"request-key-frame", {consumer}},
      {"get-stats", {{"id", quoted(at.ann_send), no_text}}},
  };
}

/// The request's data with one member's value replaced.
std::string data_with(const request_shape& shape, const std::string& name,
                      const std::string& value) {
  std::string out = "{";
  for (const auto& x : shape.members) {
    if (out.size() > 1)
      out += ',';
    out += quoted(x.name) + ":" + (x.name == name ? value : x.good);
  }
  return out + "}";
}

void expect_unchanged(scene& at, const std::string& before) {
  CHECK(at.state() == before);
  CHECK(at.ann.messages().pushes.empty());
  CHECK(at.bob.messages().pushes.empty());
  CHECK_FALSE(at.ann.closed());
}

} // namespace

TEST_CASE("a member of a wrong type is refused and changes nothing") {
  scene at;
  auto before = at.state();
  for (const auto& shape : shapes(at))
    for (const auto& x : shape.members)
      for (const auto& value : x.bad) {
        auto data = data_with(shape, x.name, value);
        CAPTURE(shape.type);
        CAPTURE(x.name);
        CAPTURE(value);
        auto reply = at.ann.request(shape.type, data);
        CHECK(text_at(reply, "/type") == "error");
        auto code = text_at(reply, "/data/code");
        CHECK_MESSAGE((code == "bad-request" || code == "unsupported"), code);
        CHECK_FALSE(text_at(reply, "/data/message").empty());
        CHECK(text_at(reply, "/data/request") == shape.type);
      }
  expect_unchanged(at, before);
}

TEST_CASE("an unknown id, or one of another peer, is not found") {
  scene at;
  auto before = at.state();
  struct row {
    std::string name;
    std::vector<std::string> ids;
    std::string code;
  };
  for (const auto& shape : shapes(at)) {
    for (const auto& x :
         {row{"transportId", {"nobody", at.bob_recv}, "transport-not-found"},
          row{"producerId", {"nobody", at.bob_producer}, "producer-not-found"},
          row{"consumerId",
              {"nobody", at.bob_consumer},
              "consumer-not-found"}}) {
      bool has = std::ranges::any_of(
          shape.members, [&](const auto& y) { return y.name == x.name; });
      if (!has)
        continue;
      for (const auto& id : x.ids) {
        if (shape.type == "consume" && id == at.bob_producer)
          continue; // consuming names another peer's producer
        CAPTURE(shape.type);
        CAPTURE(id);
        auto reply =
            at.ann.request(shape.type, data_with(shape, x.name, quoted(id)));
        CHECK(text_at(reply, "/type") == "error");
        CHECK(text_at(reply, "/data/code") == x.code);
      }
    }
  }
  auto nothing = text_at(at.ann.request("get-stats", "{}"), "/data/message");
  CHECK(nothing.starts_with("transportId: missing"));
  for (const auto& id : {std::string{"nobody"}, at.bob_recv, at.bob_consumer})
    CHECK(text_at(at.ann.request("get-stats", "{\"id\":" + quoted(id) + "}"),
                  "/type")
          == "error");
  expect_unchanged(at, before);
}

TEST_CASE("a request that comes too early is refused") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  world.run();
  auto baseline = world.live();
  auto code = [&](const std::string& type, const std::string& data) {
    auto reply = ann.request(type, data);
    CHECK(text_at(reply, "/type") == "error");
    return text_at(reply, "/data/code");
  };
  auto capabilities = ann.capabilities();
  CHECK(code("produce", "{" + audio_track(1) + "}") == "transport-not-found");
  CHECK(code("consume", "{\"rtpCapabilities\":" + capabilities + "}")
        == "transport-not-found");
  CHECK(code("connect-transport", "{" + some_dtls_parameters() + "}")
        == "transport-not-found");
  CHECK(code("restart-ice", "{}") == "transport-not-found");
  CHECK(world.live() == baseline);
  auto id = ann.create_transport("recv");
  CHECK(code("consume", "{\"rtpCapabilities\":" + capabilities + "}")
        == "no-producer");
  CHECK(code("consume", "{}") == "bad-request");
  auto connect =
      "{\"transportId\":" + quoted(id) + "," + some_dtls_parameters() + "}";
  CHECK(text_at(ann.request("connect-transport", connect), "/type")
        == "transport-connected");
  CHECK(code("connect-transport", connect) == "wrong-state");
  ann.request("leave");
  CHECK(code("create-transport", "{}") == "not-joined");
  CHECK(code("get-producers", "{}") == "not-joined");
  CHECK(code("leave", "{}") == "not-joined");
  ann.hang_up();
  world.run();
  CHECK(world.live() == world.baseline);
}

TEST_CASE("a transport whose connect was refused can still be connected") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  world.run();
  auto first = ann.create_transport("send");
  ann.create_transport("recv");
  // A fingerprint with an unsupported algorithm.
  auto bad = ann.request("connect-transport",
                         R"({"dtlsParameters":{"role":"client",)"
                         R"("fingerprints":[{"algorithm":"sha-1",)"
                         R"("value":"00"}]}})");
  CHECK(text_at(bad, "/type") == "error");
  auto good =
      ann.request("connect-transport", "{" + some_dtls_parameters() + "}");
  REQUIRE(text_at(good, "/type") == "transport-connected");
  CHECK(text_at(good, "/data/transportId") == first);
}

TEST_CASE("limits of transports, producers and consumers are enforced") {
  actors::config settings;
  settings.room.max_transports_per_peer = 2;
  settings.room.max_producers_per_peer = 2;
  settings.room.max_consumers_per_peer = 1;
  actor_world world{settings};
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  for (auto* who : {&ann, &bob}) {
    who->create_transport("send");
    who->create_transport("recv");
  }
  auto third = ann.request("create-transport");
  CHECK(text_at(third, "/data/code") == "limit-reached");
  ann.produce(audio_track(1, "a"));
  ann.produce(audio_track(2, "b"));
  auto more = ann.request("produce", "{" + audio_track(3, "c") + "}");
  CHECK(text_at(more, "/data/code") == "limit-reached");
  CHECK(text_at(bob.consume(), "/type") == "consumer-params");
  CHECK(text_at(bob.consume(), "/data/code") == "limit-reached");
}

TEST_CASE("the number of a peer's consumers of one producer is limited") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  for (auto* who : {&ann, &bob}) {
    who->create_transport("send");
    who->create_transport("recv");
  }
  auto audio = ann.produce(audio_track(1, "a"));
  auto other = ann.produce(audio_track(2, "b"));
  auto consume = [&](const std::string& producer) {
    return bob.consume(",\"producerId\":\"" + producer + "\"");
  };
  for (int i = 0; i < 64; ++i)
    CHECK(text_at(consume(audio), "/type") == "consumer-params");
  CHECK(text_at(consume(audio), "/data/code") == "limit-reached");
  CHECK(text_at(consume(other), "/type") == "consumer-params");
}

TEST_CASE(
    "a transport that was never connected gives way to a new one in time") {
  actors::config settings;
  settings.room.max_transports_per_peer = 2;
  actor_world world{settings};
  fake_client ann{world, "r", "ann"};
  world.run();
  auto used = ann.create_transport("send");
  ann.request("connect-transport", "{\"transportId\":" + quoted(used) + ","
                                       + some_dtls_parameters() + "}");
  auto unused = ann.create_transport("recv");
  const auto more = [&] {
    return text_at(ann.request("create-transport"), "/type");
  };
  CHECK(more() == "error");
  world.scheduler().advance_time(std::chrono::seconds{6});
  world.run();
  CHECK(more() == "transport-params");
  CHECK(more() == "error");
  const auto about = [&](const std::string& id) {
    auto reply = ann.request("get-stats", "{\"id\":" + quoted(id) + "}");
    return text_at(reply, "/type");
  };
  CHECK(about(used) != "error");
  CHECK(about(unused) == "error");
}

TEST_CASE(
    "a request for the next producer skips those the client cannot decode") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  ann.create_transport("send");
  bob.create_transport("recv");
  auto able = bob.capabilities();
  for (size_t i; (i = able.find("video/")) != std::string::npos;)
    able.replace(i, 6, "video_");
  for (size_t i; (i = able.find("video_")) != std::string::npos;)
    able.replace(i, able.find('"', i) - i, "video/none");
  const auto next = [&] {
    return bob.request("consume", "{\"rtpCapabilities\":" + able + "}");
  };
  ann.produce(video_track(1, "a"));
  CHECK(text_at(next(), "/data/code") == "cannot-consume");
  auto heard = ann.produce(audio_track(11, "b"));
  ann.produce(video_track(21, "c"));
  CHECK(text_at(next(), "/data/producerId") == heard);
  CHECK(text_at(next(), "/data/code") == "cannot-consume");
}

TEST_CASE("a refused producer with a duplicate SSRC or MID leaves no trace") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  ann.create_transport("send");
  ann.produce(audio_track(1, "a"));
  bob.messages().pushes.clear();
  auto before = world.live();
  for (const auto& track : {audio_track(1, "b"), audio_track(2, "a")}) {
    auto reply = ann.request("produce", "{" + track + "}");
    CHECK(text_at(reply, "/type") == "error");
    CHECK(text_at(reply, "/data/code") == "unsupported");
  }
  world.run();
  CHECK(world.live() == before);
  CHECK(bob.messages().pushes.empty());
  ann.produce(audio_track(2, "b"));
}

TEST_CASE("invalid frames are answered, and the session continues") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  world.run();
  for (std::string text :
       {"", "nonsense", "5", "[]", "{}", R"({"type":5})", R"({"type":"x"})",
        R"({"type":"leave","data":[]})", R"({"type":"leave","data":5})"}) {
    CAPTURE(text);
    ann.send_frame(text);
    world.run();
    auto error = ann.push("error");
    CHECK(error);
  }
  CHECK_FALSE(ann.closed());
  CHECK(text_at(ann.request("get-producers"), "/type") == "producers");
}
