#include "bench/load/signaling/dialect_wire.hpp"
#include "bench/load/signaling/messages.hpp"
#include "protocol/dialects/common/dialect.hpp"
#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"
#include "tests/protocol/dialects/canonical.hpp"
#include "tests/support/source_tree.hpp"

#include <doctest/doctest.h>

#include <array>
#include <fstream>

/// The generator's dialects against the server's own, and against the
/// transcripts that the server must conform to.
namespace troupe::test {

namespace {

using namespace load;

const join_target alice{"daily", "alice"};

protocol::handshake handshake_of(const std::string& target) {
  protocol::handshake out;
  auto question = target.find('?');
  out.path = target.substr(0, question);
  out.carrier = out.path.starts_with("/socket.io")
                    ? protocol::carrier::socketio
                    : protocol::carrier::websocket;
  auto rest = target.substr(question + 1);
  while (!rest.empty()) {
    auto pair = rest.substr(0, rest.find('&'));
    rest.erase(0, pair.size() + 1);
    out.query[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  }
  return out;
}

// A client and the server's dialect, connected directly.
class talk {
public:
  explicit talk(dialect x) : wire_(make_wire(x, alice)) {
    auto hello = handshake_of(wire_->target());
    const auto* entry = protocol::find_dialect(hello);
    REQUIRE(entry);
    REQUIRE_FALSE(entry->refuses(hello));
    socketio_ = hello.carrier == protocol::carrier::socketio;
    server_ = entry->make(hello, *random_, {});
    if (!socketio_) {
      CHECK_EQ(next_request(), "join room=daily peer=alice name=alice");
      answer("joined alice people=alice:alice:-");
    }
  }

  // Sends a frame of the client's to the server.
  void send(const std::string& frame) {
    REQUIRE((!socketio_ || frame.starts_with("4")));
    server_->handle_frame({frame.substr(socketio_ ? 1 : 0), false}, {});
  }

  // The request as the server decodes it.
  std::string ask(method what, const std::string& payload) {
    send(wire_->encode(++id_, what, payload));
    return next_request();
  }

  void answer(const std::string& line) {
    server_->handle_outcome(token_, parse_outcome(line));
  }

  void notify(const std::string& event) {
    server_->handle_event(parse_event(event));
  }

  received_frame receive() {
    auto frame = server_->poll_frame();
    REQUIRE(frame);
    return wire_->decode((socketio_ ? "4" : "") + frame->payload);
  }

  // The payload of the answer to the last request.
  rapidjson::Document receive_answer() {
    auto x = receive();
    auto* found = std::get_if<received_answer>(&x);
    REQUIRE(found);
    CHECK_EQ(found->id, id_);
    CHECK_EQ(found->error, "");
    return std::move(found->data);
  }

  dialect_wire& wire() {
    return *wire_;
  }

  // Enters the room as dialect B does.
  void enter() {
    if (!socketio_)
      return;
    auto ping = wire_->decode(R"(0{"sid":"x","upgrades":[]})");
    REQUIRE(std::holds_alternative<received_ping>(ping));
    send(std::get<received_ping>(ping).reply);
    auto ready = receive();
    REQUIRE(std::holds_alternative<received_ready>(ready));
    auto sid = std::get<received_ready>(ready).peer;
    CHECK_FALSE(sid.empty());
    CHECK_EQ(ask(method::join, encode_join("{}")),
             "join room=daily peer=" + sid + " name=alice capabilities");
    answer("joined " + sid + " people=" + sid + ":alice:- "
           + "producers=p1:bob:audio");
    auto producers = decode_producers(receive_answer());
    REQUIRE_EQ(producers.size(), 1);
    CHECK_EQ(producers[0].id, "p1");
    CHECK_EQ(producers[0].peer, "bob");
  }

private:
  std::string next_request() {
    auto next = server_->poll_request();
    REQUIRE(next);
    token_ = next->token;
    return describe(next->request);
  }

  std::unique_ptr<dialect_wire> wire_;
  std::unique_ptr<net::rng> random_ = net::make_seeded_rng(1);
  std::unique_ptr<protocol::dialect> server_;
  bool socketio_ = false;
  uint64_t id_ = 0;
  protocol::request_token token_ = 0;
};

constexpr std::array both{dialect::ws, dialect::events};

const std::string& dictionary(const std::string& name) {
  return dictionaries().at(name);
}

} // namespace

TEST_CASE("the server understands each request of a client") {
  for (auto x : both) {
    CAPTURE(to_string(x));
    talk t{x};
    t.enter();
    CHECK_EQ(t.ask(method::create_transport, encode_create_transport(true)),
             "create_transport direction=send");
    t.answer("transport t1");
    CHECK_EQ(decode_transport(t.receive_answer()).id, "t1");
    CHECK_EQ(t.ask(method::create_transport, encode_create_transport(false)),
             "create_transport direction=recv");
    t.answer("transport t2");
    auto offer = decode_transport(t.receive_answer());
    CHECK_EQ(offer.id, "t2");
    CHECK_FALSE(offer.ice.password.empty());
    CHECK_NE(offer.udp().port, 0);
    CHECK_FALSE(offer.dtls.fingerprints.empty());
    CHECK_EQ(t.ask(method::consume,
                   encode_consume("t2", "p1", dictionary("<caps>"), true)),
             "consume transport=t2 producer=p1 capabilities paused");
    t.answer("consumed c1 of p1:bob:audio");
    auto consumer = decode_consumer(t.receive_answer());
    CHECK_EQ(consumer.id, "c1");
    CHECK_EQ(consumer.producer, "p1");
    CHECK_FALSE(consumer.parameters.codecs.empty());
    CHECK_EQ(t.ask(method::resume_consumer, encode_consumer("c1")),
             "resume_consumer consumer=c1");
    t.answer("consumers c1");
    t.receive_answer();
    CHECK_EQ(t.ask(method::pause_consumer, encode_consumer("c1")),
             "pause_consumer consumer=c1");
    t.answer("consumers c1");
    t.receive_answer();
    CHECK_EQ(t.ask(method::set_preferred_layers, encode_layers("c1", 2)),
             "set_preferred_layers consumer=c1 spatial=2");
    t.answer("ok");
    t.receive_answer();
    CHECK_EQ(t.ask(method::list_producers, "{}"), "list_producers");
    t.answer("producers p2:bob:video");
    auto producers = decode_producers(t.receive_answer());
    REQUIRE_EQ(producers.size(), 1);
    CHECK_EQ(producers[0].kind, protocol::media_kind::video);
    for (auto [what, verb] :
         {std::pair{method::pause_producer, "pause_producer producer=p9"},
          {method::resume_producer, "resume_producer producer=p9"},
          {method::close_producer, "close_producer producer=p9"}}) {
      CHECK_EQ(t.ask(what, encode_producer("p9")), verb);
      t.answer("ok");
      t.receive_answer();
    }
    CHECK_EQ(t.ask(method::request_key_frame, encode_consumer("c1")),
             "request_key_frame consumer=c1");
    t.answer("ok");
    t.receive_answer();
    CHECK_EQ(t.ask(method::leave, "{}"), "leave");
    t.answer("ok");
    t.receive_answer();
  }
}

TEST_CASE("the server reads a client's connect and produce parameters") {
  for (auto x : both) {
    CAPTURE(to_string(x));
    talk t{x};
    t.enter();
    auto dtls = protocol::decode_dtls_parameters(
        *protocol::parse_json(dictionary("<dtls>")));
    REQUIRE(dtls.has_value());
    CHECK_EQ(t.ask(method::connect_transport, encode_connect("t1", *dtls)),
             "connect_transport transport=t1 dtls");
    t.answer("connected t1");
    t.receive_answer();
    auto parameters = protocol::decode_rtp_parameters(
        *protocol::parse_json(dictionary("<rtp>")));
    REQUIRE(parameters.has_value());
    CHECK_EQ(
        t.ask(method::produce,
              encode_produce("t1", protocol::media_kind::audio, *parameters)),
        "produce transport=t1 kind=audio rtp");
    t.answer("produced p2");
    CHECK_EQ(decode_produced(t.receive_answer()), "p2");
  }
}

TEST_CASE("capabilities come in an envelope in B and without one in A") {
  for (auto x : both) {
    CAPTURE(to_string(x));
    talk t{x};
    t.enter();
    CHECK_EQ(t.ask(method::get_capabilities, "{}"),
             "get_capabilities room=daily");
    t.answer("capabilities");
    CHECK_FALSE(decode_capabilities(t.receive_answer()).codecs.empty());
  }
}

TEST_CASE("a refusal is the response to its request") {
  for (auto x : both) {
    CAPTURE(to_string(x));
    talk t{x};
    t.enter();
    t.ask(method::consume, encode_consume("t2", "p9", "{}", false));
    t.answer("error cannot-consume");
    auto frame = t.receive();
    auto* answer = std::get_if<received_answer>(&frame);
    REQUIRE(answer);
    CHECK_EQ(answer->error, "Cannot consume");
    CHECK_EQ(answer->code, "cannot-consume");
  }
}

TEST_CASE("a client refused by a busy server recognizes that") {
  auto x = make_wire(dialect::ws, alice)
               ->decode(R"({"type":"error","message":"Busy",)"
                        R"("data":{"message":"Busy","code":"overloaded"}})");
  auto* end = std::get_if<received_end>(&x);
  REQUIRE(end);
  CHECK_EQ(end->reason, "Busy");
  CHECK((signaling_error{end->reason, end->code}.is_busy()));
  CHECK_FALSE(signaling_error{"Busy"}.is_busy());
}

TEST_CASE("relevant pushes are read, others are not even parsed") {
  for (auto x : both) {
    CAPTURE(to_string(x));
    talk t{x};
    t.enter();
    t.notify("producer-added p3:bob:video");
    auto added = t.receive();
    auto* push = std::get_if<received_push>(&added);
    REQUIRE(push);
    CHECK_EQ(push->name, "new-producer");
    auto producer = decode_producer(push->data);
    CHECK_EQ(producer.id, "p3");
    CHECK_EQ(producer.peer, "bob");
    CHECK_EQ(producer.kind, protocol::media_kind::video);
    t.notify("producer-closed p3:bob");
    auto closed = t.receive();
    REQUIRE(std::holds_alternative<received_push>(closed));
    CHECK_EQ(decode_producer(std::get<received_push>(closed).data).id, "p3");
    t.notify("consumer-score c1:5:7:7");
    CHECK(std::holds_alternative<received_nothing>(t.receive()));
  }
}

TEST_CASE("Engine.IO's ping is answered with its payload") {
  auto wire = make_wire(dialect::events, alice);
  auto x = wire->decode("2probe");
  REQUIRE(std::holds_alternative<received_ping>(x));
  CHECK_EQ(std::get<received_ping>(x).reply, "3probe");
}

TEST_CASE("frames that are valid in no dialect end the connection") {
  for (const auto* x : {"", "hello", "[1]"})
    CHECK(std::holds_alternative<received_end>(
        make_wire(dialect::ws, alice)->decode(x)));
  for (const auto* x : {"", "1", "41", "44{\"message\":\"no\"}", "43", "43[]",
                        "43x[]", "431[{}]", "4", "42[]"})
    CHECK(std::holds_alternative<received_end>(
        make_wire(dialect::events, alice)->decode(x)));
}

TEST_CASE("a client accepts every frame of the transcripts") {
  for (auto x : both) {
    std::string path = in_source_tree("tests/data/transcripts/");
    path += x == dialect::ws ? "ws.txt" : "events.txt";
    std::ifstream in{path};
    REQUIRE(in);
    size_t frames = 0;
    auto wire = make_wire(x, alice);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("C: 42") && line.size() > 5
          && std::isdigit(static_cast<unsigned char>(line[5]))) {
        // The acknowledgement that follows belongs to this request.
        auto id = std::stoull(line.substr(5));
        wire->encode(id, method::set_preferred_layers, "{}");
      }
      if (!line.starts_with("S: "))
        continue;
      auto text = line.substr(3);
      for (const auto& [name, json] : dictionaries())
        for (auto at = text.find(name); at != text.npos; at = text.find(name))
          text.replace(at, name.size(), json);
      CAPTURE(text);
      auto what = wire->decode(text);
      auto complaint = text.find("error") != text.npos
                       || text.find("Invalid namespace") != text.npos;
      CHECK((complaint || !std::holds_alternative<received_end>(what)));
      ++frames;
    }
    CHECK_GT(frames, 30);
  }
}

TEST_CASE("producers are read from each response format") {
  auto read = [](const char* text) {
    return decode_producers(*protocol::parse_json(text));
  };
  CHECK(read("[]").empty());
  CHECK(read("{}").empty());
  auto bare = read(R"({"existingProducers":["p1","p2"]})");
  REQUIRE_EQ(bare.size(), 2);
  CHECK_EQ(bare[1].id, "p2");
  CHECK_FALSE(bare[1].kind);
  auto full = read(R"({"existingProducers":["p1"],
    "producers":[{"producerId":"p1","peerId":"x","kind":"audio"}]})");
  REQUIRE_EQ(full.size(), 1);
  CHECK_EQ(full[0].peer, "x");
  CHECK_THROWS_AS(read(R"([{"kind":"audio"}])"), signaling_error);
}

} // namespace troupe::test
