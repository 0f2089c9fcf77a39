#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_node.hpp"
#include "tests/net/io/support/client.hpp"

#include <thread>

using namespace troupe;
using namespace troupe::test;

namespace {

/// A running node with the views of its operator.
struct watched_node : running_node {
  using running_node::running_node;

  net::testing::http_reply get(const std::string& path) const {
    return net::testing::http(port(), "GET", path);
  }

  /// Whether the metrics page has that line.
  bool shows(const std::string& line) const {
    return get("/metrics").body.find("\n" + line + "\n") != std::string::npos;
  }
};

} // namespace

TEST_CASE("metrics show a call while it exists, and its traffic after it") {
  watched_node node;
  CHECK(node.get("/metrics").status == 200);
  CHECK(node.shows("troupe_rooms 0"));
  uint16_t sent = 0;
  size_t received = 0;
  {
    live_client ann{node.port(), "r", "ann"};
    live_client bob{node.port(), "r", "bob"};
    live_transport up{client_dtls()};
    live_transport down{client_dtls()};
    ann.open(up, "send", client_dtls());
    bob.open(down, "recv", client_dtls());
    REQUIRE(drive({&up, &down},
                  [&] { return up.connected() && down.connected(); }));
    ann.produce(audio_track(1111));
    bob.consume();
    // A consumer is announced before its shard knows the producer.
    REQUIRE(drive({&up, &down}, [&] {
      if (down.rtp.empty())
        up.send_rtp(audio(1111, sent++));
      return !down.rtp.empty();
    }));
    for (int i = 0; i < 50; ++i)
      up.send_rtp(audio(1111, sent++));
    REQUIRE(drive({&up, &down}, [&] {
      return payload_number(down.rtp.back()) == static_cast<uint16_t>(sent - 1);
    }));
    received = down.rtp.size();
    CHECK(received > 50);
    for (std::string line :
         {"troupe_rooms 1", "troupe_sessions 2", "troupe_peers 2",
          "troupe_producers 1", "troupe_consumers 1",
          "troupe_transports{kind=\"udp\",phase=\"connected\"} 2",
          "troupe_join_seconds_count 2", "troupe_connect_seconds_count 2"}) {
      CAPTURE(line);
      CHECK(node.shows(line));
    }
    ann.leave();
    bob.leave();
  }
  const std::vector<std::string> lines{
      "troupe_rooms 0",
      "troupe_sessions 0",
      "troupe_peers 0",
      "troupe_producers 0",
      "troupe_consumers 0",
      "troupe_shards 0",
      "troupe_transports{kind=\"udp\",phase=\"connected\"} 0",
      "troupe_rtp_packets_received_total " + std::to_string(sent),
      "troupe_rtp_packets_sent_total " + std::to_string(received)};
  for (const auto& line : lines) {
    CAPTURE(line);
    CHECK(eventually([&] { return node.shows(line); }));
  }
}

TEST_CASE("metrics show refused requests") {
  watched_node node;
  live_client ann{node.port(), "r", "ann"};
  auto refused = ann.request("resume-consumer", R"({"consumerId":"none"})");
  CHECK(text_at(refused, "/type") == "error");
  CHECK(node.shows(
      "troupe_requests_refused_total{code=\"consumer-not-found\"} 1"));
}

TEST_CASE("a server that is open is alive and ready") {
  watched_node node;
  CHECK(node.get("/healthz").status == 200);
  CHECK(node.get("/readyz").status == 200);
}

TEST_CASE("a draining server opens no room, and existing calls continue") {
  watched_node node;
  CHECK_FALSE(node.server.drained());
  {
    live_client ann{node.port(), "r", "ann"};
    ann.request("get-producers");
    node.server.drain(std::chrono::hours{1});
    auto notice = ann.push("server-draining");
    CHECK(number_at(notice, "/data/seconds") == 3600);
    CHECK(node.get("/healthz").status == 200);
    CHECK(node.get("/readyz").status == 503);
    CHECK(node.shows("troupe_draining 1"));
    net::testing::ws_client late{node.port(), "/socket?auth=eve&channelId=x"};
    REQUIRE(late.reply().status == 101);
    auto refusal = late.text();
    CHECK(refusal.find("overloaded") != std::string::npos);
    CHECK(refusal.find("closing for maintenance") != std::string::npos);
    CHECK(late.close_code() == 1013);
    // A member of an existing call can still join or return.
    live_client bob{node.port(), "r", "bob"};
    bob.request("get-producers");
    auto also = number_at(bob.push("server-draining"), "/data/seconds");
    CHECK(also > 3500);
    CHECK(also <= 3600);
    CHECK_FALSE(node.server.drained());
    ann.leave();
    bob.leave();
  }
  CHECK(eventually([&] { return node.server.drained(); }));
}

TEST_CASE("a client that joins a draining server is notified in its dialect") {
  watched_node node;
  live_client ann{node.port(), "r", "ann"};
  ann.request("get-producers");
  node.server.drain(std::chrono::hours{1});
  auto read_until = [](net::testing::ws_client& x, const std::string& what) {
    for (;;) {
      auto frame = x.read();
      REQUIRE_MESSAGE(frame, "nothing with " << what);
      if (frame->data.find(what) != std::string::npos)
        return frame->data;
    }
  };
  net::testing::ws_client pia{node.port(), "/?roomId=r&peerId=pia",
                              "Sec-WebSocket-Protocol: protoo\r\n"};
  pia.send_text(R"({"request":true,"id":1,"method":"join","data":)"
                R"({"displayName":"Pia","device":{}}})");
  // After the response, and not before the member is announced.
  CHECK(read_until(pia, "\"id\":1").find("\"ok\":true") != std::string::npos);
  CHECK(read_until(pia, "serverDraining").find("\"seconds\":")
        != std::string::npos);
  net::testing::ws_client eve{node.port(),
                              "/socket.io/?EIO=4&transport=websocket"};
  eve.send_text("40");
  eve.send_text(R"(421["joinRoom","r","eve"])");
  // `rooms` also responds once a transport exists.
  CHECK(read_until(eve, "serverDraining").starts_with("42["));
  CHECK(read_until(eve, "431[").find("error") == std::string::npos);
  eve.send_text(R"(422["createRoom","elsewhere"])");
  CHECK(read_until(eve, "432[").find("closing for maintenance")
        != std::string::npos);
  eve.send_text(R"(423["joinRoom","r","eve"])");
  CHECK(read_until(eve, "433[").find("error") == std::string::npos);
}

TEST_CASE("a draining server ends in time even with members present") {
  watched_node node;
  live_client ann{node.port(), "r", "ann"};
  ann.request("get-producers");
  node.server.drain(std::chrono::seconds{0});
  CHECK(node.server.drained());
}
