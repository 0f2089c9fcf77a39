#pragma once

#include "net/base/bytes.hpp"

#include <algorithm>
#include <random>
#include <vector>

/// Cuts frames into RTP payloads as senders do, for tests and benchmarks, and
/// tells what a container stores of each frame.
namespace troupe::test {

using frame_octets = std::vector<uint8_t>;

/// The payloads of one frame; the last one has the marker.
struct packetized {
  std::vector<frame_octets> payloads;
  /// The frame as it is stored.
  frame_octets stored;
};

inline void append(frame_octets& out, net::byte_span x) {
  out.insert(out.end(), x.begin(), x.end());
}

/// Octets at random, the first of which are `head`.
inline frame_octets random_octets(std::mt19937& dice, size_t size,
                                  net::byte_span head = {}) {
  frame_octets out(std::max(size, head.size()));
  for (auto& x : out)
    x = static_cast<uint8_t>(dice());
  std::copy(head.begin(), head.end(), out.begin());
  return out;
}

/// Cuts into pieces of at most `most` octets.
inline std::vector<net::byte_span> pieces(net::byte_span x, size_t most) {
  std::vector<net::byte_span> out;
  do {
    out.push_back(x.first(std::min(most, x.size())));
    x = x.subspan(out.back().size());
  } while (!x.empty());
  return out;
}

/// A VP8 frame (RFC 7741) with picture id, TL0PICIDX and temporal layer.
inline packetized packetize_vp8(net::byte_span frame, uint16_t picture_id,
                                size_t most) {
  packetized out;
  auto high = static_cast<uint8_t>(0x80 | (picture_id >> 8 & 0x7F));
  auto low = static_cast<uint8_t>(picture_id);
  for (auto x : pieces(frame, most)) {
    auto first = static_cast<uint8_t>(out.payloads.empty() ? 0x90 : 0x80);
    out.payloads.push_back({first, 0xE0, high, low, 1, 0});
    append(out.payloads.back(), x);
  }
  append(out.stored, frame);
  return out;
}

/// A VP9 picture (RFC 9628, non-flexible mode) of one or more spatial layers,
/// with the superframe index of several.
inline packetized packetize_vp9(const std::vector<frame_octets>& layers,
                                bool key, uint16_t picture_id, size_t most) {
  packetized out;
  auto high = static_cast<uint8_t>(0x80 | (picture_id >> 8 & 0x7F));
  auto low = static_cast<uint8_t>(picture_id);
  for (size_t s = 0; s < layers.size(); ++s) {
    auto cut = pieces(layers[s], most);
    for (size_t i = 0; i < cut.size(); ++i) {
      auto structure = key && s == 0 && i == 0;
      auto flags = 0xA0 | (key ? 0 : 0x40) | (i == 0 ? 8 : 0)
                   | (i + 1 == cut.size() ? 4 : 0) | (structure ? 2 : 0);
      auto layer = static_cast<uint8_t>(s << 1 | (s > 0 ? 1 : 0));
      out.payloads.push_back(
          {static_cast<uint8_t>(flags), high, low, layer, 1});
      auto& to = out.payloads.back();
      if (structure) {
        to.push_back(static_cast<uint8_t>((layers.size() - 1) << 5 | 0x10));
        for (size_t j = 0; j < layers.size(); ++j)
          append(to, std::vector<uint8_t>{0, static_cast<uint8_t>(64 << j), 0,
                                          static_cast<uint8_t>(36 << j)});
      }
      append(to, cut[i]);
    }
    append(out.stored, layers[s]);
  }
  if (layers.size() > 1) {
    // Two octets for each size.
    auto marker = static_cast<uint8_t>(0xC8 | (layers.size() - 1));
    out.stored.push_back(marker);
    for (const auto& x : layers) {
      out.stored.push_back(static_cast<uint8_t>(x.size()));
      out.stored.push_back(static_cast<uint8_t>(x.size() >> 8));
    }
    out.stored.push_back(marker);
  }
  return out;
}

/// An H264 access unit (RFC 6184, packetization mode 1): small NAL units in a
/// row are aggregated, large ones fragmented.
inline packetized packetize_h264(const std::vector<frame_octets>& units,
                                 size_t most) {
  packetized out;
  std::vector<const frame_octets*> small;
  auto flush = [&] {
    if (small.size() == 1)
      out.payloads.push_back(*small.front());
    if (small.size() > 1) {
      out.payloads.push_back({0x78});
      for (const auto* x : small) {
        auto& to = out.payloads.back();
        to.push_back(static_cast<uint8_t>(x->size() >> 8));
        to.push_back(static_cast<uint8_t>(x->size()));
        append(to, *x);
      }
    }
    small.clear();
  };
  for (const auto& x : units) {
    for (int shift = 24; shift >= 0; shift -= 8)
      out.stored.push_back(static_cast<uint8_t>(x.size() >> shift));
    append(out.stored, x);
    if (x.size() < most / 4) {
      small.push_back(&x);
      continue;
    }
    flush();
    if (x.size() <= most + 1) { // two fragments at least
      out.payloads.push_back(x);
      continue;
    }
    auto cut = pieces(net::byte_span{x}.subspan(1), most);
    for (size_t i = 0; i < cut.size(); ++i) {
      auto bits = (i == 0 ? 0x80 : 0) | (i + 1 == cut.size() ? 0x40 : 0);
      out.payloads.push_back({static_cast<uint8_t>((x[0] & 0xE0) | 28),
                              static_cast<uint8_t>(bits | (x[0] & 0x1F))});
      append(out.payloads.back(), cut[i]);
    }
  }
  flush();
  return out;
}

inline void append_leb128(frame_octets& out, size_t x) {
  for (; x >= 0x80; x >>= 7)
    out.push_back(static_cast<uint8_t>(x | 0x80));
  out.push_back(static_cast<uint8_t>(x));
}

/// An AV1 temporal unit (RTP payload format for AV1): OBUs without size fields,
/// packed one after the other. `obus` begin with their headers of one octet.
/// With `counted`, packets tell how many elements they have where they can.
inline packetized packetize_av1(const std::vector<frame_octets>& obus,
                                bool new_sequence, size_t most, bool counted) {
  packetized out;
  // The elements of the packet being filled, and whether the first continues.
  std::vector<net::byte_span> elements;
  bool continues = false;
  auto flush = [&](bool continued) {
    auto count = counted && elements.size() <= 3 ? elements.size() : 0;
    auto first = out.payloads.empty() && new_sequence;
    frame_octets to{static_cast<uint8_t>((continues ? 0x80 : 0)
                                         | (continued ? 0x40 : 0) | count << 4
                                         | (first ? 8 : 0))};
    for (size_t i = 0; i < elements.size(); ++i) {
      if (count == 0 || i + 1 < count)
        append_leb128(to, elements[i].size());
      append(to, elements[i]);
    }
    out.payloads.push_back(std::move(to));
    elements.clear();
    continues = continued;
  };
  auto room = most;
  for (const auto& x : obus) {
    auto type = x[0] >> 3 & 15;
    if (type != 2) {
      out.stored.push_back(static_cast<uint8_t>(x[0] | 2));
      append_leb128(out.stored, x.size() - 1);
      append(out.stored, net::byte_span{x}.subspan(1));
    }
    auto left = net::byte_span{x};
    while (!left.empty()) {
      if (room < 4) {
        flush(left.size() != x.size());
        room = most;
      }
      auto size = std::min(left.size(), room);
      elements.push_back(left.first(size));
      left = left.subspan(size);
      room -= size;
      if (!left.empty()) {
        flush(true);
        room = most;
      }
    }
  }
  flush(false);
  return out;
}

} // namespace troupe::test
