#include "protocol/dialects/common/socketio_session.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace troupe::protocol;
using namespace std::chrono_literals;
namespace net = troupe::net;

namespace {

struct fixture {
  explicit fixture(socketio_config config = {})
      : session(std::move(config), *random, now) {}

  void text(const std::string& x) {
    session.handle_frame({x, false}, now);
  }

  void binary(const std::string& x) {
    session.handle_frame({x, true}, now);
  }

  void connect() {
    text("0");
    REQUIRE(next<socketio_connected>());
    REQUIRE(session.poll_frame());
  }

  template <class T>
  std::optional<T> next() {
    auto input = session.poll_input();
    if (!input || !std::holds_alternative<T>(*input))
      return std::nullopt;
    return std::move(std::get<T>(*input));
  }

  std::string frame_text() {
    auto x = session.poll_frame();
    return x ? x->payload : "nothing";
  }

  int closed() {
    auto x = session.poll_close();
    return x ? x->code : 0;
  }

  net::time_point now;
  std::unique_ptr<net::rng> random = net::make_seeded_rng(7);
  socketio_session session;
};

socketio_config two_namespaces() {
  socketio_config config;
  config.namespaces.insert("/custom");
  return config;
}

} // namespace

TEST_CASE("CONNECT is answered with a sid and yields the client's auth") {
  fixture f;
  f.text(R"(0{"token":"123"})");
  auto input = f.next<socketio_connected>();
  REQUIRE(input);
  CHECK_EQ(input->nsp, "/");
  CHECK_EQ(input->sid.size(), 24);
  CHECK_EQ(write_json(input->auth), R"({"token":"123"})");
  CHECK_EQ(f.frame_text(), R"(0{"sid":")" + input->sid + "\"}");
  CHECK(f.session.connected("/"));
}

TEST_CASE("sids do not repeat") {
  fixture f;
  std::set<std::string> sids;
  for (int i = 0; i < 10'000; ++i) {
    f.text("0");
    sids.insert(f.next<socketio_connected>()->sid);
    f.text("1");
    REQUIRE(f.next<socketio_disconnected>());
    REQUIRE(f.session.poll_frame());
  }
  CHECK_EQ(sids.size(), 10'000);
}

TEST_CASE("namespaces are connected and disconnected independently") {
  fixture f(two_namespaces());
  f.connect();
  f.text(R"(0/custom,{"token":"abc"})");
  auto custom = f.next<socketio_connected>();
  REQUIRE(custom);
  CHECK_EQ(custom->nsp, "/custom");
  CHECK_EQ(f.frame_text(), R"(0/custom,{"sid":")" + custom->sid + "\"}");
  f.session.emit("/custom", R"(["auth",{}])");
  CHECK_EQ(f.frame_text(), R"(2/custom,["auth",{}])");
  f.text("1/custom");
  CHECK_EQ(f.next<socketio_disconnected>()->nsp, "/custom");
  f.session.emit("/custom", R"(["lost"])");
  f.session.acknowledge("/custom", 1, "[]");
  f.text(R"(2["message"])");
  CHECK_EQ(f.next<socketio_event>()->nsp, "/");
  CHECK_FALSE(f.session.poll_frame());
  CHECK_EQ(f.closed(), 0);
}

TEST_CASE("an event is acknowledged by its id") {
  fixture f;
  f.connect();
  f.text(R"(2456["message",1,"2",{"3":[false]}])");
  auto event = f.next<socketio_event>();
  REQUIRE(event);
  CHECK_EQ(event->name(), "message");
  CHECK(event->id == 456);
  f.session.acknowledge("/", *event->id, R"([1,"2"])");
  CHECK_EQ(f.frame_text(), R"(3456[1,"2"])");
}

TEST_CASE("a binary event is complete with its last attachment") {
  fixture f;
  f.connect();
  f.text(
      R"(52-789["m",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  f.binary("\x01\x02");
  CHECK_FALSE(f.session.poll_input());
  f.binary("\x03");
  auto event = f.next<socketio_event>();
  REQUIRE(event);
  CHECK(event->attachments == std::vector<std::string>{"\x01\x02", "\x03"});
  f.session.acknowledge("/", *event->id, R"([{"_placeholder":true,"num":0}])",
                        {event->attachments[1]});
  CHECK_EQ(f.frame_text(), R"(61-789[{"_placeholder":true,"num":0}])");
  auto attachment = f.session.poll_frame();
  REQUIRE(attachment);
  CHECK(*attachment == frame{"\x03", true});
}

TEST_CASE("a binary event without attachments is complete at once") {
  fixture f;
  f.connect();
  f.text(R"(50-["m"])");
  CHECK(f.next<socketio_event>());
  f.text(R"(2["m"])");
  CHECK(f.next<socketio_event>());
}

TEST_CASE("acknowledgements from the client are ignored") {
  fixture f;
  f.connect();
  f.text("35[1]");
  f.text(R"(61-5[{"_placeholder":true,"num":0}])");
  f.binary("x");
  CHECK_FALSE(f.session.poll_input());
  CHECK_EQ(f.closed(), 0);
}

TEST_CASE("an unknown namespace is refused and the connection stays") {
  fixture f;
  f.text("0/random");
  CHECK_EQ(f.frame_text(), R"(4/random,{"message":"Invalid namespace"})");
  CHECK_FALSE(f.session.poll_input());
  CHECK_EQ(f.closed(), 0);
}

TEST_CASE("a packet that the state does not allow closes the connection") {
  const std::vector<std::vector<frame>> cases{
      {{R"(2["m"])", false}},       // before CONNECT
      {{"1", false}},               // likewise
      {{"0", false}, {"0", false}}, // twice
      {{"0", false}, {R"(4{"message":"x"})", false}},
      {{"0", false}, {R"(2/custom,["m"])", false}}, // not connected
      {{"0", false}, {"x", true}},                  // no packet expects it
      {{"0", false}, {"1", false}, {R"(2["m"])", false}},
      {{"0", false},
       {R"(51-["m",{"_placeholder":true,"num":0}])", false},
       {R"(2["m"])", false}}, // text amid attachments
      {{"0", false}, {"abc", false}},
      {{"0", false}, {"2{}", false}},
  };
  for (const auto& frames : cases) {
    CAPTURE(frames.back().payload);
    fixture f(two_namespaces());
    for (const auto& x : frames)
      f.session.handle_frame(x, f.now);
    while (f.session.poll_frame()) {
    }
    CHECK_EQ(f.closed(), 1002);
    CHECK_EQ(f.closed(), 0);
  }
}

TEST_CASE("nothing is read or sent after the close") {
  fixture f;
  f.connect();
  f.text("2{}");
  f.text(R"(2["m"])");
  f.session.emit("/", R"(["m"])");
  CHECK_FALSE(f.session.poll_input());
  CHECK_FALSE(f.session.poll_frame());
  CHECK_FALSE(f.session.poll_timeout());
}

TEST_CASE("the close comes after the last frame") {
  fixture f;
  f.text("0");
  f.text("0");
  CHECK_EQ(f.closed(), 0);
  CHECK(f.session.poll_frame());
  CHECK_EQ(f.closed(), 1002);
}

TEST_CASE("large packets close with 1009") {
  fixture f;
  f.connect();
  SUBCASE("text") {
    f.text("2[\"m\",\"" + std::string(300'000, 'x') + "\"]");
  }
  SUBCASE("attachments") {
    f.text(
        R"(52-["m",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    f.binary(std::string(200'000, 'x'));
    CHECK_EQ(f.closed(), 0);
    f.binary(std::string(200'000, 'x'));
  }
  CHECK_EQ(f.closed(), 1009);
}

TEST_CASE("a client in no namespace is closed after the connect timeout") {
  socketio_config config;
  config.connect_timeout = 5s;
  fixture f(config);
  REQUIRE(f.session.poll_timeout());
  CHECK(*f.session.poll_timeout() == f.now + 5s);
  f.session.handle_timeout(f.now + 5s - 1ns);
  CHECK_EQ(f.closed(), 0);
  SUBCASE("a client that never connected") {
    f.session.handle_timeout(f.now + 5s);
    CHECK_EQ(f.closed(), 1008);
  }
  SUBCASE("a client that requested only an unknown namespace") {
    f.text("0/random");
    REQUIRE(f.session.poll_frame());
    f.session.handle_timeout(f.now + 5s);
    CHECK_EQ(f.closed(), 1008);
  }
  SUBCASE("but not a client that is connected") {
    f.connect();
    CHECK_FALSE(f.session.poll_timeout());
    f.session.handle_timeout(f.now + 60s);
    CHECK_EQ(f.closed(), 0);
  }
  SUBCASE("a client that has left its last namespace") {
    f.connect();
    f.now += 60s;
    f.text("1");
    f.session.handle_timeout(f.now + 4s);
    CHECK_EQ(f.closed(), 0);
    f.session.handle_timeout(f.now + 5s);
    CHECK_EQ(f.closed(), 1008);
  }
}

TEST_CASE("a client that needs admission waits until it is admitted") {
  socketio_config config;
  config.admission_required = true;
  fixture f{config};
  f.text(R"(0{"token":"123"})");
  auto wanted = f.next<socketio_connect_request>();
  REQUIRE(wanted);
  CHECK_EQ(wanted->nsp, "/");
  CHECK_EQ(write_json(wanted->auth), R"({"token":"123"})");
  CHECK_EQ(f.frame_text(), "nothing");
  CHECK_FALSE(f.session.connected("/"));
  // The deadline remains: a client that is never admitted is closed.
  CHECK(f.session.poll_timeout());

  f.session.admit("/");
  auto input = f.next<socketio_connected>();
  REQUIRE(input);
  CHECK_EQ(write_json(input->auth), R"({"token":"123"})");
  CHECK_EQ(f.frame_text(), R"(0{"sid":")" + input->sid + "\"}");
  CHECK(f.session.connected("/"));
  f.session.admit("/");
  CHECK_FALSE(f.session.poll_input());
}

TEST_CASE("a client that is denied may try again on the same connection") {
  socketio_config config;
  config.admission_required = true;
  fixture f{config};
  f.text("0");
  REQUIRE(f.next<socketio_connect_request>());
  f.session.deny("/", R"({"message":"unauthorized"})");
  CHECK_EQ(f.frame_text(), R"(4{"message":"unauthorized"})");
  CHECK_FALSE(f.session.connected("/"));
  f.session.admit("/");
  CHECK_EQ(f.frame_text(), "nothing");
  f.text("0");
  CHECK(f.next<socketio_connect_request>());
  CHECK_EQ(f.closed(), 0);
}

TEST_CASE("a client that sends a packet before it is admitted is closed") {
  for (std::string text : {R"(2["hi"])", "0", "1"}) {
    CAPTURE(text);
    socketio_config config;
    config.admission_required = true;
    fixture f{config};
    f.text("0");
    REQUIRE(f.next<socketio_connect_request>());
    f.text(text);
    CHECK_EQ(f.closed(), 1002);
    f.session.admit("/");
    CHECK_FALSE(f.session.connected("/"));
  }
}
namespace {

std::string reversed(std::string_view secret) {
  return {secret.rbegin(), secret.rend()};
}

} // namespace

TEST_CASE("clients get a pid if sids can be derived") {
  socketio_config config;
  config.derive_sid = reversed;
  std::string shown;
  std::string sid;
  {
    fixture x{config};
    x.text("0");
    auto connected = x.next<socketio_connected>();
    REQUIRE(connected);
    CHECK(connected->derived);
    sid = connected->sid;
    auto reply = x.frame_text();
    auto at = reply.find(R"("pid":")");
    REQUIRE(at != std::string::npos);
    shown = reply.substr(at + 7, reply.size() - at - 9);
    CHECK(reversed(sid) == shown.substr(9));
  }
  fixture x{config};
  x.text(R"(0{"pid":")" + shown + R"(","offset":"y"})");
  auto again = x.next<socketio_connected>();
  REQUIRE(again);
  CHECK(again->sid == sid);
  // The same pid would tell the client that it had missed no event.
  CHECK(x.frame_text().find(shown) == std::string::npos);
}

TEST_CASE("an invalid pid is ignored") {
  socketio_config config;
  config.derive_sid = reversed;
  for (const char* pid : {R"("")", "7", R"("12345678.short")",
                          R"("12345678.0123456789abcdefghijkl\"n")",
                          R"("123456789.0123456789abcdefghijklmn")"}) {
    CAPTURE(pid);
    fixture x{config};
    x.text(std::string{R"(0{"pid":)"} + pid + "}");
    auto connected = x.next<socketio_connected>();
    REQUIRE(connected);
    CHECK(std::string{pid}.find(reversed(connected->sid)) == std::string::npos);
    CHECK(connected->sid.size() == 24);
  }
}

TEST_CASE("the plain protocol has no pid") {
  fixture x;
  x.text(R"(0{"pid":"12345678.0123456789abcdefghijklmn"})");
  auto connected = x.next<socketio_connected>();
  REQUIRE(connected);
  CHECK_FALSE(connected->derived);
  CHECK(x.frame_text() == R"(0{"sid":")" + connected->sid + "\"}");
}

TEST_CASE("a client that is disconnected from a namespace is notified once") {
  fixture x;
  x.connect();
  x.session.disconnect("/");
  CHECK(x.frame_text() == "1");
  x.session.disconnect("/");
  CHECK_FALSE(x.session.poll_frame());
  CHECK_FALSE(x.session.connected("/"));
}
