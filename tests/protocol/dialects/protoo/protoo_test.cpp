#include "net/base/rng.hpp"
#include "protocol/dialects/common/dialect.hpp"
#include "protocol/dialects/protoo/protoo_offers.hpp"
#include "protocol/json/json_limits.hpp"
#include "tests/protocol/dialects/canonical.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace troupe::protocol;
using namespace std::chrono_literals;
namespace net = troupe::net;
using troupe::test::describe;
using troupe::test::parse_event;
using troupe::test::parse_outcome;

namespace {

handshake hello(bool current = false, const char* replicas = nullptr) {
  handshake out;
  out.path = "/";
  out.subprotocol = "protoo";
  out.query = {{"roomId", "daily"}, {"peerId", "alice"}};
  if (current)
    out.query["usePipeTransports"] = "false";
  if (replicas)
    out.query["consumerReplicas"] = replicas;
  return out;
}

// A client in virtual time, whose server's replies the test supplies.
struct client {
  explicit client(bool current = true, const char* replicas = nullptr)
      : connection(find_dialect(hello(current))
                       ->make(hello(current, replicas), *random, now)) {
    frames();
    CHECK_EQ(verbs(), strings{"join room=daily peer=alice hidden"});
    answer("joined alice");
  }

  using strings = std::vector<std::string>;

  // Handles due timeouts, as an actor's timer would.
  void tick() {
    for (int i = 0; i < 2; ++i)
      if (auto at = connection->poll_timeout(); at && *at <= now)
        connection->handle_timeout(now);
  }

  void wait(net::duration time) {
    now += time;
    tick();
  }

  void send(const std::string& text) {
    connection->handle_frame({text, false}, now);
    tick();
  }

  void ask(const std::string& method, const std::string& data = "{}") {
    send(R"({"request":true,"id":7,"method":")" + method + R"(","data":)" + data
         + "}");
  }

  void accept(int offer) {
    send(R"({"response":true,"ok":true,"id":)" + std::to_string(offer) + "}");
  }

  void answer(const std::string& outcome) {
    REQUIRE_FALSE(tokens.empty());
    const auto token = tokens.front();
    tokens.erase(tokens.begin());
    connection->handle_outcome(token, parse_outcome(outcome));
    tick();
  }

  void happens(const std::string& event) {
    connection->handle_event(parse_event(event));
    tick();
  }

  // The verbs requested of the server since the last call.
  strings verbs() {
    strings out;
    while (auto x = connection->poll_request()) {
      out.push_back(describe(x->request));
      tokens.push_back(x->token);
    }
    return out;
  }

  // The methods of the frames since the last call, "ok" and "error" for
  // responses.
  strings frames() {
    strings out;
    while (auto x = connection->poll_frame()) {
      const auto json = parse_json(x->payload);
      REQUIRE(json.has_value());
      if (json->HasMember("method"))
        out.emplace_back((*json)["method"].GetString());
      else
        out.emplace_back(json->HasMember("ok") ? "ok" : "error");
    }
    return out;
  }

  uint16_t close_code() {
    frames();
    const auto close = connection->poll_close();
    return close ? close->code : 0;
  }

  // Joins a room with these producers, able to receive.
  void join(const std::string& producers = "") {
    ask("createWebRtcTransport", R"({"appData":{"direction":"consumer"}})");
    verbs();
    answer("transport t1");
    enter(producers);
  }

  void enter(const std::string& producers = "") {
    ask("join", R"({"rtpCapabilities":)"
                    + troupe::test::dictionaries().at("<caps>") + "}");
    verbs();
    answer("joined alice people=alice:Alice:-"
           + (producers.empty() ? "" : " producers=" + producers));
    CHECK_EQ(frames().back(), "ok");
  }

  net::time_point now{1000s};
  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  std::unique_ptr<dialect> connection;
  std::vector<request_token> tokens;
};

using strings = client::strings;

} // namespace

TEST_CASE("protoo is found by its subprotocol on any path") {
  for (const auto* path : {"/", "/socket", "/a/b"}) {
    auto in = hello();
    in.path = path;
    in.subprotocol = "other ,protoo";
    REQUIRE(find_dialect(in));
    CHECK_EQ(find_dialect(in)->name, "protoo");
    CHECK_EQ(find_dialect(in)->subprotocol, "protoo");
  }
  auto in = hello();
  in.subprotocol = "protoo2";
  REQUIRE(find_dialect(in));
  auto refusal = find_dialect(in)->refuses(in);
  REQUIRE(refusal);
  CHECK_EQ(refusal->http_status, 403);
  in.query.erase("peerId");
  CHECK_FALSE(find_dialect(in));
}

TEST_CASE("a protoo client with an overlong secret is refused") {
  auto in = hello();
  in.query["rejoinSecret"] = std::string(257, 'x');
  auto refusal = find_dialect(in)->refuses(in);
  REQUIRE(refusal);
  CHECK_EQ(refusal->http_status, 400);
}

TEST_CASE("the close codes of protoo keep clients from reconnecting") {
  client x;
  for (auto why : {end_reason::replaced, end_reason::kicked,
                   end_reason::room_closed, end_reason::token_expired})
    CHECK_EQ(x.connection->handle_end(why).code, 4000);
}

TEST_CASE("a current protoo client has 10 s to join") {
  client x;
  x.wait(10s - 1ms);
  CHECK_EQ(x.close_code(), 0);
  SUBCASE("and is closed after them") {
    x.wait(1ms);
    CHECK_EQ(x.close_code(), 4000);
    CHECK_FALSE(x.connection->poll_timeout());
  }
  SUBCASE("and is not closed while the server handles the join") {
    x.enter();
    x.wait(1h);
    CHECK_EQ(x.close_code(), 0);
  }
  SUBCASE("and gets no more time after the server refused its join") {
    x.ask("join");
    x.wait(1h);
    CHECK_EQ(x.close_code(), 0);
    x.verbs();
    x.answer("error limit-reached");
    CHECK_EQ(x.close_code(), 4000);
  }
}

TEST_CASE("a protoo client not known to be current has 60 s to join") {
  client x(false);
  x.ask("getRouterRtpCapabilities");
  SUBCASE("whichever generation it is") {
    x.wait(60s - 1ms);
    CHECK_EQ(x.close_code(), 0);
    x.wait(1ms);
    CHECK_EQ(x.close_code(), 4000);
  }
  SUBCASE("even if it turns out to be current later") {
    x.wait(30s);
    x.ask("createWebRtcTransport", R"({"appData":{"direction":"producer"}})");
    x.tick();
    CHECK_EQ(x.close_code(), 0);
  }
}

TEST_CASE(
    "a protoo client without capabilities or transport is offered nothing") {
  client x;
  SUBCASE("without capabilities") {
    x.ask("createWebRtcTransport", R"({"appData":{"direction":"consumer"}})");
    x.verbs();
    x.answer("transport t1");
    x.ask("join");
    x.verbs();
    x.answer("joined alice producers=p1:bob:audio");
    CHECK_EQ(x.verbs(), strings{});
  }
  SUBCASE("without a receive transport, until it has one") {
    x.ask("createWebRtcTransport", R"({"appData":{"direction":"producer"}})");
    x.verbs();
    x.answer("transport t1");
    x.enter("p1:bob:audio");
    x.happens("producer-added p2:bob:video");
    CHECK_EQ(x.verbs(), strings{});
    x.ask("createWebRtcTransport", R"({"appData":{"direction":"consumer"}})");
    x.verbs();
    x.answer("transport t2");
    CHECK_EQ(x.verbs(), strings{"consume transport=t2 producer=p1 paused",
                                "consume transport=t2 producer=p2 paused"});
  }
}

TEST_CASE("a protoo client consumes no producer twice and never its own") {
  client x;
  x.join("p1:bob:audio,p2:alice:audio");
  x.happens("producer-added p1:bob:audio");
  x.happens("producer-added p3:alice:audio");
  CHECK_EQ(x.verbs(), strings{"consume transport=t1 producer=p1 paused"});
}

TEST_CASE("a protoo client gets as many further consumers as it requests") {
  client x{true, "2"};
  x.join("p1:bob:audio");
  const std::string verb = "consume transport=t1 producer=p1 paused";
  CHECK_EQ(x.verbs(), strings(3, verb));
  for (auto consumer : {"c1", "c2", "c3"})
    x.answer(std::string{"consumed "} + consumer + " of p1:bob:audio");
  CHECK_EQ(x.frames(), strings(3, "newConsumer"));
  for (int offer : {1, 2, 3})
    x.accept(offer);
  CHECK_EQ(x.verbs(),
           strings{"resume_consumer consumer=c1", "resume_consumer consumer=c2",
                   "resume_consumer consumer=c3"});
  for (auto consumer : {"c1", "c2", "c3"})
    x.happens(std::string{"consumer-closed "} + consumer + ":p1");
  CHECK_EQ(x.frames(), strings(3, "consumerClosed"));
  x.happens("producer-closed p1:bob");
  x.happens("producer-added p1:bob:audio");
  CHECK_EQ(x.verbs(), strings(3, verb));
}

TEST_CASE(
    "the end of a protoo consumer is sent while others are being created") {
  client x{true, "1"};
  x.join("p1:bob:audio");
  x.verbs();
  x.answer("consumed c1 of p1:bob:audio");
  SUBCASE("of a consumer that the client has accepted") {
    x.accept(1);
    x.frames();
    x.happens("consumer-closed c1:p1");
    CHECK_EQ(x.frames(), strings{"consumerClosed"});
  }
  SUBCASE("of a consumer that the client is about to accept") {
    x.frames();
    x.happens("consumer-closed c1:p1");
    x.accept(1);
    CHECK_EQ(x.frames(), strings{"consumerClosed"});
  }
  x.happens("producer-closed p1:bob");
  x.verbs();
  x.answer("consumed c2 of p1:bob:audio");
  CHECK_EQ(x.frames(), strings{});
  CHECK_EQ(x.verbs(), strings{"close_consumer consumer=c2"});
}

TEST_CASE("an invalid number of replicas counts as 0, and the maximum is 15") {
  for (const auto& one : {std::pair{"0", 1u},
                          {"", 1u},
                          {"x", 1u},
                          {"-1", 1u},
                          {"1.5", 1u},
                          {"15", 16u},
                          {"16", 16u},
                          {"99999999999999999999999", 16u}}) {
    CAPTURE(one.first);
    client x{true, one.first};
    x.join("p1:bob:audio");
    CHECK_EQ(x.verbs().size(), one.second);
  }
}

TEST_CASE(
    "a protoo consumer is resumed only after the client has accepted it") {
  client x;
  x.join("p1:bob:audio");
  CHECK_EQ(x.verbs(), strings{"consume transport=t1 producer=p1 paused"});
  x.answer("consumed c1 of p1:bob:audio");
  CHECK_EQ(x.frames(), strings{"newConsumer"});
  x.wait(29s);
  CHECK_EQ(x.verbs(), strings{});
  x.accept(1);
  CHECK_EQ(x.verbs(), strings{"resume_consumer consumer=c1"});
  x.accept(1);
  CHECK_EQ(x.verbs(), strings{});
}

TEST_CASE(
    "a protoo client has 30 s for an offer, plus 0.2 s per pending offer") {
  client x;
  x.join("p1:bob:audio,p2:bob:video,p3:eve:audio");
  x.verbs();
  // The deadline counts from the offer, however long the client was idle.
  x.wait(1h);
  x.answer("consumed c1 of p1:bob:audio");
  x.answer("consumed c2 of p2:bob:video");
  x.answer("consumed c3 of p3:eve:audio");
  x.frames();
  x.wait(30s - 1ms);
  CHECK_EQ(x.verbs(), strings{});
  x.wait(1ms);
  CHECK_EQ(x.verbs(), strings{"close_consumer consumer=c1"});
  CHECK_EQ(x.frames(), strings{"consumerClosed"});
  x.wait(199ms);
  CHECK_EQ(x.verbs(), strings{});
  x.wait(1ms);
  CHECK_EQ(x.verbs(), strings{"close_consumer consumer=c2"});
  x.accept(3);
  CHECK_EQ(x.verbs(), strings{"resume_consumer consumer=c3"});
  x.wait(1h);
  CHECK_EQ(x.verbs(), strings{});
  CHECK_EQ(x.close_code(), 0);
}

TEST_CASE("a producer that closes while a protoo offer is pending") {
  client x;
  x.join("p1:bob:audio");
  x.verbs();
  SUBCASE("before the consumer is created: it is never offered") {
    x.happens("producer-closed p1:bob");
    x.answer("consumed c1 of p1:bob:audio");
    CHECK_EQ(x.frames(), strings{});
    CHECK_EQ(x.verbs(), strings{"close_consumer consumer=c1"});
  }
  SUBCASE("if the consumer's event comes first: it is never offered either") {
    x.happens("consumer-closed c1:p1");
    x.answer("consumed c1 of p1:bob:audio");
    CHECK_EQ(x.frames(), strings{});
  }
  SUBCASE("the client is notified after it has accepted the offer") {
    x.answer("consumed c1 of p1:bob:audio");
    x.happens("consumer-paused c1");
    x.happens("consumer-closed c1:p1");
    CHECK_EQ(x.frames(), strings{"newConsumer"});
    x.accept(1);
    CHECK_EQ(x.frames(), strings{"consumerClosed"});
    CHECK_EQ(x.verbs(), strings{});
  }
  SUBCASE("a client that refuses gets no notification") {
    x.answer("consumed c1 of p1:bob:audio");
    x.happens("consumer-closed c1:p1");
    x.frames();
    x.send(R"({"response":true,"id":1,"errorCode":500})");
    CHECK_EQ(x.frames(), strings{});
    CHECK_EQ(x.verbs(), strings{});
  }
  SUBCASE("a client that does not answer is notified after the timeout") {
    x.answer("consumed c1 of p1:bob:audio");
    x.happens("consumer-closed c1:p1");
    x.frames();
    x.wait(30s);
    CHECK_EQ(x.frames(), strings{"consumerClosed"});
    CHECK_EQ(x.verbs(), strings{});
  }
  SUBCASE("and a new producer of the same id is consumed") {
    x.answer("error producer-not-found");
    x.happens("producer-closed p1:bob");
    x.happens("producer-added p1:bob:audio");
    CHECK_EQ(x.verbs(), strings{"consume transport=t1 producer=p1 paused"});
  }
}

TEST_CASE("protoo consumers of a large room are created 32 at a time") {
  client x;
  std::string producers;
  for (int i = 0; i < 100; ++i)
    producers += (i == 0 ? "p" : ",p") + std::to_string(i) + ":bob:audio";
  x.join(producers);
  size_t made = 0;
  size_t offers = 0;
  for (auto asked = x.verbs(); !asked.empty(); asked = x.verbs()) {
    for (const auto& verb : asked) {
      if (!verb.starts_with("consume")) {
        x.answer("ok");
        continue;
      }
      const auto id = std::to_string(made++);
      x.answer("consumed c" + id + " of p" + id + ":bob:audio");
      CHECK_LE(made - offers, 32);
    }
    while (offers < made)
      x.accept(static_cast<int>(++offers));
  }
  CHECK_EQ(made, 100);
}

TEST_CASE(
    "a protoo client that sends requests without awaiting replies is closed") {
  client x;
  size_t asked = 0;
  for (; asked < 1000 && x.close_code() == 0; ++asked)
    x.ask("getRouterRtpCapabilities");
  CHECK_EQ(asked, 193);
}

TEST_CASE("a protoo message beyond 256 KB closes with 1009") {
  client x;
  x.send("{\"request\":\"" + std::string(300'000, 'x') + "\"}");
  CHECK_EQ(x.close_code(), 1009);
}

TEST_CASE("shared screens are encoded for either protoo generation") {
  reply::consumed of;
  of.id = consumer_id{"c1"};
  of.producer = producer_id{"p1"};
  of.peer = peer_id{"bob"};
  of.kind = media_kind::video;
  const auto app_data = [&](bool current, const std::string& text) {
    of.app_data.text = text;
    client x(current);
    if (!current) {
      x.ask("createWebRtcTransport", R"({"consuming":true})");
      x.verbs();
      x.answer("transport t1");
      x.enter("p1:bob:video");
    } else {
      x.join("p1:bob:video");
    }
    x.verbs();
    x.connection->handle_outcome(x.tokens.front(), success{of});
    const auto frame = x.connection->poll_frame();
    REQUIRE(frame);
    const auto json = parse_json(frame->payload);
    return write_json((*json)["data"]["appData"]);
  };
  CHECK_EQ(app_data(true, R"({"share":true})"),
           R"({"share":true,"peerId":"bob","source":"screensharing"})");
  CHECK_EQ(app_data(true, R"({"source":"video"})"),
           R"({"source":"video","peerId":"bob"})");
  CHECK_EQ(app_data(true, "{}"), R"({"peerId":"bob","source":"video"})");
  CHECK_EQ(app_data(false, R"({"source":"screensharing"})"),
           R"({"source":"screensharing","peerId":"bob","share":true})");
  CHECK_EQ(app_data(false, R"({"peerId":"mallory"})"), R"({"peerId":"bob"})");
  CHECK_EQ(app_data(false, "[]"), R"({"peerId":"bob"})");
}

TEST_CASE("protoo counts what it refuses, notifications included") {
  client x;
  const auto noted = [&](const std::string& text) {
    x.connection->handle_frame({text, false}, {});
    auto out = x.connection->poll_refusal();
    CHECK_FALSE(x.connection->poll_refusal());
    return out;
  };
  CHECK(noted(R"({"request":true,"id":1,"method":"nobodyKnows","data":{}})")
        == error_code::unknown_method);
  CHECK(noted(R"({"request":true,"id":2,"method":"produce","data":{}})")
        == error_code::not_joined);
  CHECK(noted(R"({"request":true,"id":3,"method":"restartIce","data":{}})")
        == error_code::bad_request);
  CHECK(noted(R"({"notification":true,"method":"nobodyKnows","data":{}})")
        == error_code::unknown_method);
  CHECK(noted(R"({"notification":true,"method":"pauseProducer","data":{}})")
        == error_code::not_joined);
}
