// Receivers that report their link by REMB alone.

#include "simulcast_call.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// A receiver's estimate of its link, roughly like libwebrtc's
/// RemoteBitrateEstimator: 8 % more each second without loss, up to one and a
/// half of the arriving rate; 85 % of the arriving rate after loss.
class remb_receiver {
public:
  explicit remb_receiver(viewer& who) : viewer_(who) {}

  void step(fan_out& to, net::time_point now) {
    if (now < next_)
      return;
    next_ = now + interval;
    auto arrived = (viewer_.delivered - delivered_) * 8 * 5;
    auto lost = viewer_.lost - lost_;
    delivered_ = viewer_.delivered;
    lost_ = viewer_.lost;
    average_ += (arrived - average_) / 3;
    if (lost > 0)
      estimate_ = std::min(estimate_, 0.85 * average_);
    else
      estimate_ = std::max(estimate_,
                           std::min(estimate_ * 1.0155, 1.5 * average_ + 10e3));
    to.handle_remb(viewer_.key, static_cast<uint64_t>(estimate_), now);
  }

private:
  static constexpr auto interval = 200ms;
  viewer& viewer_;
  net::time_point next_{};
  double delivered_ = 0;
  int lost_ = 0;
  double average_ = 0;
  double estimate_ = 600e3;
};

struct scene {
  scene()
      : call({470})
      , x(call.add(rtp::test::constant_link(2e6)))
      , receiver(x) {
    x.feedback = false;
    call.meanwhile = [this](net::time_point now) {
      receiver.step(call.shard, now);
    };
    call.run(10s);
  }

  void set(double bps) {
    x.link.settings = rtp::test::constant_link(bps);
  }

  /// The number of frames in that time.
  int run(net::duration time) {
    auto before = x.video().frames;
    call.run(time);
    return x.video().frames - before;
  }

  simulcast_call call;
  viewer& x;
  remb_receiver receiver;
};

} // namespace

TEST_CASE("with REMB alone the only video returns when the link does") {
  for (auto narrow : {10s, 30s, 90s}) {
    CAPTURE(narrow.count());
    scene s;
    CHECK(s.run(5s) >= 140);
    s.set(120e3);
    s.run(narrow);
    s.set(2e6);
    auto waited = 0s;
    while (s.run(1s) < 25 && waited < 100s)
      waited += 1s;
    CHECK(waited <= 62s);
    // It stays.
    CHECK(s.run(60s) >= 1700);
  }
}

TEST_CASE("with REMB alone a video that does not fit is seldom tried") {
  scene s;
  s.set(120e3);
  s.run(30s);
  s.x.clear_figures();
  s.run(120s);
  // Little more than the audio was sent.
  CHECK(s.x.sent * 8 / 120 < 120e3);
  CHECK(s.x.audio_packets > 0.85 * 120 * 50);
}
