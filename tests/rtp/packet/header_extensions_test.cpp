#include "rtp/packet/header_extensions.hpp"

#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using rtp::extension;
using namespace std::chrono_literals;

namespace {

const auto ids = rtp::extension_map::defaults();

rtp::packet with(extension what, octets value) {
  rtp_builder b;
  b.extensions = {{rtp::default_id(what), std::move(value)}};
  return b.make();
}

} // namespace

TEST_CASE("every extension is found by its URI") {
  for (size_t i = 0; i < rtp::extension_count; ++i) {
    auto x = static_cast<extension>(i);
    CHECK(rtp::extension_from_uri(rtp::uri(x)) == x);
  }
  CHECK_FALSE(rtp::extension_from_uri(""));
  CHECK_FALSE(rtp::extension_from_uri("urn:3gpp:video-orientation "));
  CHECK(rtp::uri(extension::packet_id)
        == "urn:mediasoup:params:rtp-hdrext:packet-id");
}

TEST_CASE("the default ids are those that clients expect") {
  CHECK(ids.id(extension::sdes_mid) == 1);
  CHECK(ids.id(extension::abs_send_time) == 4);
  CHECK(ids.id(extension::transport_cc) == 5);
  CHECK(ids.id(extension::dependency_descriptor) == 7);
  CHECK(ids.id(extension::packet_id) == 12);
}

TEST_CASE("a map gives no id to two extensions") {
  rtp::extension_map map;
  CHECK_FALSE(map.has(extension::sdes_mid));
  CHECK_FALSE(map.find(0));
  CHECK(map.set(extension::sdes_mid, 3));
  CHECK(map.set(extension::sdes_mid, 3));
  CHECK_FALSE(map.set(extension::toffset, 3));
  CHECK_FALSE(map.set(extension::toffset, 0));
  CHECK_FALSE(map.set(extension::toffset, 15));
  CHECK(map.set(extension::toffset, 255));
  CHECK(map.find(3) == extension::sdes_mid);
  CHECK(map.find(255) == extension::toffset);
  CHECK_FALSE(map.find(4));
  map.remove(extension::sdes_mid);
  CHECK_FALSE(map.find(3));
  CHECK(map.set(extension::audio_level, 3));
}

TEST_CASE("text elements are read as text") {
  CHECK(read_mid(with(extension::sdes_mid, {'a', '1'}), ids) == "a1");
  CHECK(read_rid(with(extension::sdes_rid, {'r', '0'}), ids) == "r0");
  auto repaired = with(extension::sdes_repaired_rid, {'r', '2'});
  CHECK(read_repaired_rid(repaired, ids) == "r2");
  CHECK_FALSE(read_mid(repaired, ids));
  rtp_builder b;
  b.two_byte = true;
  b.extensions = {{1, {}}};
  CHECK_FALSE(read_mid(b.make(), ids));
}

TEST_CASE("an element that was not negotiated is absent") {
  auto x = with(extension::sdes_mid, {'a'});
  CHECK_FALSE(read_mid(x, {}));
}

TEST_CASE("elements of a wrong size are absent") {
  auto of = [](extension what) {
    return with(what, {0, 1, 2, 3, 4});
  };
  CHECK_FALSE(read_abs_send_time(of(extension::abs_send_time), ids));
  CHECK_FALSE(read_transport_cc(of(extension::transport_cc), ids));
  CHECK_FALSE(read_audio_level(of(extension::audio_level), ids));
  CHECK_FALSE(read_video_orientation(of(extension::video_orientation), ids));
  CHECK_FALSE(read_toffset(of(extension::toffset), ids));
  CHECK_FALSE(read_abs_capture_time(of(extension::abs_capture_time), ids));
  CHECK_FALSE(read_playout_delay(of(extension::playout_delay), ids));
}

TEST_CASE("numeric elements are read") {
  CHECK(read_abs_send_time(with(extension::abs_send_time, {1, 2, 3}), ids)
        == 0x010203);
  CHECK(read_transport_cc(with(extension::transport_cc, {0xFF, 0xFE}), ids)
        == 65534);
  CHECK(read_audio_level(with(extension::audio_level, {0x80 | 30}), ids)
        == rtp::audio_level{30, true});
  CHECK(read_audio_level(with(extension::audio_level, {127}), ids)
        == rtp::audio_level{127, false});
  CHECK(read_video_orientation(with(extension::video_orientation, {0x0B}), ids)
        == rtp::video_orientation{true, false, 270});
  CHECK(read_video_orientation(with(extension::video_orientation, {0x05}), ids)
        == rtp::video_orientation{false, true, 90});
  CHECK(read_toffset(with(extension::toffset, {0xFF, 0xFF, 0xFE}), ids) == -2);
  CHECK(read_toffset(with(extension::toffset, {0, 1, 0}), ids) == 256);
  CHECK(read_playout_delay(with(extension::playout_delay, {0x01, 0x20, 0x34}),
                           ids)
        == rtp::playout_delay{0x012, 0x034});
  auto capture = with(extension::abs_capture_time, {1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(read_abs_capture_time(capture, ids)
        == rtp::abs_capture_time{0x0102030405060708, std::nullopt});
  capture = with(extension::abs_capture_time, {1, 2, 3, 4, 5, 6, 7, 8, 255, 255,
                                               255, 255, 255, 255, 255, 255});
  CHECK(read_abs_capture_time(capture, ids)->clock_offset == -1);
}

TEST_CASE("send times are 6.18 fixed-point seconds and wrap after 64") {
  auto at = [](net::duration x) {
    return rtp::to_abs_send_time(net::time_point{x});
  };
  CHECK(at(0s) == 0);
  CHECK(at(1s) == 1 << 18);
  CHECK(at(500ms) == 1 << 17);
  CHECK(at(64s) == 0);
  CHECK(at(63s + 999999999ns) == 0xFFFFFF);
  CHECK(at(1000000h + 1s) == 1 << 18); // 3.6e9 s is a multiple of 64 s
  CHECK(at(-1s) == 63 << 18);
  CHECK(rtp::abs_send_time_delta(at(1s), at(2s)) == 1s);
  CHECK(rtp::abs_send_time_delta(at(63s), at(65s)) == 2s);
  CHECK(rtp::abs_send_time_delta(at(65s), at(63s)) == -2s);
}
