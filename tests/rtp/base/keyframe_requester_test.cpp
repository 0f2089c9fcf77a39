#include "rtp/base/keyframe_requester.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("a storm of requests becomes one request per second") {
  rtp::keyframe_requester x;
  auto sent = 0;
  for (auto t = 0ms; t < 10s; t += 1ms) {
    x.handle_packet();
    x.request(at(t));
    if (x.poll(at(t)))
      ++sent;
    // A key frame comes at once, and another is wanted.
    x.handle_keyframe();
  }
  CHECK(sent == 10);
}

TEST_CASE(
    "after a quiet time a few requests are sent soon, then one a second") {
  rtp::keyframe_requester x{{.burst = 3, .spacing = 350ms}};
  std::vector<net::duration> sent;
  for (auto t = 0ms; t < 5s; t += 1ms) {
    x.handle_packet();
    x.request(at(t));
    if (x.poll(at(t)))
      sent.push_back(t);
    x.handle_keyframe();
  }
  CHECK(sent
        == std::vector<net::duration>{0ms, 350ms, 700ms, 1050ms, 2s, 3s, 4s});
}

TEST_CASE("a request is repeated until the key frame arrives") {
  rtp::keyframe_requester x;
  x.request(at(0ms));
  CHECK(x.poll(at(0ms)));
  x.handle_packet();
  CHECK_FALSE(x.poll(at(999ms)));
  CHECK(x.poll_timeout() == at(1s));
  CHECK(x.poll(at(1s)));
  x.handle_keyframe();
  x.handle_packet();
  CHECK_FALSE(x.poll(at(5s)));
  CHECK_FALSE(x.poll_timeout());
}

TEST_CASE("on a dead link it rests until the first packet") {
  rtp::keyframe_requester x;
  x.request(at(0ms));
  CHECK(x.poll(at(0ms)));
  CHECK_FALSE(x.poll(at(3s)));
  CHECK_FALSE(x.poll_timeout());
  x.handle_packet();
  CHECK(x.poll(at(3s)));
}
