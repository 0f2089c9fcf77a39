#include "rtp/recording/gap_filler.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace troupe;
using namespace troupe::test;

namespace {

/// Records frames and what the filler wants between them.
struct recorded_audio {
  rtp::gap_filler filler{at(0ms)};
  std::vector<net::duration> silences;
  net::duration decoded{};
  int refused = 0;

  void frame(net::duration when, net::duration length = 20ms) {
    while (auto x = filler.poll_before(at(when)))
      silence(*x);
    if (filler.admit(at(when), length))
      decoded += length;
    else
      ++refused;
  }

  void quiet(net::duration until) {
    while (auto x = filler.poll_until(at(until)))
      silence(*x);
  }

private:
  void silence(net::time_point x) {
    silences.push_back(x - at(0ms));
    decoded += rtp::gap_filler::silence_length;
  }
};

} // namespace

TEST_CASE("audio without a gap is not filled") {
  recorded_audio x;
  for (auto t = 0ms; t < 1s; t += 20ms)
    x.frame(t);
  CHECK(x.silences.empty());
  CHECK(x.decoded == 1s);
}

TEST_CASE("a hole is filled with packets of 20 ms") {
  recorded_audio x;
  x.frame(0ms);
  x.frame(80ms);
  CHECK(x.silences == std::vector<net::duration>{20ms, 40ms, 60ms});
  x.frame(100ms);
  CHECK(x.decoded == 120ms);
}

TEST_CASE("nothing is filled before the first frame") {
  recorded_audio x;
  x.quiet(10s);
  x.frame(10s);
  CHECK(x.silences.empty());
}

TEST_CASE("while nothing comes, silence is recorded up to the time wanted") {
  recorded_audio x;
  x.frame(0ms);
  x.quiet(70ms);
  CHECK(x.silences == std::vector<net::duration>{20ms, 40ms});
  x.quiet(75ms);
  x.frame(80ms);
  CHECK(x.silences == std::vector<net::duration>{20ms, 40ms, 60ms});
}

TEST_CASE("audio for a time that is recorded already is dropped") {
  recorded_audio x;
  x.frame(0ms);
  x.quiet(1s);
  x.frame(940ms);
  CHECK(x.refused == 1);
  x.frame(980ms);
  CHECK(x.refused == 1);
}

TEST_CASE("audio from before the recording is dropped") {
  recorded_audio x;
  x.frame(-60ms);
  CHECK(x.refused == 1);
  x.frame(-20ms);
  CHECK(x.refused == 1);
}

TEST_CASE("audio of a fast clock is decoded at most 20 ms late") {
  recorded_audio x;
  for (net::duration t{}; t < 5min; t += 19'990us) {
    x.frame(t);
    CHECK(*x.filler.end() - at(t + 20ms) <= 20ms);
  }
  CHECK(x.refused > 0);
}

TEST_CASE("decoded audio lasts as long as the clock, whatever the gaps are") {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice{seed};
    constexpr net::duration lengths[] = {10ms, 20ms, 40ms, 60ms};
    recorded_audio x;
    // The sender's clock of media is off by up to 1000 ppm.
    auto skew = 1 + (static_cast<int>(dice() % 2001) - 1000) * 1e-6;
    net::duration media{};
    std::optional<net::duration> first;
    while (media < 5min) {
      auto length = lengths[dice() % 4];
      if (dice() % 10 == 0)
        media += length * (dice() % 50);
      auto when = std::chrono::duration_cast<net::duration>(media * skew);
      x.frame(when, length);
      first = first.value_or(when);
      auto error = *x.filler.end() - at(when + length);
      CHECK(error > -41ms);
      CHECK(error < 61ms);
      media += length;
    }
    auto wall = std::chrono::duration_cast<net::duration>(media * skew);
    CHECK(std::chrono::abs(x.decoded - (wall - *first)) <= 40ms);
  }
}
