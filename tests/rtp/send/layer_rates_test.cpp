#include "rtp/send/layer_rates.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

struct scene {
  // Sends packets of so many octets, one each 20 ms, of one encoding.
  void send(uint8_t encoding, size_t octets, net::duration time,
            uint8_t temporal = 0) {
    for (auto end = now + time; now < end; now += 20ms) {
      packet_spec spec;
      spec.payload = octet_vector(octets, 7);
      rtp::media_packet x{make_packet(spec, now)};
      x.encoding = encoding;
      x.temporal_id = temporal;
      rates.handle_batch({&x, 1}, now);
    }
  }

  bool changed() {
    return rates.poll_changed(now);
  }

  rtp::layer_rates rates;
  net::time_point now = at(0s);
};

} // namespace

TEST_CASE("rates change when a layer arrives and when its rate is known") {
  scene x;
  CHECK_FALSE(x.changed());
  x.send(0, 500, 100ms);
  CHECK(x.changed());
  CHECK_FALSE(x.changed());
  x.send(0, 500, 1s);
  CHECK(x.rates.known(0));
  CHECK(x.changed());
  x.send(0, 500, 3s);
  CHECK_FALSE(x.changed());
  x.send(1, 500, 20ms);
  CHECK(x.changed());
  x.send(0, 500, 20ms, 1);
  CHECK(x.changed());
  CHECK_FALSE(x.changed());
}

TEST_CASE("rates change when a layer ceases to arrive") {
  scene x;
  x.send(0, 500, 3s);
  CHECK(x.changed());
  x.now += 1400ms;
  CHECK_FALSE(x.changed());
  x.now += 200ms;
  CHECK(x.changed());
  CHECK_FALSE(x.changed());
}

TEST_CASE("a rate changes by more than an eighth") {
  scene x;
  x.send(0, 500, 5s);
  CHECK(x.changed());
  x.send(0, 520, 5s);
  CHECK_FALSE(x.changed());
  x.send(0, 700, 5s);
  CHECK(x.changed());
  x.send(0, 500, 5s);
  CHECK(x.changed());
}
