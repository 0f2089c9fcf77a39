#include "rtp/codec/av1_dependency_descriptor.hpp"

#include "net/base/rng.hpp"
#include "rtp/codec/payload_descriptor.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

#include <bit>

using namespace troupe;
using namespace troupe::test;
using rtp::parse_dependency_descriptor;

namespace {

/// Writes bits, the highest first.
class bit_writer {
public:
  bit_writer& bits(size_t count, uint32_t x) {
    while (count-- > 0) {
      if (used_ % 8 == 0)
        out_.push_back(0);
      if ((x >> count & 1) != 0)
        out_.back() |= static_cast<uint8_t>(0x80 >> used_ % 8);
      ++used_;
    }
    return *this;
  }

  /// ns(n), written by its definition in the AV1 specification, 4.10.7.
  bit_writer& below(uint32_t n, uint32_t x) {
    auto width = static_cast<uint32_t>(std::bit_width(n));
    auto m = (1U << width) - n;
    return x < m ? bits(width - 1, x) : bits(width, x + m);
  }

  octets done() const {
    return out_;
  }

private:
  octets out_;
  size_t used_ = 0;
};

void write_mandatory(bit_writer& out, bool start, bool end, uint32_t id,
                     uint16_t frame) {
  out.bits(1, start).bits(1, end).bits(6, id).bits(16, frame);
}

void write_structure(bit_writer& out, const rtp::av1_dependency_structure& x) {
  out.bits(6, x.template_id_offset).bits(5, x.decode_target_count - 1u);
  for (size_t i = 0; i < x.template_count; ++i) {
    uint32_t step = 3;
    if (i + 1u < x.template_count) {
      const auto& a = x.templates[i];
      const auto& b = x.templates[i + 1];
      step = a.spatial_id != b.spatial_id     ? 2
             : a.temporal_id != b.temporal_id ? 1
                                              : 0;
    }
    out.bits(2, step);
  }
  for (size_t i = 0; i < x.template_count; ++i)
    for (size_t k = 0; k < x.decode_target_count; ++k)
      out.bits(2, static_cast<uint32_t>(x.templates[i].indications[k]));
  for (size_t i = 0; i < x.template_count; ++i) {
    for (size_t k = 0; k < x.templates[i].fdiff_count; ++k)
      out.bits(1, 1).bits(4, x.templates[i].fdiffs[k] - 1u);
    out.bits(1, 0);
  }
  out.below(x.decode_target_count + 1u, x.chain_count);
  if (x.chain_count > 0) {
    for (size_t i = 0; i < x.decode_target_count; ++i)
      out.below(x.chain_count, x.decode_targets[i].protected_by);
    for (size_t i = 0; i < x.template_count; ++i)
      for (size_t k = 0; k < x.chain_count; ++k)
        out.bits(4, x.templates[i].chain_fdiffs[k]);
  }
  out.bits(1, x.has_resolutions);
  if (x.has_resolutions)
    for (size_t i = 0; i < x.spatial_layers; ++i)
      out.bits(16, x.resolutions[i].width - 1)
          .bits(16, x.resolutions[i].height - 1);
}

rtp::av1_frame_dependencies entry(uint8_t spatial, uint8_t temporal,
                                  std::string_view indications,
                                  std::vector<uint16_t> fdiffs,
                                  std::vector<uint8_t> chains) {
  rtp::av1_frame_dependencies x;
  x.spatial_id = spatial;
  x.temporal_id = temporal;
  for (size_t i = 0; i < indications.size(); ++i)
    x.indications[i] = static_cast<rtp::decode_target_indication>(
        std::string_view{"-DSR"}.find(indications[i]));
  x.fdiff_count = static_cast<uint8_t>(fdiffs.size());
  std::copy(fdiffs.begin(), fdiffs.end(), x.fdiffs.begin());
  std::copy(chains.begin(), chains.end(), x.chain_fdiffs.begin());
  return x;
}

/// Two spatial and two temporal layers. Decode targets: S0T0 S0T1 S1T0 S1T1.
rtp::av1_dependency_structure l2t2() {
  rtp::av1_dependency_structure x;
  x.template_id_offset = 60; // so that template ids wrap at 64
  x.decode_target_count = 4;
  x.chain_count = 2;
  x.spatial_layers = 2;
  x.temporal_layers = 2;
  x.has_resolutions = true;
  x.resolutions[0] = {320, 180};
  x.resolutions[1] = {640, 65536};
  x.decode_targets[0] = {0, 0, 0};
  x.decode_targets[1] = {0, 1, 0};
  x.decode_targets[2] = {1, 0, 1};
  x.decode_targets[3] = {1, 1, 1};
  x.templates[0] = entry(0, 0, "SSSS", {}, {0, 0});
  x.templates[1] = entry(0, 0, "SSRR", {4}, {4, 3});
  x.templates[2] = entry(0, 1, "-D-R", {2}, {2, 1});
  x.templates[3] = entry(1, 0, "--SS", {1}, {1, 1});
  x.templates[4] = entry(1, 0, "--SS", {4, 1}, {1, 1});
  x.templates[5] = entry(1, 1, "---D", {2, 1}, {3, 2});
  x.template_count = 6;
  return x;
}

octets key_frame(const rtp::av1_dependency_structure& structure,
                 uint16_t frame = 65535) {
  bit_writer out;
  write_mandatory(out, true, true, structure.template_id_offset, frame);
  out.bits(5, 0b10000);
  write_structure(out, structure);
  return out.done();
}

octets plain_frame(uint32_t id, uint16_t frame) {
  bit_writer out;
  write_mandatory(out, true, true, id, frame);
  return out.done();
}

} // namespace

TEST_CASE("a key frame announces the structure of two by two layers") {
  auto structure = l2t2();
  auto x = parse_dependency_descriptor(key_frame(structure), nullptr);
  REQUIRE(x);
  CHECK(x->start_of_frame);
  CHECK(x->end_of_frame);
  CHECK(x->frame_number == 65535);
  REQUIRE(x->structure);
  CHECK(*x->structure == structure);
  CHECK(x->active_decode_targets == 0b1111);
  CHECK(x->frame == structure.templates[0]);
  CHECK(x->resolution == rtp::av1_resolution{320, 180});
}

TEST_CASE("later frames use a template, whose ids wrap at 64") {
  auto structure = l2t2();
  auto x = parse_dependency_descriptor(plain_frame(1, 0), &structure);
  REQUIRE(x);
  CHECK_FALSE(x->structure);
  CHECK_FALSE(x->active_decode_targets);
  CHECK(x->frame == structure.templates[5]);
  CHECK(x->resolution == rtp::av1_resolution{640, 65536});
  CHECK_FALSE(parse_dependency_descriptor(plain_frame(2, 0), &structure));
  CHECK_FALSE(parse_dependency_descriptor(plain_frame(59, 0), &structure));
  CHECK_FALSE(parse_dependency_descriptor(plain_frame(1, 0), nullptr));
}

TEST_CASE("a frame may replace the values of its template") {
  auto structure = l2t2();
  bit_writer out;
  write_mandatory(out, true, false, 61, 7);
  out.bits(5, 0b01111);
  out.bits(4, 0b0011);        // active decode targets
  out.bits(8, 0b00'01'10'11); // indications
  out.bits(2, 1).bits(4, 2).bits(2, 3).bits(12, 4095).bits(2, 0);
  out.bits(8, 255).bits(8, 9);
  auto x = parse_dependency_descriptor(out.done(), &structure);
  REQUIRE(x);
  CHECK(x->active_decode_targets == 0b0011);
  CHECK(x->frame == entry(0, 0, "-DSR", {3, 4096}, {255, 9}));
}

TEST_CASE("a descriptor that ends too early is refused") {
  auto whole = key_frame(l2t2());
  REQUIRE(parse_dependency_descriptor(whole, nullptr));
  for (size_t n = 0; n < whole.size(); ++n)
    CHECK_FALSE(
        parse_dependency_descriptor(net::byte_span{whole}.first(n), nullptr));
}

TEST_CASE("structures beyond the limits of the format are refused") {
  auto start = [] {
    bit_writer out;
    write_mandatory(out, true, true, 0, 0);
    out.bits(5, 0b10000).bits(6, 0).bits(5, 0);
    return out;
  };
  auto refused = [](bit_writer& out) {
    for (int i = 0; i < 60; ++i)
      out.bits(32, 0);
    return !parse_dependency_descriptor(out.done(), nullptr);
  };
  SUBCASE("sixty-five templates") {
    auto out = start();
    for (int i = 0; i < 64; ++i)
      out.bits(2, 0);
    out.bits(2, 3);
    CHECK(refused(out));
  }
  SUBCASE("five spatial layers") {
    auto out = start();
    out.bits(8, 0b10'10'10'10).bits(2, 3);
    CHECK(refused(out));
  }
  SUBCASE("nine temporal layers") {
    auto out = start();
    out.bits(16, 0x5555).bits(2, 3);
    CHECK(refused(out));
  }
  SUBCASE("seventeen references") {
    auto out = start();
    out.bits(2, 3).bits(2, 0);
    for (int i = 0; i < 17; ++i)
      out.bits(5, 0x10);
    CHECK(refused(out));
  }
}

TEST_CASE("random structures are read as they were written") {
  constexpr uint64_t seed = 13;
  CAPTURE(seed);
  auto rng = net::make_seeded_rng(seed);
  for (int round = 0; round < 300; ++round) {
    rtp::av1_dependency_structure s;
    s.template_id_offset = static_cast<uint8_t>(rng->below(64));
    s.decode_target_count = static_cast<uint8_t>(1 + rng->below(32));
    s.chain_count = static_cast<uint8_t>(rng->below(s.decode_target_count + 1));
    s.template_count = static_cast<uint8_t>(1 + rng->below(64));
    s.has_resolutions = rng->below(2) != 0;
    uint8_t spatial = 0;
    uint8_t temporal = 0;
    for (size_t i = 0; i < s.template_count; ++i) {
      auto& t = s.templates[i];
      t.spatial_id = spatial;
      t.temporal_id = temporal;
      s.spatial_layers = static_cast<uint8_t>(spatial + 1);
      s.temporal_layers =
          std::max(s.temporal_layers, static_cast<uint8_t>(temporal + 1));
      for (size_t k = 0; k < s.decode_target_count; ++k) {
        t.indications[k] =
            static_cast<rtp::decode_target_indication>(rng->below(4));
        if (t.indications[k] == rtp::decode_target_indication::not_present)
          continue;
        auto& target = s.decode_targets[k];
        target.spatial_id = std::max(target.spatial_id, spatial);
        target.temporal_id = std::max(target.temporal_id, temporal);
      }
      t.fdiff_count = static_cast<uint8_t>(rng->below(5));
      for (size_t k = 0; k < t.fdiff_count; ++k)
        t.fdiffs[k] = static_cast<uint16_t>(1 + rng->below(16));
      for (size_t k = 0; k < s.chain_count; ++k)
        t.chain_fdiffs[k] = static_cast<uint8_t>(rng->below(16));
      auto step = rng->below(4);
      if (step == 1 && temporal < 7) {
        ++temporal;
      } else if (step == 2 && spatial < 3) {
        ++spatial;
        temporal = 0;
      }
    }
    if (s.chain_count > 0)
      for (size_t k = 0; k < s.decode_target_count; ++k)
        s.decode_targets[k].protected_by =
            static_cast<uint8_t>(rng->below(s.chain_count));
    if (s.has_resolutions)
      for (size_t k = 0; k < s.spatial_layers; ++k)
        s.resolutions[k] = {1 + rng->below(65536), 1 + rng->below(65536)};
    auto x = parse_dependency_descriptor(key_frame(s), nullptr);
    REQUIRE(x);
    CHECK(*x->structure == s);
  }
}

TEST_CASE("a describer remembers the structure between packets") {
  auto ids = rtp::extension_map::defaults();
  rtp::payload_describer describer{rtp::codec::av1, ids};
  auto packet = [](octets descriptor, octets payload) {
    rtp_builder b;
    b.two_byte = true;
    b.extensions = {{7, std::move(descriptor)}};
    b.payload = std::move(payload);
    return b.make();
  };
  auto structure = l2t2();
  SUBCASE("before the first structure, only key frames are recognized") {
    auto x = describer.describe(packet(plain_frame(61, 1), {0x10, 0}));
    REQUIRE(x);
    CHECK_FALSE(x->picture_id);
    CHECK(describer.av1_structure() == nullptr);
  }
  auto x = describer.describe(packet(key_frame(structure), {0x18, 0}));
  REQUIRE(x);
  CHECK(x->keyframe);
  CHECK(x->spatial_switch);
  CHECK(x->picture_id == 65535);
  CHECK(x->picture_id_bits == 16);
  REQUIRE(describer.av1_structure());
  CHECK(describer.av1_structure()->decode_target_count == 4);

  // The upper layer of the key picture refers only to the lower one.
  x = describer.describe(packet(plain_frame(63, 0), {0x10, 0}));
  REQUIRE(x);
  CHECK_FALSE(x->keyframe);
  CHECK(x->spatial_id == 1);
  CHECK(x->spatial_switch);
  CHECK(x->inter_layer);
  CHECK_FALSE(x->discardable);

  // Later frames also refer to the picture before.
  x = describer.describe(packet(plain_frame(0, 4), {0x10, 0}));
  REQUIRE(x);
  CHECK(x->spatial_id == 1);
  CHECK_FALSE(x->spatial_switch);
  CHECK(x->inter_layer);
  CHECK(x->temporal_switch);

  // No frame refers to the highest layer of both.
  x = describer.describe(packet(plain_frame(1, 6), {0x10, 0}));
  REQUIRE(x);
  CHECK(x->temporal_id == 1);
  CHECK(x->discardable);

  // A malformed descriptor does not change the structure.
  CHECK(describer.describe(packet({0xFF}, {0x10, 0})));
  REQUIRE(describer.av1_structure());
  CHECK(*describer.av1_structure() == structure);
}
