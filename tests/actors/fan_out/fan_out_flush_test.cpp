// What waits for other packets, and the order in which all leave.

#include "actors/fan_out/fan_out.hpp"
#include "net/base/rng.hpp"
#include "tests/support/media_packets.hpp"
#include "tests/support/sent_packets.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

constexpr auto video = producer_key{3};
constexpr auto audio = producer_key{4};

/// Counts the messages that datagrams take with UDP_SEGMENT: runs of equal size
/// to one receiver, the last of which may be shorter.
class message_counter final : public net::datagram_sink {
public:
  void send_batch(std::span<const net::outgoing_datagram> batch) override {
    size_t first = 0;
    size_t last = 0;
    uint16_t port = 0;
    for (const auto& x : batch) {
      auto size = x.data.size();
      if (port != x.tuple.remote.port() || last < first || size > first) {
        ++messages;
        first = size;
        port = x.tuple.remote.port();
      }
      last = size;
      kinds.push_back(x.data[1] >= 192 ? 'r' : size > 500 ? 'v' : 'a');
    }
  }

  size_t messages = 0;
  std::string kinds; // of the packets: video, audio, RTCP
};

/// Receivers with video of 1,000 octets a packet and audio of 100.
struct scene {
  consumer_key add(uint16_t on, producer_key from) {
    shard_consumer x;
    x.key = consumer_key{++consumers};
    x.on = transport_key{on};
    x.from = from;
    x.engine.kind =
        from == video ? rtp::media_kind::video : rtp::media_kind::audio;
    x.engine.ssrc = rtp::ssrc{consumers};
    x.engine.rtx_ssrc = rtp::ssrc{100 + consumers};
    x.engine.payload = rtp::payload_type{96};
    x.engine.rtx_payload = rtp::payload_type{97};
    x.engine.feedback.nack = true;
    engine.add_consumer(x, *rng, now);
    engine.set_srtp(x.on, std::make_shared<clear_srtp>(), now);
    engine.set_path(x.on, to_port(on), now);
    engine.flush(out, now);
    return x.key;
  }

  rtp::media_batch feed(producer_key from, size_t packets) {
    std::vector<rtp::media_packet> batch;
    for (size_t i = 0; i < packets; ++i) {
      packet_spec spec;
      spec.sequence = static_cast<uint16_t>(sequence);
      spec.payload = octet_vector(from == video ? 1000 : 100, 7);
      rtp::media_packet x{make_packet(spec, now), sequence++, 3000 * frame};
      x.start_of_frame = from == audio || i == 0;
      x.keyframe = x.start_of_frame;
      batch.push_back(x);
    }
    ++frame;
    auto out_batch = media_of(std::move(batch));
    engine.handle_media(from, out_batch, false, now);
    return out_batch;
  }

  size_t flush() {
    auto before = out.messages;
    out.kinds.clear();
    engine.flush(out, now);
    return out.messages - before;
  }

  std::unique_ptr<net::rng> rng = net::make_seeded_rng(1);
  net::time_point now = at(0s);
  int64_t sequence = 65'536 + 100;
  int64_t frame = 1;
  uint32_t consumers = 0;
  message_counter out;
  fan_out engine;
};

const octets report{0x80, 200, 0, 1, 0, 0, 0, 7};

} // namespace

TEST_CASE("audio ends a run of video to the same receiver") {
  scene at;
  at.add(1, video);
  at.add(1, audio);
  at.engine.set_coalescing(true);
  at.feed(audio, 1);
  at.feed(video, 3);
  CHECK(at.flush() == 1);
  CHECK(at.out.kinds == "vvva");
  // While the load asks for nothing, audio is first.
  at.engine.set_coalescing(false);
  at.feed(video, 3);
  at.feed(audio, 1);
  CHECK(at.flush() == 2);
  CHECK(at.out.kinds == "avvv");
}

TEST_CASE("RTCP comes last, and ends a run that RTP has begun") {
  scene at;
  at.add(1, video);
  at.engine.queue_rtcp(transport_key{1}, report);
  at.feed(video, 2);
  CHECK(at.flush() == 1);
  CHECK(at.out.kinds == "vvr");
}

TEST_CASE("packets wait only for those of other producers to their receiver") {
  scene at;
  at.add(1, audio);
  at.feed(audio, 1);
  CHECK(at.engine.has_prompt());
  CHECK_FALSE(at.engine.has_patient());
  at.flush();
  CHECK_FALSE(at.engine.has_prompt());
  at.add(1, video);
  at.feed(audio, 1);
  CHECK_FALSE(at.engine.has_prompt());
  CHECK(at.engine.has_patient());
  at.flush();
  CHECK_FALSE(at.engine.has_patient());
}

TEST_CASE("a receiver that is left with one producer waits for no other") {
  scene at;
  at.add(1, audio);
  auto other = at.add(1, video);
  SUBCASE("the other consumer has ended") {
    at.engine.remove_consumer(other);
  }
  SUBCASE("the other consumer has moved") {
    at.engine.move_consumer(other, transport_key{2}, at.now);
  }
  at.flush();
  at.feed(audio, 1);
  CHECK(at.engine.has_prompt());
  CHECK_FALSE(at.engine.has_patient());
}

TEST_CASE("what must not wait leaves alone") {
  scene at;
  at.add(1, audio);
  at.add(2, audio);
  at.add(2, video);
  at.feed(audio, 1);
  at.out.kinds.clear();
  at.engine.flush_prompt(at.out, at.now);
  CHECK(at.out.kinds == "a");
  CHECK_FALSE(at.engine.has_prompt());
  CHECK(at.engine.has_patient());
  CHECK(at.flush() == 1);
  CHECK(at.out.kinds == "a");
}

TEST_CASE("retransmissions do not wait") {
  scene at;
  auto which = at.add(1, video);
  at.add(1, audio);
  auto sent = at.feed(video, 1);
  at.flush();
  CHECK_FALSE(at.engine.has_prompt());
  at.engine.with_consumer(which, at.now, [&](auto& to) {
    to.handle_retransmissions(sent, at.now);
  });
  CHECK(at.engine.has_prompt());
}

TEST_CASE("a held packet does not count as delayed") {
  scene at;
  at.add(1, video);
  auto held = at.feed(video, 1);
  at.flush();
  at.now += 8ms;
  at.engine.handle_media(video, held, false, at.now, 6ms);
  CHECK(at.engine.flush(at.out, at.now) == 2ms);
}
