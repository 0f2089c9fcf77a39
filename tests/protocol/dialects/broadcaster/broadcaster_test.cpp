#include "net/base/rng.hpp"
#include "protocol/dialects/common/dialect.hpp"
#include "protocol/json/json_limits.hpp"

#include <doctest/doctest.h>
#include <rapidjson/pointer.h>

using namespace troupe::protocol;
using namespace std::chrono_literals;
namespace net = troupe::net;

namespace {

http_call call(const std::string& method, std::vector<std::string> path,
               const std::string& body = {}) {
  http_call out;
  out.method = method;
  out.path = std::move(path);
  out.path.insert(out.path.begin(), "rooms");
  out.body = body;
  out.content_type = "application/json; charset=utf-8";
  return out;
}

http_plan plan(const http_call& x) {
  auto out = read_http_call(x);
  REQUIRE(out);
  CHECK(out->dialect->carrier == carrier::http);
  return std::move(out->plan);
}

unsigned refusal(const http_call& x) {
  auto out = plan(x);
  REQUIRE(out.answer);
  return out.answer->status;
}

std::string at(const std::string& json, const char* where) {
  auto x = parse_json(json);
  REQUIRE_MESSAGE(x.has_value(), json);
  const auto* found = rapidjson::Pointer(where).Get(*x);
  return !found              ? "-"
         : found->IsString() ? found->GetString()
                             : write_json(*found);
}

const std::string rtp = R"("rtpParameters":{"codecs":[{"mimeType":)"
                        R"("audio/opus","payloadType":100,"clockRate":48000,)"
                        R"("channels":2,"parameters":{"sprop-stereo":1}}],)"
                        R"("encodings":[{"ssrc":1111}]})";

const std::string me =
    R"({"id":"cam","displayName":"Camera","device":{"name":"FFmpeg"}})";

/// One client, whose requests are numbered in order.
struct client {
  client() {
    auto found = read_http_call(call("POST", {"r", "broadcasters"}, me));
    REQUIRE(found);
    handshake hello;
    hello.carrier = carrier::http;
    hello.query = {{"roomId", "r"}, {"peerId", "cam"}};
    REQUIRE(find_dialect(hello) == found->dialect);
    connection = found->dialect->make(hello, *random, now);
  }

  void send(const http_call& x) {
    auto wanted = plan(x);
    REQUIRE_MESSAGE(!wanted.answer, wanted.answer->body);
    CHECK(wanted.room == room_id{"r"});
    CHECK(wanted.client == peer_id{"cam"});
    connection->handle_frame({number_frame(++number, wanted.frame), false},
                             now);
  }

  /// Makes an HTTP call and returns the one request that results.
  template <class Verb>
  Verb ask(const http_call& x) {
    send(x);
    auto asked = connection->poll_request();
    REQUIRE(asked);
    token = asked->token;
    REQUIRE(std::holds_alternative<Verb>(asked->request));
    return std::get<Verb>(asked->request);
  }

  http_answer answer() {
    auto out = connection->poll_frame();
    REQUIRE(out);
    std::string_view text = out->payload;
    CHECK(take_number(text) == number);
    auto read = read_answer(text);
    REQUIRE(read);
    return *read;
  }

  http_answer answer(const outcome& x) {
    connection->handle_outcome(token, x);
    return answer();
  }

  void join(std::vector<participant> others = {}) {
    ask<verb::join>(call("POST", {"r", "broadcasters"}, me));
    CHECK(answer(success{reply::joined{peer_id{"cam"}, std::move(others), {}}})
              .status
          == 200);
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  net::time_point now{1h};
  std::unique_ptr<dialect> connection;
  uint64_t number = 0;
  request_token token = 0;
};

} // namespace

TEST_CASE("a GET for a room returns its capabilities") {
  auto out = plan(call("GET", {"r"}));
  REQUIRE(out.answer);
  CHECK(out.answer->status == 200);
  CHECK(out.room == room_id{"r"});
  CHECK(at(out.answer->body, "/codecs/0/mimeType") == "audio/opus");
}

TEST_CASE("a path that no broadcaster method matches is left to others") {
  for (auto path : std::vector<std::vector<std::string>>{
           {},
           {""},
           {"r", "elsewhere"},
           {"r", "broadcasters", "cam", "elsewhere"},
           {"r", "broadcasters", "cam", "transports", "t", "produce"},
           {"r", "broadcasters", "cam", "transports", "t", "a", "b", "c"}})
    CHECK_FALSE(read_http_call(call("POST", path)));
  http_call elsewhere;
  elsewhere.path = {"assets", "r"};
  CHECK_FALSE(read_http_call(elsewhere));
}

TEST_CASE("a wrong method, body or content type is refused") {
  CHECK(refusal(call("POST", {"r"})) == 405);
  CHECK(refusal(call("GET", {"r", "broadcasters"})) == 405);
  CHECK(refusal(call("GET", {"r", "broadcasters", "cam"})) == 405);
  CHECK(refusal(call("POST", {"r", "broadcasters"}, "{")) == 400);
  CHECK(refusal(call("POST", {"r", "broadcasters"}, "[]")) == 400);
  CHECK(refusal(call("POST", {"r", "broadcasters"}, "{}")) == 400);
  auto form = call("POST", {"r", "broadcasters"}, me);
  form.content_type = "application/x-www-form-urlencoded";
  CHECK(refusal(form) == 415);
}

TEST_CASE("a broadcaster joins under its own id, as a device of its kind") {
  client x;
  auto verb = x.ask<verb::join>(call("POST", {"r", "broadcasters"}, me));
  CHECK(verb.room == room_id{"r"});
  CHECK(verb.peer == peer_id{"cam"});
  CHECK(verb.name == "Camera");
  CHECK(at(verb.device.text, "/flag") == "broadcaster");
  CHECK(at(verb.device.text, "/name") == "FFmpeg");
  CHECK(verb.rights.moderate == false);
  // Another client could take over an id chosen by the client.
  CHECK_FALSE(verb.named_by_client);
  participant bob{peer_id{"bob"}, "Bob"};
  auto response = x.answer(success{reply::joined{
      peer_id{"cam"},
      {bob},
      {{producer_id{"p"}, bob.id, media_kind::audio, false, {}}}}});
  CHECK(response.status == 200);
  CHECK(at(response.body, "/peers") == "[]");
}

TEST_CASE("a broadcaster that can receive is sent the others' producers") {
  client x;
  auto asks = me;
  asks.insert(asks.size() - 1, R"(,"rtpCapabilities":{"codecs":[]})");
  auto verb = x.ask<verb::join>(call("POST", {"r", "broadcasters"}, asks));
  CHECK(verb.capabilities);
  participant bob{peer_id{"bob"}, "Bob"};
  auto response = x.answer(success{reply::joined{
      peer_id{"cam"},
      {{peer_id{"cam"}, "Camera"}, bob},
      {{producer_id{"p"}, bob.id, media_kind::audio, false, {}}}}});
  CHECK(at(response.body, "/peers/0/id") == "bob");
  CHECK(at(response.body, "/peers/0/displayName") == "Bob");
  CHECK(at(response.body, "/peers/0/producers/0/id") == "p");
  CHECK(at(response.body, "/peers/0/producers/0/kind") == "audio");
  CHECK(at(response.body, "/peers/1") == "-");
}

TEST_CASE("a broadcaster that cannot join gets the error and is closed") {
  client x;
  x.ask<verb::join>(call("POST", {"r", "broadcasters"}, me));
  CHECK(x.answer(make_error(error_code::forbidden)).status == 403);
  CHECK(x.connection->poll_close());
}

TEST_CASE(
    "a plain transport returns its address, with or without an RTCP port") {
  client x;
  x.join();
  auto path =
      std::vector<std::string>{"r", "broadcasters", "cam", "transports"};
  auto verb = x.ask<verb::create_transport>(
      call("POST", path, R"({"type":"plain","comedia":true})"));
  REQUIRE(verb.plain);
  CHECK_FALSE(verb.plain->rtcp_mux);
  CHECK(verb.plain->comedia);
  reply::transport_created made;
  made.id = transport_id{"t"};
  made.plain = plain_address{"127.0.0.1", 4000, 4001};
  auto response = x.answer(success{made});
  CHECK(response.body
        == R"({"id":"t","ip":"127.0.0.1","port":4000,"rtcpPort":4001})");
  verb = x.ask<verb::create_transport>(
      call("POST", path, R"({"type":"plain","rtcpMux":true})"));
  CHECK(verb.plain->rtcp_mux);
  made.plain->rtcp_port.reset();
  CHECK(x.answer(success{made}).body
        == R"({"id":"t","ip":"127.0.0.1","port":4000})");
  CHECK_FALSE(
      x.ask<verb::create_transport>(call("POST", path, R"({"type":"webrtc"})"))
          .plain);
  CHECK_FALSE(x.ask<verb::create_transport>(
                   call("POST", path, R"({"type":"plain","comedia":false})"))
                  .plain->comedia);
  x.answer(success{made});
  for (const auto* bad :
       {R"({"type":"plain","comedia":1})", R"({"type":"plain","rtcpMux":"x"})",
        R"({"type":"pipe"})", "{}"}) {
    x.send(call("POST", path, bad));
    CHECK(x.answer().status == 400);
    CHECK(x.connection->poll_refusal() == error_code::bad_request);
    CHECK_FALSE(x.connection->poll_request());
  }
}

TEST_CASE("a client that receives on a plain transport sends its address") {
  client x;
  x.join();
  const std::vector<std::string> path{"r", "broadcasters", "cam", "transports",
                                      "t", "connect"};
  auto verb = x.ask<verb::connect_transport>(
      call("POST", path, R"({"ip":"192.0.2.1","port":4000,"rtcpPort":4001})"));
  CHECK(verb.transport == transport_id{"t"});
  REQUIRE(verb.plain);
  CHECK(verb.plain->ip == "192.0.2.1");
  CHECK(verb.plain->port == 4000);
  CHECK(verb.plain->rtcp_port == 4001);
  CHECK(x.answer(success{reply::transport_connected{transport_id{"t"}}}).body
        == "{}");
  verb = x.ask<verb::connect_transport>(
      call("POST", path, R"({"ip":"::1","port":65535})"));
  CHECK_FALSE(verb.plain->rtcp_port);
  x.answer(success{reply::transport_connected{transport_id{"t"}}});
  auto complaint = [&](const char* body) {
    x.send(call("POST", path, body));
    CHECK(x.connection->poll_refusal() == error_code::bad_request);
    CHECK_FALSE(x.connection->poll_request());
    const auto answer = parse_json(x.answer().body);
    return std::string{(*answer)["error"]["message"].GetString()};
  };
  CHECK(complaint("{}") == "dtlsParameters: missing");
  CHECK(complaint(R"({"ip":"::1"})") == "port: missing");
  CHECK(complaint(R"({"ip":1,"port":1})") == "ip: must be a string");
  CHECK(complaint(R"({"ip":"::1","port":65536})")
        == "port: must be 1 to 65535");
  CHECK(complaint(R"({"ip":"::1","port":5,"rtcpPort":"6"})")
        == "rtcpPort: must be 1 to 65535");
}

TEST_CASE("requests on a transport take its id from the path") {
  client x;
  x.join();
  auto path = [](std::vector<std::string> rest) {
    rest.insert(rest.begin(), {"r", "broadcasters", "cam", "transports", "t"});
    return rest;
  };
  auto made = x.ask<verb::produce>(
      call("POST", path({"producers"}), R"({"kind":"audio",)" + rtp + "}"));
  CHECK(made.transport == transport_id{"t"});
  CHECK(made.parameters.encodings.at(0).ssrc == 1111);
  CHECK(x.answer(success{reply::produced{producer_id{"p"}}}).body
        == R"({"id":"p"})");
  for (const auto* name : {"consume", "consumers"}) {
    auto wants = call("POST", path({name}));
    wants.query = {{"producerId", "q"}};
    auto consumed = x.ask<verb::consume>(wants);
    CHECK(consumed.transport == transport_id{"t"});
    CHECK(consumed.producer == producer_id{"q"});
    CHECK_FALSE(consumed.paused);
    CHECK(x.answer(make_error(error_code::producer_not_found)).status == 404);
  }
  x.send(call("POST", path({"consume"})));
  CHECK(x.answer().status == 400);
  auto data = x.ask<verb::produce_data>(
      call("POST", path({"produce", "data"}),
           R"({"label":"chat","sctpStreamParameters":{"streamId":1}})"));
  CHECK(data.transport == transport_id{"t"});
  x.answer(make_error(error_code::unsupported));
  auto consume = x.ask<verb::consume_data>(
      call("POST", path({"consume", "data"}), R"({"dataProducerId":"d"})"));
  CHECK(consume.data_producer == data_producer_id{"d"});
  reply::data_consumed ear;
  ear.id = data_consumer_id{"e"};
  ear.stream.stream_id = 3;
  CHECK(x.answer(success{ear}).body == R"({"id":"e","streamId":3})");
}

TEST_CASE("a DELETE is answered only after the broadcaster has left") {
  client x;
  x.join();
  x.ask<verb::leave>(call("DELETE", {"r", "broadcasters", "cam"}));
  CHECK_FALSE(x.connection->poll_frame());
  CHECK(x.answer(success{reply::ok{}}).status == 200);
  auto end = x.connection->poll_close();
  REQUIRE(end);
  CHECK(end->code == 1000);
}

TEST_CASE("a broadcaster leaves 10 s after the last other member") {
  client x;
  participant bob{peer_id{"bob"}, "Bob"};
  participant other{peer_id{"dog"}, "Dog cam"};
  other.device.text = R"({"flag":"broadcaster","name":"x"})";
  x.join({bob, other});
  auto pass = [&](net::duration time) {
    x.now += time;
    while (auto due = x.connection->poll_timeout()) {
      if (*due > x.now)
        break;
      x.connection->handle_timeout(x.now);
    }
  };
  pass(1h);
  CHECK_FALSE(x.connection->poll_timeout());
  x.connection->handle_event(event::peer_left{bob.id});
  pass(9s);
  // In time: the page was reloaded.
  x.connection->handle_event(event::peer_joined{bob});
  pass(1h);
  CHECK_FALSE(x.connection->poll_close());
  x.connection->handle_event(event::peer_left{bob.id});
  pass(0s);
  pass(9s);
  CHECK_FALSE(x.connection->poll_close());
  pass(2s);
  CHECK(x.connection->poll_close());
}

TEST_CASE("a broadcaster stays while no other member has joined yet") {
  client x;
  x.join();
  CHECK_FALSE(x.connection->poll_timeout());
  x.connection->handle_event(event::peer_left{peer_id{"stranger"}});
  CHECK_FALSE(x.connection->poll_timeout());
}
