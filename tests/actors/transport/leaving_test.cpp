#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_node.hpp"

/// Clients that close a transport and keep their connection. No dialect has a
/// request for that, so the server learns of it from DTLS.
using namespace troupe;
using namespace troupe::test;

namespace {

actors::config two_transports(const std::string& sctp) {
  auto out = loopback();
  out.rtc.sctp = sctp;
  out.room.max_transports_per_peer = 2;
  return out;
}

/// Ann sends to Bob.
struct call {
  explicit call(const std::string& sctp) : node(two_transports(sctp)) {
    ann.open(up, "send", client_dtls());
    bob.open(down, "recv", client_dtls());
    REQUIRE(drive({&up, &down},
                  [&] { return up.connected() && down.connected(); }));
    producer = ann.produce(audio_track(1111));
    bob.consume();
    // Media flows, so the server has seen that both are connected.
    REQUIRE(drive({&up, &down}, [&] {
      if (down.rtp.empty())
        up.send_rtp(audio(1111, next++));
      return !down.rtp.empty();
    }));
  }

  static void close(live_transport& x) {
    x.engine.close();
    x.pump();
  }

  // The limit allows it only after the server noticed the closed one.
  void replace(live_client& who, live_transport& by,
               const std::string& direction) {
    who.request("create-transport"); // the second
    json created;
    REQUIRE(eventually([&] {
      created = who.request("create-transport",
                            R"({"direction":")" + direction + "\"}");
      return text_at(created, "/type") == "transport-params";
    }));
    who.connect(by, created, client_dtls());
    REQUIRE(drive({&by}, [&] { return by.connected(); }));
  }

  running_node node;
  live_client ann{node.port(), "r", "ann"};
  live_client bob{node.port(), "r", "bob"};
  live_transport up{client_dtls()};
  live_transport down{client_dtls()};
  std::string producer;
  uint16_t next = 2;
};

} // namespace

TEST_CASE("a transport closed by DTLS ends its producers for others at once") {
  call at{"always"};
  at.close(at.up);
  auto closed = at.bob.push("producer-closed");
  CHECK(text_at(closed, "/data/producerId") == at.producer);
  at.bob.push("consumer-closed");
}

TEST_CASE(
    "a client that replaces its sending transport produces on the new one") {
  call at{"never"};
  live_transport again{client_dtls()};
  at.close(at.up);
  at.replace(at.ann, again, "send");
  // The same stream again, without naming a transport.
  auto anew = at.ann.produce(audio_track(1111));
  CHECK(text_at(at.bob.push("producer-closed"), "/data/producerId")
        == at.producer);
  CHECK(text_at(at.bob.consume(), "/data/producerId") == anew);
  at.down.rtp.clear();
  CHECK(drive({&again, &at.down}, [&] {
    if (at.down.rtp.empty())
      again.send_rtp(audio(1111, at.next++));
    return !at.down.rtp.empty();
  }));
}

TEST_CASE("a client that replaces its receiving transport can consume again") {
  call at{"never"};
  live_transport again{client_dtls()};
  at.close(at.down);
  at.replace(at.bob, again, "recv");
  CHECK(text_at(at.bob.consume(), "/data/producerId") == at.producer);
  CHECK(drive({&at.up, &again}, [&] {
    if (again.rtp.empty())
      at.up.send_rtp(audio(1111, at.next++));
    return !again.rtp.empty();
  }));
}
