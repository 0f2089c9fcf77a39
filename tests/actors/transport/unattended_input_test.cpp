#include "actors/transport/unattended_input.hpp"

#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct scene {
  // Whether the second of two packets of a source is dropped.
  bool skips(uint32_t ssrc) {
    bool out = false;
    for (int i = 0; i < 2; ++i) {
      rtp_builder x;
      x.ssrc = ssrc;
      out = intake.skips_any()
            && intake.skip({to_buffer(x.build()), {}, net::time_point{1h}});
    }
    return out;
  }

  void set(const producer_id& of, std::vector<rtp::ssrc> sources) {
    input.handle({of, std::move(sources), 0}, intake);
  }

  transport_intake intake{max_waiting_datagrams};
  unattended_input input;
};

const producer_id camera{"camera"};
const producer_id screen{"screen"};

} // namespace

TEST_CASE("the unattended sources of all producers are skipped") {
  scene at;
  at.set(camera, {rtp::ssrc{1}, rtp::ssrc{2}});
  at.set(screen, {rtp::ssrc{3}});
  CHECK(at.skips(1));
  CHECK(at.skips(2));
  CHECK(at.skips(3));
  CHECK_FALSE(at.skips(4));
}

TEST_CASE("the sources that a producer names last replace its others") {
  scene at;
  at.set(camera, {rtp::ssrc{1}, rtp::ssrc{2}});
  at.set(screen, {rtp::ssrc{3}});
  at.set(camera, {rtp::ssrc{2}});
  CHECK_FALSE(at.skips(1));
  CHECK(at.skips(2));
  CHECK(at.skips(3));
  at.set(camera, {});
  CHECK_FALSE(at.skips(2));
  CHECK(at.skips(3));
}

TEST_CASE("the sources of a producer that is gone are not skipped") {
  scene at;
  at.set(camera, {rtp::ssrc{1}});
  at.set(screen, {rtp::ssrc{3}});
  at.input.remove(camera, at.intake);
  CHECK_FALSE(at.skips(1));
  CHECK(at.skips(3));
  at.input.remove(screen, at.intake);
  CHECK_FALSE(at.intake.skips_any());
}
