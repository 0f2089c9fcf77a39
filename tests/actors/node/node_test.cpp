#include "rtp/rtcp/compound.hpp"

#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_node.hpp"

#include <thread>

using namespace troupe;
using namespace troupe::test;

namespace {

uint16_t sequence_of(const octets& x) {
  return net::load_u16(&x[2]);
}

uint32_t ssrc_of(const octets& x) {
  return net::load_u32(&x[8]);
}

/// The first RTCP packet of that type in any compound, or nothing.
std::optional<octets> find_rtcp(const std::vector<octets>& compounds,
                                uint8_t type) {
  for (const auto& x : compounds)
    for (size_t at = 0; at + 8 <= x.size();
         at += (net::load_u16(&x[at + 2]) + 1u) * 4)
      if (x[at + 1] == type)
        return octets(x.begin() + static_cast<ptrdiff_t>(at), x.end());
  return std::nullopt;
}

octets sender_report(uint32_t ssrc) {
  octets out(28);
  out[0] = 0x80;
  out[1] = 200;
  out[3] = 6;
  net::store_u32(&out[4], ssrc);
  net::store_u32(&out[8], 0xE0000000); // NTP
  net::store_u32(&out[16], 48000);
  net::store_u32(&out[20], 10);
  return out;
}

octets picture_loss(uint32_t ssrc) {
  octets out(12);
  out[0] = 0x81;
  out[1] = 206;
  out[3] = 2;
  net::store_u32(&out[4], 1);
  net::store_u32(&out[8], ssrc);
  return out;
}

/// Ann sends, Bob receives.
struct call {
  explicit call(uint16_t port) : ann(port, "r", "ann"), bob(port, "r", "bob") {
    ann.open(up, "send", client_dtls());
    bob.open(down, "recv", client_dtls());
    REQUIRE(drive({&up, &down},
                  [&] { return up.connected() && down.connected(); }));
  }

  // Sends `count` packets, a few at a time, so that no buffer overflows.
  void send(uint32_t ssrc, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      up.send_rtp(audio(ssrc, next++));
      if (i % 16 == 15)
        drive({&up, &down}, [] { return true; });
    }
  }

  bool received(size_t count) {
    return drive({&up, &down}, [&] { return down.rtp.size() >= count; });
  }

  // A consumer is announced before its shard knows the producer, and earlier
  // audio is not replayed: sends until packets arrive.
  void begin(uint32_t ssrc) {
    REQUIRE(drive({&up, &down}, [&] {
      if (down.rtp.empty())
        up.send_rtp(audio(ssrc, next++));
      return !down.rtp.empty()
             && payload_number(down.rtp.back())
                    == static_cast<uint16_t>(next - 1);
    }));
    down.rtp.clear();
  }

  live_client ann;
  live_client bob;
  live_transport up{client_dtls()};
  live_transport down{client_dtls()};
  uint16_t next = 65500; // wraps under way
};

bool gapless(const std::vector<octets>& packets) {
  for (size_t i = 1; i < packets.size(); ++i)
    if (static_cast<uint16_t>(sequence_of(packets[i])
                              - sequence_of(packets[i - 1]))
        != 1)
      return false;
  return true;
}

} // namespace

TEST_CASE("audio of a client that sent random SSRCs is still forwarded") {
  running_node node;
  {
    call on{node.port()};
    on.ann.produce(audio_track(1111));
    on.bob.push("new-producer");
    on.bob.consume();
    on.begin(1111);
    for (uint32_t i = 0; i < 3000; ++i) {
      on.up.send_rtp(audio(50'000 + i, 1));
      if (i % 50 == 0)
        on.begin(1111); // the earlier packets were handled
    }
    on.ann.produce(audio_track(2222, "1"));
    on.bob.push("new-producer");
    on.bob.consume();
    on.begin(2222);
    on.begin(1111);
  }
}

TEST_CASE("a producer after a thousand closed ones is still received") {
  running_node node;
  {
    call on{node.port()};
    // SRTP keeps 1,024 sources at once: each must go with its producer.
    for (uint32_t i = 0; i < 1'100; ++i) {
      auto id = on.ann.produce(audio_track(10'000 + i));
      on.up.send_rtp(audio(10'000 + i, 1));
      drive({&on.up}, [] { return true; });
      auto reply = on.ann.request("close-producer",
                                  "{\"producerId\":" + quoted(id) + "}");
      REQUIRE(text_at(reply, "/type") == "producer-closed");
      on.ann.forget_pushes();
    }
    on.ann.produce(audio_track(2222));
    on.bob.consume();
    on.begin(2222);
  }
}

TEST_CASE("audio goes from one client to another, each packet once") {
  running_node node;
  {
    call on{node.port()};
    on.ann.produce(audio_track(1111));
    on.bob.push("new-producer");
    auto consumer = on.bob.consume();
    auto ssrc = number_at(consumer, "/data/rtpParameters/encodings/0/ssrc");
    auto payload =
        number_at(consumer, "/data/rtpParameters/codecs/0/payloadType");
    constexpr size_t count = 500;
    on.begin(1111);
    auto first = on.next;
    on.send(1111, count);
    REQUIRE(on.received(count));
    REQUIRE(on.down.rtp.size() == count);
    for (size_t i = 0; i < count; ++i) {
      const auto& x = on.down.rtp[i];
      REQUIRE(payload_number(x) == static_cast<uint16_t>(first + i));
      REQUIRE(ssrc_of(x) == ssrc);
      REQUIRE((x[1] & 0x7F) == payload);
    }
    CHECK(gapless(on.down.rtp));
    CHECK(on.down.engine.refused() == 0);
    on.ann.leave();
    on.bob.leave();
  }
  CHECK(eventually([&] { return node.server.live_actors() == node.baseline; }));
}

TEST_CASE("RTCP is sent in both directions") {
  running_node node;
  call on{node.port()};
  on.ann.produce(audio_track(1111));
  auto consumer = on.bob.consume();
  auto ssrc = number_at(consumer, "/data/rtpParameters/encodings/0/ssrc");
  on.begin(1111);
  on.send(1111, 50);
  REQUIRE(on.received(50));
  on.up.send_rtcp(sender_report(1111));
  // The server reports the reception to the sender, and the sender's clock to
  // the receiver.
  CHECK(drive({&on.up, &on.down}, [&] {
    return find_rtcp(on.up.rtcp, 201) && find_rtcp(on.down.rtcp, 200);
  }));
  auto report = find_rtcp(on.up.rtcp, 201);
  REQUIRE(report);
  REQUIRE(report->size() >= 16);
  CHECK(net::load_u32(&(*report)[8]) == 1111);
  CHECK((*report)[12] == 0); // nothing lost
  auto clock = find_rtcp(on.down.rtcp, 200);
  REQUIRE(clock);
  CHECK(net::load_u32(&(*clock)[4]) == ssrc);
}

TEST_CASE("a receiver that sends its reference time gets it back") {
  running_node node;
  call on{node.port()};
  on.ann.produce(audio_track(1111));
  on.bob.consume();
  on.begin(1111);
  rtp::rtcp::compound_builder packet;
  packet.add_rrtr(rtp::ssrc{77}, {0x0000AAAABBBB0000});
  on.down.send_rtcp({packet.bytes().begin(), packet.bytes().end()});
  // RFC 3611, section 4.5.
  REQUIRE(drive({&on.up, &on.down},
                [&] { return find_rtcp(on.down.rtcp, 207).has_value(); }));
  auto answer = *find_rtcp(on.down.rtcp, 207);
  REQUIRE(answer.size() == 24);
  CHECK(answer[8] == 5);
  CHECK(net::load_u32(&answer[12]) == 77);
  CHECK(net::load_u32(&answer[16]) == 0xAAAABBBB);
  CHECK(net::load_u32(&answer[20]) < 65536); // within a second
  CHECK_FALSE(find_rtcp(on.up.rtcp, 207));
}

TEST_CASE("a receiver's PLI becomes a PLI of the server to the sender") {
  running_node node;
  call on{node.port()};
  on.ann.produce(video_track(2222));
  auto consumer = on.bob.consume();
  auto ssrc = number_at(consumer, "/data/rtpParameters/encodings/0/ssrc");
  auto frame = [&](bool key) {
    rtp_builder x;
    x.payload_type = 96;
    x.ssrc = 2222;
    x.sequence_number = on.next++;
    x.timestamp = x.sequence_number * 3000u;
    x.marker = true;
    // A VP8 payload: descriptor with S set, then the frame header.
    x.payload = octets(200, 0);
    x.payload[0] = 0x10;
    x.payload[1] = key ? 0x10 : 0x11;
    if (key) {
      constexpr uint8_t start[] = {0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00};
      std::copy(std::begin(start), std::end(start), &x.payload[4]);
    }
    on.up.send_rtp(x.build());
  };
  frame(true);
  frame(false);
  REQUIRE(on.received(2));
  // A newcomer is sent the group again, twice at most.
  for (size_t packets : {4, 6}) {
    on.down.send_rtcp(picture_loss(ssrc));
    REQUIRE(on.received(packets));
  }
  CHECK_FALSE(find_rtcp(on.up.rtcp, 206));
  on.down.send_rtcp(picture_loss(ssrc));
  REQUIRE(drive({&on.up, &on.down},
                [&] { return find_rtcp(on.up.rtcp, 206).has_value(); }));
  auto feedback = *find_rtcp(on.up.rtcp, 206);
  CHECK((feedback[0] & 31) == 1);
  CHECK(net::load_u32(&feedback[8]) == 2222);
}

TEST_CASE("pause and resume leave no gap in the sequence") {
  running_node node;
  call on{node.port()};
  auto producer = on.ann.produce(audio_track(1111));
  auto consumer = text_at(on.bob.consume(), "/data/id");
  auto about_consumer = "{\"consumerId\":" + quoted(consumer) + "}";
  auto about_producer = "{\"producerId\":" + quoted(producer) + "}";
  size_t taken = 0;
  // The producer has received all packets sent so far.
  auto settle = [&] {
    auto sent = static_cast<uint16_t>(on.next - 65500);
    auto about = "{\"id\":" + quoted(producer) + "}";
    return eventually([&] {
      auto stats = on.ann.request("get-stats", about);
      const auto* n = rapidjson::Pointer{"/data/0/packetsReceived"}.Get(stats);
      return n && n->GetUint64() >= sent;
    });
  };
  on.begin(1111);
  on.send(1111, 20);
  REQUIRE(on.received(taken += 20));
  on.bob.request("pause-consumer", about_consumer);
  on.send(1111, 20);
  REQUIRE(settle());
  on.bob.request("resume-consumer", about_consumer);
  on.send(1111, 20);
  REQUIRE(on.received(taken += 20));
  on.ann.request("pause-producer", about_producer);
  on.bob.push("consumer-paused");
  on.send(1111, 20);
  on.ann.request("resume-producer", about_producer);
  on.bob.push("consumer-resumed");
  on.send(1111, 20);
  REQUIRE(on.received(taken + 20));
  CHECK(gapless(on.down.rtp));
}

TEST_CASE("a client that leaves takes its producers and consumers along") {
  running_node node;
  call on{node.port()};
  auto producer = on.ann.produce(audio_track(1111));
  auto consumer = on.bob.consume();
  on.ann.leave();
  auto closed = on.bob.push("producer-closed");
  CHECK(text_at(closed, "/data/producerId") == producer);
  auto ended = on.bob.push("consumer-closed");
  CHECK(text_at(ended, "/data/consumerId") == text_at(consumer, "/data/id"));
  auto left = on.bob.push("participant-left");
  CHECK(text_at(left, "/data/peerId") == "ann");
  on.bob.leave();
  CHECK(eventually([&] { return node.server.live_actors() == node.baseline; }));
}

TEST_CASE("media continues while its sender is lost and after it returns") {
  running_node node;
  call on{node.port()};
  auto producer = on.ann.produce(audio_track(1111));
  on.bob.consume();
  on.begin(1111);
  auto actors = node.server.live_actors();
  on.ann.drop();
  on.send(1111, 20);
  REQUIRE(on.received(20));
  // Before the server notices the loss, this would be a duplicate session.
  REQUIRE(eventually([&] { return node.server.live_actors() == actors - 1; }));
  live_client again{node.port(), "r", "ann"};
  auto paused = again.request("pause-producer",
                              "{\"producerId\":" + quoted(producer) + "}");
  CHECK(text_at(paused, "/type") == "producer-paused");
  on.bob.push("producer-paused");
}

TEST_CASE("stop disconnects all clients and returns in time") {
  auto node = std::make_unique<running_node>();
  call on{node->port()};
  on.ann.produce(audio_track(1111));
  on.bob.consume();
  on.send(1111, 100);
  auto begin = live_transport::now();
  node->server.stop();
  auto took = live_transport::now() - begin;
  CHECK(took < std::chrono::seconds{2});
  CHECK(node->server.live_actors() == 0);
  CHECK(on.ann.close_code() == 1001);
  CHECK(on.bob.close_code() == 1001);
  node->server.stop(); // idempotent
}

TEST_CASE("several nodes start and stop in one process") {
  for (int i = 0; i < 3; ++i) {
    running_node node;
    live_client ann{node.port(), "r", "ann"};
    ann.request("create-transport", R"({"direction":"send"})");
  }
}

TEST_CASE("a port that is taken prevents the start with one line") {
  running_node first;
  auto settings = loopback();
  settings.http.port = first.port();
  actors::node second{settings};
  auto failure = second.start();
  REQUIRE(failure);
  CHECK(failure->starts_with("http.listen-addresses 127.0.0.1, http.port "
                             + std::to_string(first.port()) + ": "));
  CHECK(failure->find('\n') == std::string::npos);
}

TEST_CASE("an address of another host is named when it prevents the start") {
  // TEST-NET-3 (RFC 5737): no host has it.
  auto settings = loopback();
  settings.http.listen_addresses = {"127.0.0.1", "203.0.113.77"};
  actors::node deaf{settings};
  auto failure = deaf.start();
  REQUIRE(failure);
  CHECK(failure->starts_with(
      "http.listen-addresses 203.0.113.77, http.port 0: "));
  settings = loopback();
  settings.rtc.listen_addresses = {"127.0.0.1", "203.0.113.77"};
  actors::node dark{settings};
  failure = dark.start();
  REQUIRE(failure);
  CHECK(
      failure->starts_with("rtc.listen-addresses 203.0.113.77, rtc.port 0: "));
}

TEST_CASE("a media port that is taken is named with its address") {
  running_node first;
  auto settings = loopback();
  settings.rtc.listen_addresses = {"127.0.0.2", "127.0.0.1"};
  settings.rtc.port = first.server.rtc_port();
  actors::node second{settings};
  auto failure = second.start();
  REQUIRE(failure);
  CHECK(failure->starts_with("rtc.listen-addresses 127.0.0.1, rtc.port "
                             + std::to_string(settings.rtc.port) + ": "));
}

TEST_CASE("the health page responds, and unknown upgrades are refused") {
  running_node node;
  CHECK(net::testing::http(node.port(), "GET", "/healthz").status == 200);
  using net::testing::ws_client;
  CHECK(ws_client{node.port(), "/socket?channelId=r"}.reply().status == 401);
  CHECK(ws_client{node.port(), "/socket?auth=a"}.reply().status == 400);
  CHECK(ws_client{node.port(), "/nowhere"}.reply().status == 404);
}
