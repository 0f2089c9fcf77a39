#include "rtp/receive/receive_stream.hpp"
#include "rtp/send/egress.hpp"
#include "rtp/send/forwarder.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

#include <map>

// How AV1's dependency descriptors are forwarded to a receiver (RTP payload
// format for AV1, appendix A).

using namespace troupe;
using namespace troupe::test;
using rtp::extension;

namespace {

constexpr uint8_t source_id = 12;
constexpr uint8_t receiver_id = 7;

class bit_writer {
public:
  bit_writer& bits(size_t count, uint32_t x) {
    for (; count > 0; --count, ++used_) {
      if (used_ % 8 == 0)
        out_.push_back(0);
      if ((x >> (count - 1) & 1) != 0)
        out_.back() |= static_cast<uint8_t>(0x80 >> used_ % 8);
    }
    return *this;
  }

  octet_vector done() const {
    return out_;
  }

private:
  octet_vector out_;
  size_t used_ = 0;
};

/// One spatial layer: a template for a key frame and one for all others.
void add_l1t1(bit_writer& out) {
  out.bits(6, 0).bits(5, 0);            // one decode target
  out.bits(2, 0).bits(2, 3);            // layers: same, end
  out.bits(2, 2).bits(2, 2);            // switch indications
  out.bits(1, 0).bits(1, 1).bits(4, 0); // refers to the one before
  out.bits(1, 0).bits(1, 0);            // no chains
  out.bits(1, 1).bits(16, 639).bits(16, 359);
}

/// Two layers: for each, a template for a key frame and one for all others.
void add_l2t1(bit_writer& out) {
  out.bits(6, 0).bits(5, 1);
  out.bits(2, 0).bits(2, 2).bits(2, 0).bits(2, 3);
  out.bits(8, 0b1010'1010).bits(8, 0b0010'0010);
  out.bits(1, 0);                       // refers to nothing
  out.bits(1, 1).bits(4, 1).bits(1, 0); // to its layer
  out.bits(1, 1).bits(4, 0).bits(1, 0); // to the layer below
  out.bits(1, 1).bits(4, 1).bits(1, 1).bits(4, 0).bits(1, 0); // to both
  out.bits(1, 0);
  out.bits(1, 1).bits(16, 319).bits(16, 179).bits(16, 639).bits(16, 359);
}

/// A frame, in one packet by default.
struct frame {
  uint16_t number = 0;
  uint8_t template_id = 0;
  bool key = false;
  bool start = true;
  bool end = true;
  bool marker = true;
};

octet_vector descriptor(const frame& x, uint8_t spatial_layers) {
  bit_writer out;
  out.bits(1, x.start).bits(1, x.end).bits(6, x.template_id);
  out.bits(16, x.number);
  if (x.key) {
    out.bits(5, 0b10000);
    spatial_layers == 1 ? add_l1t1(out) : add_l2t1(out);
  }
  return out.done();
}

rtp::extension_map with_descriptor(uint8_t id) {
  rtp::extension_map out;
  if (id != 0)
    out.set(extension::dependency_descriptor, id);
  return out;
}

/// The engines between incoming and sent packets.
struct line {
  explicit line(const rtp::producer_layout& layout, uint8_t id = receiver_id)
      : spatial_layers(layout.kind == rtp::layering::svc ? layout.spatial_layers
                                                         : 1) {
    for (uint8_t i = 0; i < layout.encodings(); ++i) {
      rtp::receive_stream::config x;
      x.index = i;
      x.codec = rtp::codec::av1;
      x.layout = layout;
      x.extensions = with_descriptor(source_id);
      streams.emplace_back(x, rtp::ssrc{i + 1u});
    }
    rtp::forwarder::config x;
    x.layout = layout;
    x.ssrc = rtp::ssrc{5};
    x.payload = rtp::payload_type{101};
    x.rtx_ssrc = rtp::ssrc{6};
    x.rtx_payload = rtp::payload_type{102};
    x.feedback.nack = true;
    x.source_extensions = with_descriptor(source_id);
    x.extensions = with_descriptor(id);
    engine = std::make_unique<rtp::forwarder>(x, *random);
  }

  /// Sends the next packet of an encoding; `send_as` chooses the number.
  void send(const frame& x, uint8_t encoding = 0) {
    send_as(x, encoding, sequences[encoding]++);
  }

  void send_as(const frame& x, uint8_t encoding, uint16_t sequence) {
    now += 33ms;
    packet_spec spec;
    spec.sequence = sequence;
    spec.timestamp = 90000 + sequence / spatial_layers * 3000u;
    spec.marker = x.marker;
    spec.payload = {static_cast<uint8_t>(x.key ? 0x18 : 0x10), 1, 2, 3};
    spec.extensions = {{source_id, descriptor(x, spatial_layers)}};
    std::vector<rtp::media_packet> batch;
    streams[encoding].handle_media(make_packet(spec, now), now, batch);
    for (auto& p : batch)
      kept.emplace(std::pair{p.encoding, p.sequence}, p);
    engine->handle_batch(media_of(std::move(batch)), now);
    take();
  }

  void take() {
    while (auto out = engine->poll_batch())
      queue.handle_batch(std::move(*out), now);
    while (auto wire = queue.poll_packet()) {
      octet_vector octets{wire->header.begin(), wire->header.end()};
      octets.insert(octets.end(), wire->payload.begin(), wire->payload.end());
      sent.push_back(*parse_packet(octets, now));
    }
  }

  void want(uint8_t spatial) {
    engine->set_layers(rtp::layers{spatial, 0}, now);
  }

  void nack(uint16_t sequence) {
    engine->handle_nack(std::span{&sequence, 1}, now);
    std::vector<rtp::media_packet> found;
    while (auto keys = engine->poll_retransmission_request())
      for (auto& x : *keys)
        found.push_back(kept.at({x.encoding, x.sequence}));
    engine->handle_retransmissions(media_of(std::move(found)), now);
    take();
  }

  octet_vector descriptor_of(size_t which) const {
    auto x = sent.at(which).extension(receiver_id);
    return {x.begin(), x.end()};
  }

  std::vector<int> numbers() const {
    std::vector<int> out;
    for (size_t i = 0; i < sent.size(); ++i) {
      auto x = descriptor_of(i);
      out.push_back(x.size() < 3 ? -1 : net::load_u16(&x[1]));
    }
    return out;
  }

  uint8_t spatial_layers;
  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  std::vector<rtp::receive_stream> streams;
  std::unique_ptr<rtp::forwarder> engine;
  rtp::egress queue;
  net::time_point now = at(0ms);
  std::map<uint8_t, uint16_t> sequences{{0, 1000}, {1, 3000}};
  std::map<std::pair<uint8_t, int64_t>, rtp::media_packet> kept;
  std::vector<rtp::packet> sent;
};

constexpr rtp::producer_layout simulcast{rtp::layering::simulcast, 2, 1, false};
constexpr rtp::producer_layout svc{rtp::layering::svc, 2, 1, false};

frame key(uint16_t number) {
  return {.number = number, .template_id = 0, .key = true};
}

frame delta(uint16_t number) {
  return {.number = number, .template_id = 1};
}

/// Sends both layers of a picture.
void send_picture(line& x, uint16_t number, bool is_key) {
  auto lower = is_key ? key(number) : delta(number);
  lower.marker = false;
  x.send(lower);
  x.send({.number = static_cast<uint16_t>(number + 1),
          .template_id = static_cast<uint8_t>(is_key ? 2 : 3)});
}

} // namespace

TEST_CASE("a dependency descriptor is forwarded unchanged, with the other id") {
  line x{simulcast};
  x.want(0);
  x.send(key(65534));
  x.send(delta(65535));
  x.send(delta(0));
  REQUIRE(x.sent.size() == 3);
  CHECK(x.descriptor_of(0) == descriptor(key(65534), 1));
  CHECK(x.descriptor_of(1) == descriptor(delta(65535), 1));
  CHECK(x.descriptor_of(2) == descriptor(delta(0), 1));
}

TEST_CASE("another encoding continues with the next frame number") {
  line x{simulcast};
  x.want(0);
  x.send(key(65533));
  x.send(delta(65534));
  x.want(1);
  x.send(delta(65535));
  x.send(key(4000), 1);
  x.send(delta(4001), 1);
  x.want(0);
  x.send(delta(4003), 1);
  x.send(key(7), 0);
  x.send(delta(8), 0);
  CHECK(x.numbers() == std::vector{65533, 65534, 65535, 0, 1, 3, 4, 5});
  // Only the number was changed.
  CHECK(x.descriptor_of(3) == descriptor(key(0), 1));
  CHECK(x.descriptor_of(6) == descriptor(key(4), 1));
}

TEST_CASE("layers that are left out leave a gap in the frame numbers") {
  line x{svc};
  send_picture(x, 65534, true);
  x.want(0);
  send_picture(x, 0, false);
  send_picture(x, 2, false);
  CHECK(x.numbers() == std::vector{65534, 65535, 0, 2});
  x.want(1);
  send_picture(x, 4, true);
  send_picture(x, 6, false);
  CHECK(x.numbers() == std::vector{65534, 65535, 0, 2, 4, 5, 6, 7});
  // The highest layer that is sent ends the picture.
  std::vector<bool> markers;
  for (auto& p : x.sent)
    markers.push_back(p.marker());
  CHECK(markers
        == std::vector{false, true, true, true, false, true, false, true});
  for (size_t i = 1; i < x.sent.size(); ++i)
    CHECK(x.sent[i].sequence_number()
          == static_cast<uint16_t>(x.sent[0].sequence_number() + i));
}

TEST_CASE("only a long descriptor takes the two-byte form") {
  line x{svc};
  send_picture(x, 10, true);
  REQUIRE(x.sent.size() == 2);
  CHECK(x.descriptor_of(0).size() > 16);
  CHECK(x.sent[0].extension_profile() == 0x1000);
  CHECK(x.sent[1].extension_profile() == 0xBEDE);
  CHECK(x.descriptor_of(0)
        == descriptor({.number = 10, .key = true, .marker = false}, 2));
}

TEST_CASE("the frame number is rewritten in the two-byte form, too") {
  line x{svc};
  send_picture(x, 10, true);
  x.engine->pause(x.now);
  send_picture(x, 12, false);
  x.engine->resume(x.now);
  send_picture(x, 14, true);
  REQUIRE(x.sent.size() == 4);
  CHECK(x.sent[2].extension_profile() == 0x1000);
  CHECK(x.descriptor_of(2) == descriptor({.number = 12, .key = true}, 2));
  CHECK(x.numbers() == std::vector{10, 11, 12, 13});
}

TEST_CASE("a repeated packet has the same descriptor as the original") {
  line x{simulcast};
  x.want(0);
  x.send(key(100));
  x.want(1);
  x.send(key(65000), 1);
  x.send(delta(65001), 1);
  REQUIRE(x.numbers() == std::vector{100, 101, 102});
  for (size_t i = 0; i < 3; ++i) {
    auto sequence = x.sent[i].sequence_number();
    x.nack(sequence);
    REQUIRE(x.sent.size() == 4 + i);
    CHECK(x.sent.back().ssrc() == rtp::ssrc{6});
    CHECK(net::load_u16(x.sent.back().payload().data()) == sequence);
    CHECK(x.descriptor_of(3 + i) == x.descriptor_of(i));
  }
}

TEST_CASE("a late packet is numbered as its encoding was at that time") {
  line x{simulcast};
  x.want(1);
  x.send(key(500), 1);
  x.engine->pause(x.now);
  x.engine->resume(x.now);
  x.send(key(510), 1);
  auto missing = x.sequences[1]++;
  x.send(delta(512), 1);
  x.send_as(delta(511), 1, missing);
  CHECK(x.numbers() == std::vector{500, 501, 503, 502});
}

TEST_CASE("a late packet from before a restart keeps its own number") {
  line x{svc};
  send_picture(x, 10, true);
  x.want(0);
  x.send({.number = 12, .template_id = 1, .marker = false});
  x.send({.number = 13, .template_id = 3});
  auto missing = x.sequences[0]++;
  x.send({.number = 15, .template_id = 3});
  x.engine->pause(x.now);
  x.engine->resume(x.now);
  send_picture(x, 20, true);
  x.send_as({.number = 14, .template_id = 1, .marker = false}, 0, missing);
  CHECK(x.numbers() == std::vector{10, 11, 12, 16, 14});
}

TEST_CASE("an empty packet for a reserved number has no descriptor") {
  line x{svc};
  send_picture(x, 10, true);
  x.want(0);
  x.send({.number = 12, .template_id = 1, .marker = false});
  auto missing = x.sequences[0]++;
  send_picture(x, 14, false);
  x.send_as({.number = 13, .template_id = 3}, 0, missing);
  REQUIRE(x.sent.size() == 5);
  CHECK(x.sent[4].payload().empty());
  CHECK(x.numbers() == std::vector{10, 11, 12, 14, -1});
}

TEST_CASE("a receiver that did not negotiate the descriptor gets none") {
  line x{simulcast, 0};
  x.want(0);
  x.send(key(1));
  x.want(1);
  x.send(key(700), 1);
  REQUIRE(x.sent.size() == 2);
  for (auto& p : x.sent)
    CHECK(p.extension_block().empty());
}

namespace {

/// Describes AV1 packets that have only a descriptor.
struct describing {
  rtp::payload_describer engine{rtp::codec::av1, with_descriptor(source_id)};

  std::optional<rtp::payload_descriptor>
  describe(const frame& x, uint8_t spatial_layers, uint16_t sequence) {
    packet_spec spec;
    spec.sequence = sequence;
    spec.payload = {static_cast<uint8_t>(x.key ? 0x18 : 0x10), 1, 2, 3};
    spec.extensions = {{source_id, descriptor(x, spatial_layers)}};
    return engine.describe(make_packet(spec, at(0ms)));
  }

  int layers() const {
    return engine.av1_structure()->spatial_layers;
  }
};

} // namespace

TEST_CASE("a late AV1 structure does not replace a newer one") {
  describing x;
  uint16_t early = 0;
  uint16_t late = 0;
  SUBCASE("within a cycle of frame numbers") {
    early = 100;
    late = 130;
  }
  SUBCASE("across the wrap") {
    early = 65530;
    late = 3;
  }
  x.describe(key(static_cast<uint16_t>(early - 1)), 1, 65534);
  x.describe(key(late), 2, 1);
  REQUIRE(x.layers() == 2);
  // A repair delivers the first packet of an earlier key frame.
  auto found = x.describe(key(early), 1, 65535);
  CHECK(x.layers() == 2);
  REQUIRE(found);
  CHECK(found->keyframe);
  // Later packets are described by the newer structure: its template 3 has the
  // higher layer.
  found = x.describe(
      {.number = static_cast<uint16_t>(late + 1), .template_id = 3}, 2, 2);
  REQUIRE(found);
  CHECK(found->spatial_id == 1);
  CHECK(found->has_dependencies);
}

TEST_CASE("a structure is newer than one from half a cycle of frames ago") {
  describing x;
  x.describe(key(10), 1, 1);
  uint16_t sequence = 2;
  for (uint32_t i = 11; i < 40000; i += 100)
    x.describe(delta(static_cast<uint16_t>(i)), 1, sequence++);
  x.describe(key(40000), 2, sequence);
  CHECK(x.layers() == 2);
}

TEST_CASE("a restart of the encoder's frame numbers is followed") {
  describing x;
  x.describe(key(30000), 1, 100);
  x.describe(key(5), 2, 101);
  CHECK(x.layers() == 2);
}
