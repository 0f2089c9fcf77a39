// Media between nodes over paths that lose a tenth of the datagrams in both
// directions, change their order and repeat some.

#include "tests/actors/support/trunk_pair.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

// Each payload ends with the number of its picture, its own number within that,
// and how many there are.
struct lossy_call : trunk_pair {
  explicit lossy_call(uint64_t seed) {
    paths.try_emplace(&a, 2 * seed);
    paths.try_emplace(&b, 2 * seed + 1);
  }

  void send_picture(protocol::media_kind kind, uint8_t packets, bool key) {
    const auto video = kind == protocol::media_kind::video;
    const auto& entry = a.producers.at("p");
    std::vector<rtp::packet> out;
    for (uint8_t i = 0; i < packets; ++i) {
      rtp_builder x;
      x.payload_type = entry.facts.sent.codecs.front().payload_type;
      x.sequence_number = next++;
      x.timestamp = pictures * (video ? 2700u : 960u);
      x.ssrc = source_ssrc;
      x.marker = i + 1 == packets;
      x.payload =
          i > 0 ? octets{0x00, 7} : (key ? trunk_key_frame : trunk_delta_frame);
      octets mark(4);
      net::store_u32(mark.data(), sent);
      mark.push_back(i);
      mark.push_back(packets);
      x.payload.insert(x.payload.end(), mark.begin(), mark.end());
      out.push_back(x.make(now()));
    }
    ++pictures;
    sent_at.push_back(now());
    ++sent;
    caf::anon_send(
        entry.handles.producer,
        std::make_shared<const std::vector<rtp::packet>>(std::move(out)));
    settle();
  }

  // The client of node `a` sends video, and answers each request for a key
  // frame with its next picture but two.
  void run_video(int count, uint8_t packets) {
    for (int i = 0; i < count; ++i) {
      send_picture(protocol::media_kind::video, packets,
                   sent == 0 || key_at == sent);
      for (int step = 0; step < 3; ++step) {
        pass(10ms);
        for (size_t j = asked().size(); j > 0; --j) {
          requests.push_back(now());
          key_at = sent + 2;
        }
      }
    }
  }

  void run_audio(int count) {
    for (int i = 0; i < count; ++i) {
      send_picture(protocol::media_kind::audio, 1, false);
      for (int step = 0; step < 2; ++step) {
        pass(10ms);
        note_arrivals();
      }
    }
  }

  // How long each packet of audio took that has come since the last call.
  void note_arrivals() {
    const auto& all = got(9001);
    for (; noted < all.size(); ++noted)
      took.push_back(now() - sent_at.at(number_of(all[noted])));
  }

  static uint32_t number_of(const octets& packet) {
    return net::load_u32(&packet[packet.size() - 6]);
  }

  // The pictures from `first` on of which the client at this port has all
  // packets.
  size_t whole_pictures(uint16_t port, uint32_t first) {
    std::map<uint32_t, std::set<uint8_t>> parts;
    size_t out = 0;
    for (const auto& x : got(port))
      if (number_of(x) >= first) {
        auto& of = parts[number_of(x)];
        if (of.insert(x[x.size() - 2]).second && of.size() == x.back())
          ++out;
      }
    return out;
  }

  size_t repeated(uint16_t port) {
    std::set<std::pair<uint32_t, uint8_t>> seen;
    for (const auto& x : got(port))
      seen.insert({number_of(x), x[x.size() - 2]});
    return got(port).size() - seen.size();
  }

  uint32_t sent = 0; // pictures, or packets of audio
  uint32_t key_at = 0;
  size_t noted = 0;
  std::vector<net::time_point> sent_at;
  std::vector<net::time_point> requests; // for key frames
  std::vector<net::duration> took;
};

} // namespace

TEST_CASE("pictures cross a bad path between nodes whole") {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    lossy_call at{seed};
    auto relay = at.relay(at.produce("p", protocol::media_kind::video, 1));
    REQUIRE(relay);
    at.consume(*relay, 9001);
    at.run_video(33, 6);
    const auto first = at.sent;
    at.run_video(500, 6);
    const auto end = at.sent;
    at.pass(1s);
    const auto whole = at.whole_pictures(9001, first);
    MESSAGE("seed " << seed << ": " << whole << " of " << end - first
                    << " pictures, " << at.requests.size()
                    << " requests for key frames");
    CHECK(whole * 100 >= (end - first) * 99);
    CHECK(at.repeated(9001) == 0);
  }
}

TEST_CASE("each packet of audio crosses a bad path between nodes once") {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    lossy_call at{seed};
    auto relay = at.relay(at.produce("p", protocol::media_kind::audio, 1));
    REQUIRE(relay);
    at.consume(*relay, 9001);
    at.run_audio(1000);
    at.pass(1s);
    at.note_arrivals();
    std::ranges::sort(at.took);
    const auto late = at.took.at(at.took.size() * 99 / 100);
    MESSAGE(
        "seed "
        << seed << ": " << at.got(9001).size()
        << " of 1000 packets, 99 % within "
        << std::chrono::duration_cast<std::chrono::milliseconds>(late).count()
        << " ms");
    CHECK(at.got(9001).size() >= 990);
    CHECK(at.repeated(9001) == 0);
    CHECK(late <= 300ms);
  }
}
