#include "rtp/send/forwarder.hpp"
#include "tests/support/layered_video.hpp"

#include <doctest/doctest.h>

#include <sstream>

// A forwarder need not be given packets that it does not attend to.

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr auto encodings = uint32_t{3};

std::string to_text(const rtp::forwarder_event& x) {
  std::ostringstream out;
  if (const auto* k = std::get_if<rtp::keyframe_wanted>(&x))
    out << "key frame of " << int{k->encoding} << (k->start ? " start" : "");
  else if (const auto* l = std::get_if<rtp::layers_changed>(&x))
    out << "layers "
        << (l->layers ? int{l->layers->spatial} * 10 + l->layers->temporal
                      : -1);
  else
    out << "score " << int{std::get<rtp::consumer_score_changed>(x).score};
  return out.str();
}

/// A forwarder and all of its output.
struct watched {
  explicit watched(const rtp::producer_layout& layout) {
    auto config = rtp::forwarder::config{};
    config.layout = layout;
    config.ssrc = rtp::ssrc{5};
    config.payload = rtp::payload_type{101};
    config.rtx_ssrc = rtp::ssrc{6};
    config.rtx_payload = rtp::payload_type{102};
    config.feedback.nack = true;
    auto random = net::make_seeded_rng(7);
    engine = std::make_unique<rtp::forwarder>(config, *random);
  }

  void note(net::time_point now) {
    std::ostringstream out;
    while (auto batch = engine->poll_batch())
      for (const auto& x : batch->packets)
        out << x.fields.sequence_number << '@' << x.fields.timestamp
            << (x.fields.marker ? "m " : " ");
    while (auto event = engine->poll_event())
      out << to_text(*event) << ' ';
    while (auto keys = engine->poll_retransmission_request())
      out << "lacks " << keys->size() << ' ';
    while (auto rtcp = engine->poll_rtcp())
      out << "report of " << rtcp->size() << ' ';
    auto stats = engine->stats(now);
    out << "dropped";
    for (size_t i = 0; i < rtp::drop_reason_count; ++i)
      out << ' ' << stats.drops.of(static_cast<rtp::drop_reason>(i));
    made = out.str();
  }

  std::unique_ptr<rtp::forwarder> engine;
  std::string made; // since the last call of note()
};

/// An event of a consumer between two packets.
void act(rtp::forwarder& x, uint32_t what, uint32_t how, net::time_point now) {
  auto layers = rtp::layers{static_cast<uint8_t>(how % encodings),
                            static_cast<uint8_t>(how / encodings % 3)};
  switch (what) {
    case 0:
    case 1:
    case 2:
      return x.set_layers(layers, now);
    case 3:
      return x.set_layers(std::nullopt, now);
    case 4:
      return x.pause(now);
    case 5:
      return x.resume(now);
    case 6:
      return how % 2 ? x.handle_producer_paused(now)
                     : x.handle_producer_resumed(now);
    case 7:
      return x.set_alive(static_cast<uint8_t>(how % 7 + 1), now);
    case 8:
      return x.handle_keyframe_request(now);
    case 9:
      return x.handle_overload(now);
    default:
      return x.handle_connected(now);
  }
}

} // namespace

TEST_CASE("unattended packets change nothing but a drop count") {
  uint64_t spared = 0;
  uint64_t shown = 0;
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    auto sender = layered_video{
        seed % 2 ? sent_as::vp8_simulcast : sent_as::h264_simulcast, seed};
    auto dice = std::minstd_rand{seed};
    auto all = watched{sender.layout()};
    auto some = watched{sender.layout()};
    auto now = at(0s);
    for (int picture = 0; picture < 300; ++picture) {
      now += 33ms;
      if (dice() % 20 == 0)
        sender.want_keyframe(static_cast<uint8_t>(dice() % encodings));
      if (dice() % 10 == 0) {
        auto what = static_cast<uint32_t>(dice() % 11);
        auto how = static_cast<uint32_t>(dice() % 1000);
        for (auto* x : {&all, &some})
          act(*x->engine, what, how, now);
      }
      for (auto* x : {&all, &some})
        if (auto due = x->engine->poll_timeout(); due && *due <= now)
          x->engine->handle_timeout(now);
      for (auto& [encoding, packet] : sender.next(now)) {
        std::vector<rtp::media_packet> received;
        sender.receive(encoding, packet, now, received);
        auto batch = media_of(std::move(received));
        all.engine->handle_batch(batch, now);
        auto attention = some.engine->attends();
        if ((attention.encodings >> encoding & 1) != 0) {
          some.engine->handle_batch(batch, now);
          ++shown;
        } else {
          some.engine->count_dropped(attention.otherwise, batch->size());
          ++spared;
        }
        all.note(now);
        some.note(now);
        REQUIRE(some.made == all.made);
      }
    }
  }
  // Of three encodings, hardly more than one is used.
  CHECK(spared > shown);
}
