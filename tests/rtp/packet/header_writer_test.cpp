#include "rtp/packet/header_writer.hpp"

#include "net/base/rng.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using rtp::extension;
using namespace std::chrono_literals;

namespace {

rtp::rewritten_fields fields() {
  rtp::rewritten_fields x;
  x.payload_type = rtp::payload_type{101};
  x.sequence_number = 65535;
  x.timestamp = 0xFFFFFFFF;
  x.ssrc = rtp::ssrc{0xCAFE0001};
  x.marker = true;
  return x;
}

/// The written header, parsed as a packet.
struct written {
  std::optional<rtp::written_header> layout;
  octets bytes;
  std::optional<rtp::packet> packet;
};

written write(const rtp::header_writer& writer, const rtp::packet& source,
              std::span<const rtp::replaced_extension> replaced = {}) {
  written x;
  x.bytes.resize(rtp::max_header_size);
  x.layout = writer.write(source, fields(), x.bytes, replaced);
  if (x.layout) {
    x.bytes.resize(x.layout->size);
    x.packet = parse(x.bytes);
  }
  return x;
}

} // namespace

TEST_CASE("a rewritten header has the new fields and the old CSRCs") {
  rtp_builder b;
  b.csrcs = {10, 11, 12};
  b.padding = 3;
  auto x = write(rtp::header_writer{}, b.make());
  REQUIRE(x.packet);
  CHECK(to_octets(x.bytes)
        == from_hex("83 e5 ffff ffffffff cafe0001 0000000a 0000000b 0000000c"));
  CHECK(x.layout == rtp::written_header{24, 0, 0});
}

TEST_CASE("elements change their id, and unknown ones are left out") {
  rtp::extension_map from;
  from.set(extension::audio_level, 3);
  from.set(extension::sdes_rid, 4);
  from.set(extension::toffset, 5);
  rtp::extension_map to;
  to.set(extension::audio_level, 9);
  to.set(extension::sdes_rid, 4);
  rtp_builder b;
  b.extensions = {{4, {'r', '0'}}, {3, {0x55}}, {5, {1, 2, 3}}, {9, {1}}};
  auto x = write({from, to}, b.make());
  REQUIRE(x.packet);
  CHECK(to_octets(x.packet->extension_block()) == from_hex("90 55 00 00"));
}

TEST_CASE("the receiver's own elements replace those of the sender") {
  auto ids = rtp::extension_map::defaults();
  rtp::header_writer writer{ids, ids};
  writer.set_mid("7");
  rtp_builder b;
  b.extensions = {{1, {'x', 'y'}}, {4, {9, 9, 9}}, {5, {8, 8}}, {6, {0x2A}}};
  auto x = write(writer, b.make());
  REQUIRE(x.packet);
  CHECK(x.packet->extension_profile() == 0xBEDE);
  CHECK(read_mid(*x.packet, ids) == "7");
  CHECK(read_abs_send_time(*x.packet, ids) == 0);
  CHECK(read_transport_cc(*x.packet, ids) == 0);
  CHECK(read_audio_level(*x.packet, ids) == rtp::audio_level{42, false});

  patch_abs_send_time(x.bytes, *x.layout, net::time_point{3s});
  patch_transport_cc(x.bytes, *x.layout, 65535);
  auto patched = parse(x.bytes);
  CHECK(read_mid(*patched, ids) == "7");
  CHECK(read_abs_send_time(*patched, ids) == 3 << 18);
  CHECK(read_transport_cc(*patched, ids) == 65535);
  CHECK(read_audio_level(*patched, ids) == rtp::audio_level{42, false});
}

TEST_CASE("patching a header without the elements changes nothing") {
  auto x = write(rtp::header_writer{}, rtp_builder{}.make());
  auto before = x.bytes;
  patch_abs_send_time(x.bytes, *x.layout, net::time_point{3s});
  patch_transport_cc(x.bytes, *x.layout, 65535);
  CHECK(x.bytes == before);
}

TEST_CASE("the two-byte form is used if an id or a size requires it") {
  auto ids = rtp::extension_map::defaults();
  rtp_builder b;
  SUBCASE("an own element has a large id") {
    ids.remove(extension::transport_cc);
    ids.set(extension::transport_cc, 200);
  }
  SUBCASE("a copied element has a large id") {
    ids.remove(extension::audio_level);
    ids.set(extension::audio_level, 16);
  }
  SUBCASE("a copied element is longer than 16 octets") {
    b.extensions.push_back({7, octets(17, 1)});
  }
  SUBCASE("a copied element is empty") {
    b.extensions.push_back({8, {}});
  }
  b.two_byte = true;
  b.extensions.push_back({6, {5}});
  rtp::header_writer writer{rtp::extension_map::defaults(), ids};
  writer.set_mid("12345678");
  auto x = write(writer, b.make());
  REQUIRE(x.packet);
  CHECK(x.packet->extension_profile() == 0x1000);
  patch_abs_send_time(x.bytes, *x.layout, net::time_point{1s});
  patch_transport_cc(x.bytes, *x.layout, 77);
  auto patched = parse(x.bytes);
  CHECK(read_mid(*patched, ids) == "12345678");
  CHECK(read_abs_send_time(*patched, ids) == 1 << 18);
  CHECK(read_transport_cc(*patched, ids) == 77);
  CHECK(read_audio_level(*patched, ids) == rtp::audio_level{5, false});
}

TEST_CASE("two-byte elements that are small become one-byte elements") {
  auto ids = rtp::extension_map::defaults();
  rtp_builder b;
  b.two_byte = true;
  b.extensions = {{6, {5}}, {7, octets(16, 3)}};
  auto x = write({ids, ids}, b.make());
  REQUIRE(x.packet);
  CHECK(x.packet->extension_profile() == 0xBEDE);
  CHECK(to_octets(x.packet->extension(7)) == octets(16, 3));
}

TEST_CASE("elements are replaced, added and removed") {
  auto ids = rtp::extension_map::defaults();
  ids.remove(extension::playout_delay);
  rtp_builder b;
  b.extensions = {{7, {1, 2, 3}}, {8, {1}}, {6, {4}}};
  auto descriptor = octets{9, 9, 9, 9};
  auto offset = octets{0, 0, 7};
  rtp::replaced_extension list[] = {
      {extension::dependency_descriptor, descriptor},
      {extension::video_orientation, {}},
      {extension::toffset, offset},
      {extension::playout_delay, offset},
      {extension::transport_cc, offset},
  };
  auto x = write({ids, ids}, b.make(), list);
  REQUIRE(x.packet);
  CHECK(to_octets(x.packet->extension(7)) == descriptor);
  CHECK(x.packet->extension(8).data() == nullptr);
  CHECK(read_toffset(*x.packet, ids) == 7);
  CHECK(read_audio_level(*x.packet, ids)->level == 4);
  CHECK(x.packet->extension(11).data() == nullptr);
  CHECK(read_transport_cc(*x.packet, ids) == 0);
}

TEST_CASE("a MID longer than ours is cut, and an empty one is not sent") {
  auto ids = rtp::extension_map::defaults();
  rtp::header_writer writer{ids, ids};
  writer.set_mid("0123456789abcdefXYZ");
  auto x = write(writer, rtp_builder{}.make());
  CHECK(read_mid(*x.packet, ids) == "0123456789abcdef");
  writer.set_mid("");
  x = write(writer, rtp_builder{}.make());
  CHECK_FALSE(read_mid(*x.packet, ids));
}

TEST_CASE("a header of our own has no source, and may announce padding") {
  auto ids = rtp::extension_map::defaults();
  rtp::header_writer writer{{}, ids};
  octets out(64);
  auto f = fields();
  f.padding = true;
  auto layout = writer.write(f, out);
  REQUIRE(layout);
  out.resize(layout->size);
  out.insert(out.end(), {0, 0, 0, 4});
  auto x = parse(out);
  REQUIRE(x);
  CHECK(x->padding() == 4);
  CHECK(x->payload().empty());
  CHECK(read_transport_cc(*x, ids) == 0);
}

TEST_CASE(
    "a header that does not fit is refused without a write past the end") {
  auto ids = rtp::extension_map::defaults();
  rtp::header_writer writer{ids, ids};
  writer.set_mid("ab");
  rtp_builder b;
  b.csrcs = {1, 2};
  b.extensions = {{6, {5}}, {7, octets(16, 3)}};
  auto source = b.make();
  octets room(200);
  auto needed = writer.write(source, fields(), room)->size;
  for (size_t n = 0; n < 200; ++n) {
    octets out(n); // of this exact size, so that sanitizers check its end
    auto layout = writer.write(source, fields(), out);
    CHECK(layout.has_value() == (n >= needed));
  }
}

TEST_CASE("the written header is valid and keeps its values for any input") {
  constexpr uint64_t seed = 11;
  CAPTURE(seed);
  auto rng = net::make_seeded_rng(seed);
  auto random_map = [&] {
    rtp::extension_map map;
    for (size_t i = 0; i < rtp::extension_count; ++i)
      if (rng->below(3) != 0)
        map.set(static_cast<extension>(i),
                static_cast<uint8_t>(rng->below(rng->below(8) ? 15 : 256)));
    return map;
  };
  for (int round = 0; round < 2000; ++round) {
    auto from = random_map();
    auto to = random_map();
    rtp_builder b;
    b.two_byte = true;
    for (size_t i = 0; i < rtp::extension_count; ++i)
      if (auto id = from.id(static_cast<extension>(i)))
        b.extensions.emplace_back(id, octets(rng->below(20), uint8_t(i)));
    rtp::header_writer writer{from, to};
    writer.set_mid("m");
    auto source = b.make();
    octets out(512);
    auto layout = writer.write(source, fields(), out);
    REQUIRE(layout);
    out.resize(layout->size);
    auto x = parse(out);
    REQUIRE(x);
    CHECK(x->header().size() == layout->size);
    CHECK((layout->transport_cc_offset != 0)
          == to.has(extension::transport_cc));
    CHECK((layout->abs_send_time_offset != 0)
          == to.has(extension::abs_send_time));
    CHECK(read_mid(*x, to).has_value() == to.has(extension::sdes_mid));
    for (auto what : {extension::audio_level, extension::toffset,
                      extension::dependency_descriptor,
                      extension::abs_capture_time, extension::packet_id}) {
      auto was = source.extension(from.id(what));
      auto is = x->extension(to.id(what));
      if (to.has(what))
        CHECK(to_octets(is) == to_octets(was));
    }
  }
}

TEST_CASE("the frame number of a dependency descriptor can be advanced") {
  auto ids = rtp::extension_map::defaults();
  rtp::header_writer writer{ids, ids};
  rtp_builder b;
  octets value(3);
  SUBCASE("in the one-byte form") {}
  SUBCASE("in the two-byte form") {
    b.two_byte = true;
    value.resize(17, 0x55);
  }
  value[0] = 0xC1;
  net::store_u16(&value[1], 65534);
  b.extensions = {{6, {0x2A}}, {7, value}, {8, {1}}};
  auto x = write(writer, b.make());
  REQUIRE(x.packet);
  CHECK(x.packet->extension_profile() == (b.two_byte ? 0x1000 : 0xBEDE));
  patch_frame_number(x.bytes, *x.layout, 3);
  auto patched = parse(x.bytes);
  net::store_u16(&value[1], 1);
  CHECK(to_octets(patched->extension(7)) == value);
  CHECK(read_audio_level(*patched, ids) == rtp::audio_level{42, false});
  CHECK(to_octets(patched->extension(8)) == octets{1});
}

TEST_CASE("nothing changes if there is no frame number to advance") {
  auto ids = rtp::extension_map::defaults();
  rtp_builder b;
  SUBCASE("no descriptor") {}
  SUBCASE("a descriptor that is too short") {
    b.extensions = {{7, {0xC0, 1}}};
  }
  auto x = write({ids, ids}, b.make());
  auto before = x.bytes;
  patch_frame_number(x.bytes, *x.layout, 3);
  CHECK(x.bytes == before);
}

TEST_CASE("a written header touches one cache line of its writer") {
  rtp::header_writer x{{}, rtp::extension_map::defaults()};
  CHECK(x.hot_octets() <= 64);
}
