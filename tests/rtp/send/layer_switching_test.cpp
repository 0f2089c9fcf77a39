#include "rtp/codec/vp8.hpp"
#include "rtp/codec/vp9.hpp"
#include "rtp/packet/rtx.hpp"
#include "rtp/send/egress.hpp"
#include "rtp/send/forwarder.hpp"
#include "tests/support/layered_video.hpp"

#include <doctest/doctest.h>

#include <set>
#include <sstream>

// For any requests of a receiver at any time, and any losses on the way to this
// server: everything that the receiver is sent can be decoded.

using namespace troupe;
using namespace troupe::test;

namespace {

std::string to_text(const sent_frame& x) {
  std::ostringstream out;
  out << x.id << ": picture " << x.picture << " encoding " << int{x.encoding}
      << " layer " << int{x.spatial} << ',' << int{x.temporal}
      << (x.keyframe ? " key" : "");
  return out.str();
}

/// A packet as a receiver gets it.
struct received_packet {
  int64_t sequence = 0; // extended
  int64_t timestamp = 0;
  bool marker = false;
  uint32_t frame = 0;  // 0: no payload
  bool repair = false; // came as RTX
  std::optional<uint16_t> picture_id;
  std::optional<uint8_t> tl0picidx;
  std::optional<uint16_t> frame_number; // of the dependency descriptor
};

// Differs from the sender's id.
constexpr uint8_t descriptor_id = 9;

struct impairment_settings {
  unsigned lost_percent = 0;
  unsigned late_percent = 0; // of packets: these come up to 30 packets later
};

struct scene {
  scene(sent_as kind, uint32_t seed, impairment_settings x)
      : what(kind)
      , impairment(x)
      , dice(seed)
      , sender(kind, seed) {
    auto config = rtp::forwarder::config{};
    config.layout = sender.layout();
    config.ssrc = rtp::ssrc{5};
    config.payload = rtp::payload_type{101};
    config.rtx_ssrc = rtp::ssrc{6};
    config.rtx_payload = rtp::payload_type{102};
    config.feedback.nack = true;
    using rtp::extension;
    config.source_extensions.set(extension::dependency_descriptor,
                                 layered_video::descriptor_id);
    config.extensions.set(extension::dependency_descriptor, descriptor_id);
    engine = std::make_unique<rtp::forwarder>(config, *random);
  }

  bool chance(unsigned percent) {
    return dice() % 100 < percent;
  }

  void run(int pictures) {
    for (auto i = 0; i < pictures; ++i) {
      now += 33ms;
      for (auto& x : sender.next(now))
        if (chance(impairment.lost_percent))
          continue;
        else if (chance(impairment.late_percent))
          delayed.emplace_back(steps + 1 + dice() % 30, std::move(x));
        else
          arrive(x);
      answer_keyframe_requests();
      repair();
    }
  }

  void arrive(const std::pair<uint8_t, rtp::packet>& x) {
    ++steps;
    deliver(x);
    for (auto i = size_t{0}; i < delayed.size();)
      if (delayed[i].first <= steps) {
        auto late = std::move(delayed[i].second);
        delayed.erase(delayed.begin() + static_cast<ptrdiff_t>(i));
        deliver(late);
      } else {
        ++i;
      }
  }

  void deliver(const std::pair<uint8_t, rtp::packet>& x) {
    auto batch = std::vector<rtp::media_packet>{};
    // It arrives now, whenever it was sent.
    auto octets =
        octet_vector(x.second.header().begin(), x.second.header().end());
    octets.insert(octets.end(), x.second.payload().begin(),
                  x.second.payload().end());
    sender.receive(x.first, *parse_packet(octets, now), now, batch);
    for (auto& p : batch) {
      // While nothing is forwarded, arriving packets are not for the receiver.
      if (engine->current_layers())
        arrived.insert(layered_video::id_of(p.packet.payload()));
      kept.emplace(std::pair{p.encoding, p.sequence}, p);
    }
    engine->handle_batch(std::make_shared<const std::vector<rtp::media_packet>>(
                             std::move(batch)),
                         now);
    take_output();
  }

  void take_output() {
    while (auto out = engine->poll_batch())
      out_queue.handle_batch(std::move(*out), now);
    while (auto wire = out_queue.poll_packet())
      note(*wire);
  }

  // The receiver requests missing packets, as far as it can know them.
  void repair() {
    std::vector<uint16_t> lost;
    for (auto i = newest - 200; i < newest; ++i)
      if (i >= first && !known.contains(i))
        lost.push_back(static_cast<uint16_t>(i));
    if (lost.empty())
      return;
    engine->handle_nack(lost, now);
    std::vector<rtp::media_packet> found;
    while (auto keys = engine->poll_retransmission_request())
      for (auto& key : *keys)
        if (auto i = kept.find({key.encoding, key.sequence}); i != kept.end())
          found.push_back(i->second);
    engine->handle_retransmissions(
        std::make_shared<const std::vector<rtp::media_packet>>(found), now);
    take_output();
  }

  // The sender needs a few pictures until the key frame.
  void answer_keyframe_requests() {
    while (auto event = engine->poll_event())
      if (auto* x = std::get_if<rtp::keyframe_wanted>(&*event))
        keyframe_requests.emplace_back(3 + dice() % 4, x->encoding);
    for (auto& [left, encoding] : keyframe_requests)
      if (--left == 0)
        sender.want_keyframe(encoding);
    std::erase_if(keyframe_requests, [](auto& x) { return x.first == 0; });
    engine->handle_timeout(now);
  }

  void note(const rtp::egress::wire_packet& x) {
    auto h = x.header;
    auto out = received_packet{};
    auto payload = x.payload;
    auto sequence = net::load_u16(&h[2]);
    out.repair = net::load_u32(&h[8]) == 6;
    if (out.repair) {
      sequence = net::load_u16(payload.data());
      payload = payload.subspan(rtp::rtx_overhead);
    }
    out.sequence =
        out.repair ? sequences.peek(sequence) : sequences.extend(sequence);
    out.timestamp = timestamps.peek(net::load_u32(&h[4]));
    if (!out.repair)
      timestamps.extend(net::load_u32(&h[4]));
    out.marker = (h[1] & 0x80) != 0;
    if (!payload.empty()) {
      out.frame = layered_video::id_of(payload);
      read_numbers(payload, out);
    }
    out.frame_number = frame_number_of(x);
    REQUIRE(out.frame_number.has_value()
            == (sender.is_av1() && !payload.empty()));
    first = all.empty() ? out.sequence : first;
    newest = std::max(newest, out.sequence);
    known.insert(out.sequence);
    all.push_back(out);
  }

  static std::optional<uint16_t>
  frame_number_of(const rtp::egress::wire_packet& x) {
    auto octets = octet_vector(x.header.begin(), x.header.end());
    octets.insert(octets.end(), x.payload.begin(), x.payload.end());
    auto packet = parse_packet(octets, {});
    REQUIRE(packet);
    auto descriptor = packet->extension(descriptor_id);
    if (descriptor.empty())
      return std::nullopt;
    return net::load_u16(&descriptor[1]);
  }

  void read_numbers(net::byte_span payload, received_packet& out) const {
    if (what == sent_as::vp8_simulcast) {
      auto x = *rtp::parse_vp8(payload);
      out.picture_id = x.picture_id;
      out.tl0picidx = x.tl0picidx;
    } else if (what == sent_as::vp9_svc || what == sent_as::vp9_keyed) {
      auto x = *rtp::parse_vp9(payload);
      out.picture_id = x.picture_id;
      out.tl0picidx = x.tl0picidx;
    }
  }

  rtp::layers draw() {
    return {static_cast<uint8_t>(dice() % 3), static_cast<uint8_t>(dice() % 3)};
  }

  /// The packets sent, by sequence.
  std::vector<received_packet> sorted() const {
    auto out = all;
    std::ranges::sort(out, {}, &received_packet::sequence);
    return out;
  }

  sent_as what;
  impairment_settings impairment;
  std::minstd_rand dice;
  layered_video sender;
  std::unique_ptr<net::rng> random = net::make_seeded_rng(9);
  std::unique_ptr<rtp::forwarder> engine;
  rtp::egress out_queue;
  net::time_point now = at(0ms);
  unsigned steps = 0;
  std::vector<std::pair<unsigned, std::pair<uint8_t, rtp::packet>>> delayed;
  std::vector<std::pair<int, uint8_t>> keyframe_requests;
  rtp::wrap_extender<uint16_t> sequences;
  rtp::wrap_extender<uint32_t> timestamps;
  std::set<uint32_t> arrived; // frames with at least one packet
  std::map<std::pair<uint8_t, int64_t>, rtp::media_packet> kept;
  int64_t first = 0;
  int64_t newest = 0;
  std::set<int64_t> known; // sequence numbers that arrived
  std::vector<received_packet> all;
};

void switch_at_random(scene& x, int times) {
  x.run(10);
  for (auto i = 0; i < times; ++i) {
    auto how = x.dice() % 12;
    if (how == 0) {
      x.engine->set_layers(std::nullopt, x.now);
    } else if (how == 1) {
      x.engine->pause(x.now);
      x.run(static_cast<int>(x.dice() % 20));
      x.engine->resume(x.now);
    } else if (how == 2) {
      x.engine->set_alive(static_cast<uint8_t>(1 + x.dice() % 7), x.now);
    } else {
      x.engine->set_layers(x.draw(), x.now);
    }
    x.run(static_cast<int>(1 + x.dice() % 40));
  }
}

/// Frames refer to each other by the differences of their numbers.
void check_frame_numbers(const scene& x) {
  if (!x.sender.is_av1())
    return;
  std::map<uint32_t, uint16_t> numbers; // by frame
  const received_packet* before = nullptr;
  auto all = x.sorted();
  for (auto& p : all) {
    if (p.frame == 0)
      continue;
    auto number = numbers.emplace(p.frame, *p.frame_number).first->second;
    REQUIRE_MESSAGE(number == *p.frame_number, "frame with two numbers");
    if (before && before->frame != p.frame)
      REQUIRE_MESSAGE(static_cast<int16_t>(number - *before->frame_number) > 0,
                      "frame number goes back");
    before = &p;
  }
  for (auto& [id, number] : numbers) {
    auto& frame = x.sender.frame(id);
    for (auto reference : frame.references)
      if (auto i = numbers.find(reference); i != numbers.end()) {
        auto own = x.sender.frame(reference).frame_number;
        REQUIRE_MESSAGE(static_cast<uint16_t>(number - i->second)
                            == static_cast<uint16_t>(frame.frame_number - own),
                        "refers to another frame");
      }
  }
}

void check_always(const scene& x) {
  check_frame_numbers(x);
  std::set<int64_t> sequences;
  std::set<uint32_t> sent;
  for (auto& p : x.all) {
    REQUIRE_MESSAGE((p.repair || sequences.insert(p.sequence).second),
                    "sequence number sent twice");
    if (p.frame != 0)
      sent.insert(p.frame);
  }
  for (auto id : sent)
    for (auto reference : x.sender.frame(id).references) {
      auto from = to_text(x.sender.frame(id));
      auto to = to_text(x.sender.frame(reference));
      CAPTURE(from);
      CAPTURE(to);
      REQUIRE_MESSAGE(
          (sent.contains(reference) || !x.arrived.contains(reference)),
          "refers to what was not sent");
    }
  const received_packet* before = nullptr;
  auto all = x.sorted();
  for (auto& p : all) {
    if (before) {
      REQUIRE_MESSAGE(p.timestamp >= before->timestamp, "timestamp goes back");
      if (before->frame != 0 && p.frame != 0) {
        auto& a = x.sender.frame(before->frame);
        auto& b = x.sender.frame(p.frame);
        auto same = a.picture == b.picture && a.encoding == b.encoding;
        REQUIRE((before->timestamp == p.timestamp) == same);
        auto one = to_text(a);
        auto other = to_text(b);
        CAPTURE(one);
        CAPTURE(other);
        if (same)
          REQUIRE(before->picture_id == p.picture_id);
      }
    }
    if (p.frame != 0)
      before = &p;
  }
}

/// Checks two successive packets of a stream without loss. Only a key frame may
/// begin a new count: directly after the frames sent, or left out, before.
void check_frame_number_step(const scene& x, const received_packet& before,
                             const received_packet& p) {
  if (!x.sender.is_av1())
    return;
  auto& now = x.sender.frame(p.frame);
  auto& then = x.sender.frame(before.frame);
  auto step = static_cast<uint16_t>(*p.frame_number - *before.frame_number);
  auto sent = static_cast<uint16_t>(now.frame_number - then.frame_number);
  auto may_begin = now.keyframe && now.spatial == 0 && before.frame != p.frame;
  auto continues = step == sent && now.encoding == then.encoding;
  REQUIRE_MESSAGE((continues || (may_begin && step >= 1 && step <= 12)),
                  "frame number");
}

/// Checks a stream without loss or delay on the way to this server.
void check_lossless(const scene& x) {
  auto all = x.sorted();
  std::map<uint32_t, size_t> packets;
  for (size_t i = 0; i < all.size(); ++i) {
    auto& p = all[i];
    REQUIRE(p.frame != 0);
    ++packets[p.frame];
    auto* before = i > 0 ? &all[i - 1] : nullptr;
    auto new_picture = !before || before->timestamp != p.timestamp;
    if (before)
      REQUIRE_MESSAGE(p.sequence == before->sequence + 1, "hole");
    if (before)
      REQUIRE_MESSAGE(before->marker == new_picture, "marker");
    if (before)
      check_frame_number_step(x, *before, p);
    if (!before || !new_picture || !p.picture_id)
      continue;
    auto& now = x.sender.frame(p.frame);
    auto& then = x.sender.frame(before->frame);
    auto id_step = (*p.picture_id - *before->picture_id) & 0x7FFF;
    if (x.what == sent_as::vp8_simulcast)
      REQUIRE_MESSAGE(id_step == 1, "picture id");
    else if (!now.keyframe)
      REQUIRE(id_step == now.picture - then.picture);
    auto tl0_step = static_cast<uint8_t>(*p.tl0picidx - *before->tl0picidx);
    REQUIRE_MESSAGE(tl0_step == (now.temporal == 0 ? 1 : 0), "TL0PICIDX");
  }
  for (auto& [id, count] : packets)
    REQUIRE_MESSAGE(count == x.sender.frame(id).packets, "part of a frame");
}

constexpr sent_as all_kinds[] = {
    sent_as::vp8_simulcast, sent_as::h264_simulcast,
    sent_as::vp9_svc,       sent_as::vp9_keyed,
    sent_as::av1,           sent_as::av1_simulcast};

} // namespace

TEST_CASE("any sequence of layer switches leaves a decodable stream") {
  for (auto kind : all_kinds)
    for (uint32_t seed = 1; seed <= 40; ++seed) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(seed);
      scene x{kind, seed, {}};
      switch_at_random(x, 30);
      REQUIRE(x.all.size() > 300);
      check_always(x);
      check_lossless(x);
    }
}

TEST_CASE("any sequence of switches with loss and reordering stays decodable") {
  for (auto kind : all_kinds)
    for (uint32_t seed = 1; seed <= 40; ++seed) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(seed);
      scene x{kind, seed, {seed % 7, seed % 5 * 4}};
      switch_at_random(x, 30);
      REQUIRE(x.all.size() > 300);
      check_always(x);
    }
}

TEST_CASE("the wanted layers arrive soon, and nothing above them") {
  for (auto kind : all_kinds)
    for (uint32_t seed = 1; seed <= 20; ++seed) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(seed);
      scene x{kind, seed, {}};
      x.run(20);
      for (auto i = 0; i < 20; ++i) {
        auto wanted = x.draw();
        x.engine->set_layers(wanted, x.now);
        // Two rounds of the temporal pattern, and a key frame.
        x.run(40);
        REQUIRE(x.engine->current_layers());
        REQUIRE(x.engine->current_layers()->spatial == wanted.spatial);
        if (kind != sent_as::h264_simulcast)
          REQUIRE(x.engine->current_layers()->temporal == wanted.temporal);
        auto from = x.all.size();
        x.run(16);
        std::set<int> spatial;
        std::set<int> temporal;
        for (; from < x.all.size(); ++from) {
          auto& f = x.sender.frame(x.all[from].frame);
          spatial.insert(x.sender.is_simulcast() ? f.encoding : f.spatial);
          temporal.insert(f.temporal);
        }
        REQUIRE(*spatial.rbegin() == wanted.spatial);
        if (kind != sent_as::h264_simulcast)
          REQUIRE(temporal.size() == wanted.temporal + 1u);
        if (x.sender.is_simulcast() || kind == sent_as::vp9_keyed)
          REQUIRE(spatial.size() == 1);
      }
    }
}

TEST_CASE("nothing is sent while no layers are wanted, and it restarts after") {
  for (auto kind : all_kinds) {
    scene x{kind, 3, {}};
    x.run(20);
    x.engine->set_layers(std::nullopt, x.now);
    CHECK_FALSE(x.engine->current_layers());
    auto before = x.all.size();
    x.run(20);
    CHECK(x.all.size() == before);
    x.engine->set_layers(rtp::layers{1, 2}, x.now);
    x.run(20);
    CHECK(x.all.size() > before);
    CHECK(x.engine->current_layers()->spatial == 1);
    check_lossless(x);
  }
}

TEST_CASE("an absent encoding is not waited for") {
  scene x{sent_as::vp8_simulcast, 5, {}};
  x.engine->set_alive(0b011, x.now);
  x.run(20);
  CHECK(x.engine->current_layers()->spatial == 1);
  x.engine->set_alive(0b001, x.now);
  x.run(20);
  CHECK(x.engine->current_layers()->spatial == 0);
  x.engine->set_alive(0b111, x.now);
  x.run(20);
  CHECK(x.engine->current_layers()->spatial == 2);
}

TEST_CASE("a stream whose pictures are never complete begins again") {
  scene x{sent_as::vp8_simulcast, 6, {}};
  x.run(60);
  REQUIRE(x.engine->stats(x.now).freezes == 0);
  // At this loss hardly a picture is complete.
  x.impairment.lost_percent = 85;
  x.run(60);
  CHECK(x.engine->stats(x.now).freezes > 0);
  x.impairment = {};
  x.run(40);
  auto freezes = x.engine->stats(x.now).freezes;
  CHECK(x.engine->current_layers()->spatial == 2);
  x.run(200);
  CHECK(x.engine->stats(x.now).freezes == freezes);
}
