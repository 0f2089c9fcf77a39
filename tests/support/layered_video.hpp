#pragma once

#include "rtp/receive/receive_stream.hpp"
#include "tests/support/media_packets.hpp"

#include <map>
#include <random>
#include <set>

/// A sender of layered video that records the references of each frame, for
/// tests that check what a receiver can decode.
namespace troupe::test {

enum class sent_as {
  vp8_simulcast,
  h264_simulcast,
  vp9_svc,
  vp9_keyed,
  av1,
  av1_simulcast
};

/// The frame of one layer in a picture.
struct sent_frame {
  uint8_t encoding = 0;
  uint8_t spatial = 0;
  uint8_t temporal = 0;
  int64_t picture = 0; // the same for all encodings of an instant
  bool keyframe = false;
  std::vector<uint32_t> references; // ids
  uint32_t id = 0;
  size_t packets = 1;
  uint16_t frame_number = 0;
};

class layered_video {
public:
  layered_video(sent_as what, uint32_t seed) : what_(what), dice_(seed) {
    auto encodings = is_simulcast() ? 3 : 1;
    for (uint8_t i = 0; i < encodings; ++i) {
      auto config = rtp::receive_stream::config{};
      config.index = i;
      config.codec = codec();
      config.layout = layout();
      streams_.emplace_back(config, rtp::ssrc{i + 1u});
      // All counters wrap soon.
      numbers_.push_back(
          {static_cast<uint16_t>(65500 - 100 * i), UINT32_MAX - 90000 * (i + 1),
           static_cast<uint16_t>(32750 - i), static_cast<uint8_t>(250 - i),
           static_cast<uint16_t>(65400 - 1000 * i)});
    }
  }

  rtp::producer_layout layout() const {
    using enum rtp::layering;
    if (is_simulcast())
      return {simulcast, 3, 3, false};
    return {svc, 3, 3, what_ == sent_as::vp9_keyed};
  }

  bool is_simulcast() const {
    return what_ == sent_as::vp8_simulcast || what_ == sent_as::h264_simulcast
           || what_ == sent_as::av1_simulcast;
  }

  bool is_av1() const {
    return what_ == sent_as::av1 || what_ == sent_as::av1_simulcast;
  }

  /// The id of its dependency descriptors.
  static constexpr uint8_t descriptor_id = 7;

  void want_keyframe(uint8_t encoding) {
    keyframe_wanted_[encoding] = true;
  }

  /// The packets of the next picture of every encoding, each with its encoding.
  std::vector<std::pair<uint8_t, rtp::packet>> next(net::time_point now) {
    std::vector<std::pair<uint8_t, rtp::packet>> out;
    for (uint8_t i = 0; i < streams_.size(); ++i)
      add_picture(i, now, out);
    ++picture_;
    return out;
  }

  /// Turns a packet into media packets, as a producer does.
  void receive(uint8_t encoding, const rtp::packet& x, net::time_point now,
               std::vector<rtp::media_packet>& out) {
    auto before = out.size();
    streams_[encoding].handle_media(x, now, out);
    if (is_av1())
      for (; before < out.size(); ++before)
        describe(out[before]);
  }

  const sent_frame& frame(uint32_t id) const {
    return frames_.at(id);
  }

  /// The frame that a payload is part of.
  static uint32_t id_of(net::byte_span payload) {
    return net::load_u32(payload.data() + payload.size() - 4);
  }

private:
  struct counters {
    uint16_t sequence;
    uint32_t timestamp;
    uint16_t picture_id;
    uint8_t tl0picidx;
    uint16_t frame_number; // by the dependency descriptor
  };

  rtp::codec codec() const {
    switch (what_) {
      case sent_as::vp8_simulcast:
        return rtp::codec::vp8;
      case sent_as::h264_simulcast:
        return rtp::codec::h264;
      case sent_as::av1:
      case sent_as::av1_simulcast:
        return rtp::codec::other_video;
      default:
        return rtp::codec::vp9;
    }
  }

  // The pattern of libvpx for three temporal layers: 0 2 1 2. In every other
  // round the upper layers refer to the lowest alone.
  void add_picture(uint8_t encoding, net::time_point now,
                   std::vector<std::pair<uint8_t, rtp::packet>>& out) {
    constexpr uint8_t pattern[] = {0, 2, 1, 2, 0, 2, 1, 2};
    auto& phase = phases_[encoding];
    auto key = phase < 0 || std::exchange(keyframe_wanted_[encoding], false);
    if (key)
      phase = 0;
    auto temporal =
        what_ == sent_as::h264_simulcast ? uint8_t{0} : pattern[phase % 8];
    auto sync = key || phase % 8 == 1 || phase % 8 == 2;
    ++phase;
    auto& count = numbers_[encoding];
    count.timestamp += 3000;
    ++count.picture_id;
    if (temporal == 0)
      ++count.tl0picidx;
    auto spatial_layers = is_simulcast() ? 1 : 3;
    auto& last = last_[encoding];
    for (uint8_t s = 0; s < spatial_layers; ++s) {
      auto x = sent_frame{encoding,
                          s,
                          temporal,
                          picture_,
                          key,
                          {},
                          ++last_id_,
                          1 + dice_() % 3,
                          count.frame_number++};
      auto& mine = last[s];
      auto inter_layer = s > 0 && (key || what_ != sent_as::vp9_keyed);
      if (inter_layer)
        x.references.push_back(last_id_ - 1);
      if (!key)
        for (uint8_t t = 0; t <= (sync ? 0 : temporal); ++t)
          if (mine[t] != 0)
            x.references.push_back(mine[t]);
      if (key)
        mine = {};
      mine[temporal] = x.id;
      frames_[x.id] = x;
      if (temporal == 0 && next_are_synced(encoding))
        up_points_.insert(x.id);
      add_packets(x, sync, inter_layer, s + 1 == spatial_layers, now, out);
    }
  }

  void add_packets(const sent_frame& x, bool sync, bool inter_layer, bool top,
                   net::time_point now,
                   std::vector<std::pair<uint8_t, rtp::packet>>& out) {
    auto& count = numbers_[x.encoding];
    for (size_t i = 0; i < x.packets; ++i) {
      auto first = i == 0;
      auto last = i + 1 == x.packets;
      auto spec = packet_spec{};
      spec.sequence = ++count.sequence;
      spec.timestamp = count.timestamp;
      spec.marker = last && top;
      if (is_av1())
        spec.extensions = {{descriptor_id, descriptor(x, first, last)}};
      spec.payload = header(x, sync, inter_layer, top, first, last);
      spec.payload.resize(spec.payload.size() + 4);
      net::store_u32(&spec.payload[spec.payload.size() - 4], x.id);
      out.emplace_back(x.encoding, make_packet(spec, now));
    }
  }

  // Descriptors of key frames are long: no test reads their structure here.
  static octet_vector descriptor(const sent_frame& x, bool first, bool last) {
    auto out = octet_vector(x.keyframe && first && x.spatial == 0 ? 60 : 3);
    out[0] = static_cast<uint8_t>(first << 7 | last << 6 | x.spatial);
    net::store_u16(&out[1], x.frame_number);
    return out;
  }

  octet_vector header(const sent_frame& x, bool sync, bool inter_layer,
                      bool top, bool first, bool last) const {
    auto& count = numbers_[x.encoding];
    auto high = static_cast<uint8_t>(0x80 | (count.picture_id >> 8 & 0x7F));
    auto low = static_cast<uint8_t>(count.picture_id);
    switch (what_) {
      case sent_as::vp8_simulcast:
        return {static_cast<uint8_t>(first ? 0x90 : 0x80),
                0xE0,
                high,
                low,
                count.tl0picidx,
                static_cast<uint8_t>(x.temporal << 6 | (sync ? 0x20 : 0)),
                static_cast<uint8_t>(x.keyframe ? 0 : 1),
                7,
                7};
      case sent_as::h264_simulcast:
        if (!first)
          return {0x7C, static_cast<uint8_t>(x.keyframe ? 5 : 1), 0x80};
        return {0x7C, static_cast<uint8_t>(0x80 | (x.keyframe ? 5 : 1)), 0x80};
      case sent_as::av1:
      case sent_as::av1_simulcast:
        return {static_cast<uint8_t>(first), static_cast<uint8_t>(last)};
      default:
        break;
    }
    // A switching-up point: later frames refer to the base layer alone.
    auto up = x.temporal == 0 && next_are_synced(x.encoding);
    auto z = top || (what_ == sent_as::vp9_keyed && !x.keyframe);
    return {static_cast<uint8_t>(0xA0 | (x.keyframe ? 0 : 0x40)
                                 | (first ? 8 : 0) | (last ? 4 : 0)
                                 | (z ? 1 : 0)),
            high,
            low,
            static_cast<uint8_t>(x.temporal << 5 | (up ? 0x10 : 0)
                                 | x.spatial << 1 | (inter_layer ? 1 : 0)),
            count.tl0picidx,
            7};
  }

  // The first round of the pattern begins with synced frames.
  bool next_are_synced(uint8_t encoding) const {
    return (phases_.at(encoding) - 1) % 8 == 0;
  }

  // Adds what the dependency descriptor would have contained.
  void describe(rtp::media_packet& x) const {
    auto& f = frames_.at(id_of(x.packet.payload()));
    x.start_of_frame = x.packet.payload()[0] != 0;
    x.end_of_frame = x.packet.payload()[1] != 0;
    x.keyframe = x.start_of_frame && f.keyframe && f.spatial == 0;
    x.spatial_id = f.spatial;
    x.temporal_id = f.temporal;
    x.has_dependencies = true;
    x.numbers.picture_id = f.frame_number;
    x.numbers.picture_id_bits = 16;
    x.needed_for = rtp::layer_set::from({f.spatial, f.temporal});
    for (auto id : f.references)
      if (auto back = static_cast<uint16_t>(f.frame_number
                                            - frames_.at(id).frame_number);
          back <= 64)
        x.references |= uint64_t{1} << (back - 1);
    if (f.keyframe)
      x.switches = rtp::layer_set::all();
    else if (up_points_.contains(f.id))
      x.switches = is_simulcast() ? rtp::layer_set::all()
                                  : rtp::layer_set::alone({f.spatial, 0});
  }

  sent_as what_;
  std::minstd_rand dice_;
  std::vector<rtp::receive_stream> streams_;
  std::vector<counters> numbers_;
  std::map<uint8_t, int> phases_{{0, -1}, {1, -1}, {2, -1}};
  std::map<uint8_t, bool> keyframe_wanted_;
  std::map<uint8_t, std::array<std::array<uint32_t, 3>, 3>> last_;
  std::map<uint32_t, sent_frame> frames_;
  std::set<uint32_t> up_points_;
  int64_t picture_ = 0;
  uint32_t last_id_ = 0;
};

} // namespace troupe::test
