#include "rtp/send/forwarder.hpp"
#include "tests/support/layered_video.hpp"

#include <doctest/doctest.h>

#include <sstream>

// A forwarder that sends one encoding of simulcast and never another one.

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr uint8_t pinned_encodings = 3;

/// A forwarder of one encoding, and the text of its output.
struct pinned_stream {
  explicit pinned_stream(const layered_video& sender, uint8_t only) {
    rtp::forwarder::config x;
    x.layout = sender.layout();
    x.only_encoding = only;
    x.ssrc = rtp::ssrc{5};
    x.payload = rtp::payload_type{101};
    auto random = net::make_seeded_rng(7);
    engine = std::make_unique<rtp::forwarder>(x, *random);
  }

  void note(const layered_video& sender) {
    std::ostringstream out;
    while (auto batch = engine->poll_batch())
      for (const auto& x : batch->packets) {
        auto id = layered_video::id_of(x.packet.payload());
        sent_encodings |= 1u << sender.frame(id).encoding;
        out << x.fields.sequence_number << '@' << x.fields.timestamp << ' ';
      }
    while (auto event = engine->poll_event())
      if (const auto* x = std::get_if<rtp::keyframe_wanted>(&*event)) {
        wanted_encodings |= 1u << x->encoding;
        out << "key frame of " << int{x->encoding} << ' ';
      }
    made = out.str();
  }

  std::unique_ptr<rtp::forwarder> engine;
  unsigned sent_encodings = 0;   // a bit for each
  unsigned wanted_encodings = 0; // the same
  std::string made;              // since the last call of note()
};

} // namespace

TEST_CASE("a pinned forwarder ignores spatial targets and what arrives") {
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    const auto only = static_cast<uint8_t>(seed % pinned_encodings);
    layered_video sender{
        seed % 2 ? sent_as::vp8_simulcast : sent_as::h264_simulcast, seed};
    std::minstd_rand dice{seed};
    pinned_stream disturbed{sender, only};
    pinned_stream calm{sender, only};
    // Is given only what it attends to.
    pinned_stream spared{sender, only};
    auto now = at(0s);
    size_t packets = 0;
    for (int picture = 0; picture < 200; ++picture) {
      now += 33ms;
      if (dice() % 20 == 0)
        sender.want_keyframe(static_cast<uint8_t>(dice() % pinned_encodings));
      if (dice() % 5 == 0) {
        const auto temporal = static_cast<uint8_t>(dice() % 3);
        const auto spatial = static_cast<uint8_t>(dice() % pinned_encodings);
        disturbed.engine->set_layers(rtp::layers{spatial, temporal}, now);
        for (auto* x : {&calm, &spared})
          x->engine->set_layers(rtp::layers{only, temporal}, now);
      }
      if (dice() % 5 == 0) {
        disturbed.engine->set_alive(static_cast<uint8_t>(dice() % 8), now);
        for (auto* x : {&calm, &spared})
          x->engine->set_alive(0xFF, now);
      }
      for (auto& [encoding, packet] : sender.next(now)) {
        std::vector<rtp::media_packet> received;
        sender.receive(encoding, packet, now, received);
        auto batch = media_of(std::move(received));
        CHECK(spared.engine->attends().encodings == 1u << only);
        if (encoding == only)
          spared.engine->handle_batch(batch, now);
        disturbed.engine->handle_batch(batch, now);
        calm.engine->handle_batch(batch, now);
        for (auto* x : {&disturbed, &calm, &spared})
          x->note(sender);
        CHECK(disturbed.made == calm.made);
        CHECK(spared.made == calm.made);
        packets += !calm.made.empty();
      }
    }
    CHECK(packets > 100);
    CHECK(disturbed.sent_encodings == 1u << only);
    CHECK((disturbed.wanted_encodings & ~(1u << only)) == 0);
  }
}

TEST_CASE("a pinned forwarder begins with no lower encoding") {
  layered_video sender{sent_as::vp8_simulcast, 3};
  pinned_stream top{sender, 2};
  for (auto& [encoding, packet] : sender.next(at(0s))) {
    if (encoding == 2)
      continue;
    std::vector<rtp::media_packet> received;
    sender.receive(encoding, packet, at(0s), received);
    top.engine->handle_batch(media_of(std::move(received)), at(0s));
  }
  top.note(sender);
  CHECK(top.sent_encodings == 0);
}
