// A room over three nodes forwards the same voices and pictures as a room on
// one node.

#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_cluster.hpp"

#include <array>
#include <map>
#include <set>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr size_t people = 6;
constexpr uint8_t silence = 127;
constexpr auto frame_time = 20ms;

// How many voices and pictures are forwarded.
actors::config two_of_each() {
  auto out = loopback();
  out.room.audio_top = 2;
  out.room.audio_top_above = 0;
  out.room.last_n = 2;
  return out;
}

/// Those whose voices, or pictures, a member gets.
using members = std::set<size_t>;

/// What one member notices.
struct impression {
  members heard;
  members seen;
  std::string active; // the speaker that it was told last
};

/// What all members are to notice; nothing is expected of what is absent.
struct expectation {
  std::string active;
  std::optional<members> heard = {};
  std::optional<members> seen = {};

  /// Whether a member notices what is expected. It does not receive its own
  /// voice and picture.
  bool fits(size_t who, const impression& x) const {
    const auto equal = [&](std::optional<members> wanted, const members& got) {
      if (wanted)
        wanted->erase(who);
      return !wanted || *wanted == got;
    };
    return x.active == active && equal(heard, x.heard) && equal(seen, x.seen);
  }
};

/// A member that sends audio and video, and consumes all others'.
class talker {
public:
  talker(uint16_t port, size_t number)
      : number_(static_cast<uint32_t>(number))
      , client(port, "r", name(number)) {
    client.expect_long_lists();
    client.open(up, "send", client_dtls());
    client.open(down, "recv", client_dtls());
  }

  static std::string name(size_t number) {
    return "member-" + std::to_string(number);
  }

  void produce() {
    auto track = audio_track(voice());
    const std::string none = R"("headerExtensions":[])";
    track.replace(track.find(none), none.size(),
                  R"("headerExtensions":[{"uri":)"
                  R"("urn:ietf:params:rtp-hdrext:ssrc-audio-level","id":10}])");
    producers[0] = client.produce(track);
    producers[1] = client.produce(video_track(voice() + 1));
  }

  /// Whether the client is told of that many producers of others.
  bool knows(size_t count) {
    return client.request("get-producers")["data"].Size() == count;
  }

  void consume(const std::string& producer, size_t whose, bool video) {
    const auto reply =
        client.consume(R"(,"producerId":)" + test::quoted(producer));
    REQUIRE(text_at(reply, "/data/producerId") == producer);
    sources_[number_at(reply, "/data/rtpParameters/encodings/0/ssrc")] = {
        whose, video};
  }

  /// Sends 20 ms of audio at this level and, every fifth time, a picture.
  void send(uint8_t level) {
    rtp_builder x;
    x.payload_type = 111;
    x.ssrc = voice();
    x.sequence_number = ++frames_;
    x.timestamp = frames_ * 960u;
    x.extensions = {{10, {static_cast<uint8_t>(0x80 | level)}}};
    x.payload = octets(60, 0x55);
    const auto packet = x.build();
    up.send_rtp(packet, packet.size() - x.payload.size());
    if (frames_ % 5 == 0)
      send_picture();
  }

  /// Forgets what has arrived.
  void begin_window() {
    down.rtp.clear();
  }

  /// What has arrived since, of `frames` that each member has sent.
  impression notice(size_t frames) {
    impression out;
    std::map<size_t, size_t> voices;
    for (const auto& x : down.rtp) {
      auto i = sources_.find(net::load_u32(&x[8]));
      if (i == sources_.end())
        continue;
      if (i->second.video)
        out.seen.insert(i->second.whose);
      else
        ++voices[i->second.whose];
    }
    for (const auto& [whose, count] : voices)
      if (count * 2 > frames)
        out.heard.insert(whose);
    for (const auto& x : client.take_pushes("active-speaker"))
      active_ = text_at(x, "/data/peerId");
    out.active = active_;
    return out;
  }

private:
  uint32_t voice() const {
    return 1000 + 10 * number_;
  }

  // Each is a key frame, so that a stream can begin with it.
  void send_picture() {
    rtp_builder x;
    x.payload_type = 96;
    x.ssrc = voice() + 1;
    x.sequence_number = ++pictures_;
    x.timestamp = pictures_ * 9000u;
    x.marker = true;
    x.payload = from_hex("10 000000 9d012a 4001f000 07");
    up.send_rtp(x.build());
  }

  struct source {
    size_t whose = 0;
    bool video = false;
  };

  const uint32_t number_;
  uint16_t frames_ = 0;
  uint16_t pictures_ = 0;
  std::map<uint32_t, source> sources_; // of its consumers
  std::string active_;                 // told last

public:
  live_client client;
  live_transport up{client_dtls()};
  live_transport down{client_dtls()};
  std::array<std::string, 2> producers; // of audio and video
};

/// Six members, who join the given servers in turn.
class talk {
public:
  explicit talk(const std::vector<uint16_t>& ports) {
    for (size_t i = 0; i < people; ++i) {
      all_[i] = std::make_unique<talker>(ports[i % ports.size()], i);
      wires_.push_back(&all_[i]->up);
      wires_.push_back(&all_[i]->down);
    }
    REQUIRE(drive(wires_, [&] {
      return std::ranges::all_of(wires_,
                                 [](const auto* x) { return x->connected(); });
    }));
    for (const auto& x : all_)
      x->produce();
    for (const auto& x : all_)
      REQUIRE(eventually([&] { return x->knows(2 * (people - 1)); }));
    for (size_t i = 0; i < people; ++i)
      for (size_t j = 0; j < people; ++j)
        for (size_t kind = 0; i != j && kind < 2; ++kind)
          all_[i]->consume(all_[j]->producers[kind], j, kind == 1);
  }

  /// Lets some members speak at these levels until all notice what is expected,
  /// ten seconds at most.
  void speak(const std::map<size_t, uint8_t>& levels,
             const expectation& expected) {
    for (int tries = 0; tries < 20; ++tries)
      if (listen(levels, expected))
        return;
    for (size_t i = 0; i < people; ++i) {
      INFO(talker::name(i), " hears ", list(last_[i].heard), ", sees ",
           list(last_[i].seen), ", active ", last_[i].active);
      CHECK(expected.fits(i, last_[i]));
    }
  }

private:
  static std::string list(const members& x) {
    std::string out;
    for (auto i : x)
      out += std::to_string(i) + " ";
    return out;
  }

  // Sends for half a second. Returns whether all noticed meanwhile what is
  // expected.
  bool listen(const std::map<size_t, uint8_t>& levels,
              const expectation& expected) {
    constexpr size_t frames = 25;
    for (const auto& x : all_)
      x->begin_window();
    for (size_t n = 0; n < frames; ++n) {
      const auto next = live_transport::now() + frame_time;
      for (size_t i = 0; i < people; ++i) {
        auto level = levels.find(i);
        all_[i]->send(level == levels.end() ? silence : level->second);
      }
      drive(wires_, [&] { return live_transport::now() >= next; });
    }
    auto all_fit = true;
    for (size_t i = 0; i < people; ++i) {
      last_[i] = all_[i]->notice(frames);
      all_fit = all_fit && expected.fits(i, last_[i]);
    }
    return all_fit;
  }

  std::array<impression, people> last_;
  std::array<std::unique_ptr<talker>, people> all_;
  std::vector<live_transport*> wires_;
};

/// Members speak one after the other and several at once. If there are three
/// nodes, each of a phase is on another one.
void check_talk(const std::vector<uint16_t>& ports) {
  talk x{ports};
  x.speak({{1, 30}}, {"member-1"});
  x.speak({{2, 30}}, {"member-2", {}, members{1, 2}});
  x.speak({{3, 25}, {4, 40}}, {"member-3", members{3, 4}});
  x.speak({{5, 20}, {0, 35}, {1, 50}}, {"member-5", members{0, 5}});
  x.speak({{2, 30}}, {"member-2"});
  x.speak({{4, 30}}, {"member-4", {}, members{2, 4}});
}

} // namespace

TEST_CASE("in a room on one node the loudest are heard, the latest seen") {
  running_node node{two_of_each()};
  check_talk({node.port()});
}

TEST_CASE("in a room over three nodes the same are heard and seen") {
  running_cluster nodes{3, two_of_each()};
  check_talk({nodes[0].port(), nodes[1].port(), nodes[2].port()});
}
