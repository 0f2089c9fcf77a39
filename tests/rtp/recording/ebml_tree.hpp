#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace troupe::test {

/// An element of a Matroska file, read from its octets by itself, so that a
/// mistake in the code under test is not repeated here. Throws if anything does
/// not fit.
struct ebml_node {
  uint32_t id = 0;
  uint64_t offset = 0; // of the element in the file
  uint64_t size = 0;   // of all of it
  bool unknown_size = false;
  std::vector<uint8_t> data; // of elements that have no others
  std::vector<ebml_node> children;

  uint64_t number() const {
    uint64_t n = 0;
    for (auto x : data)
      n = n * 256 + x;
    return n;
  }

  double real() const {
    if (data.size() != 8)
      throw std::runtime_error("a float of another size");
    return std::bit_cast<double>(number());
  }

  std::string text() const {
    return {data.begin(), data.end()};
  }

  std::vector<const ebml_node*> all(uint32_t what) const {
    std::vector<const ebml_node*> out;
    for (const auto& x : children)
      if (x.id == what)
        out.push_back(&x);
    return out;
  }

  bool has(uint32_t what) const {
    return !all(what).empty();
  }

  const ebml_node& operator[](uint32_t what) const {
    auto found = all(what);
    if (found.size() != 1)
      throw std::runtime_error(std::to_string(found.size()) + " elements of id "
                               + std::to_string(what));
    return *found[0];
  }
};

inline bool is_master(uint32_t id) {
  for (uint32_t x : {0x1A45DFA3u, 0x18538067u, 0x114D9B74u, 0x4DBBu,
                     0x1549A966u, 0x1654AE6Bu, 0xAEu, 0xE0u, 0xE1u, 0x1F43B675u,
                     0x1C53BB6Bu, 0xBBu, 0xB7u})
    if (x == id)
      return true;
  return false;
}

/// Reads a number of variable size; `marker`: with its length marker.
inline uint64_t read_vint(std::span<const uint8_t> in, size_t& at, size_t end,
                          bool marker, bool* all_ones = nullptr) {
  if (at >= end || in[at] == 0)
    throw std::runtime_error("no number at " + std::to_string(at));
  size_t length = 1;
  while (!(in[at] & (0x80 >> (length - 1))))
    ++length;
  if (length > end - at)
    throw std::runtime_error("a torn number at " + std::to_string(at));
  uint64_t n = marker ? in[at] : in[at] & (0xFF >> length);
  for (size_t i = 1; i < length; ++i)
    n = n * 256 + in[at + i];
  if (all_ones)
    *all_ones = n == (uint64_t{1} << 7 * length) - 1;
  at += length;
  return n;
}

/// Reads the elements from `at` to `end`.
inline std::vector<ebml_node> read_ebml(std::span<const uint8_t> in, size_t at,
                                        size_t end) {
  std::vector<ebml_node> out;
  while (at < end) {
    ebml_node x;
    x.offset = at;
    x.id = static_cast<uint32_t>(read_vint(in, at, end, true));
    auto size = read_vint(in, at, end, false, &x.unknown_size);
    if (x.unknown_size)
      size = end - at;
    if (size > end - at)
      throw std::runtime_error("a torn element at " + std::to_string(x.offset));
    if (is_master(x.id))
      x.children = read_ebml(in, at, at + size);
    else
      x.data.assign(in.begin() + static_cast<std::ptrdiff_t>(at),
                    in.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
    x.size = at - x.offset;
    out.push_back(std::move(x));
  }
  return out;
}

/// A block of a file, by the ticks of its cluster.
struct block_seen {
  uint64_t track;
  int64_t time;
  bool keyframe;
  std::vector<uint8_t> frame;

  bool operator==(const block_seen&) const = default;
};

/// A whole file.
struct matroska_file {
  explicit matroska_file(std::span<const uint8_t> octets) {
    auto top = read_ebml(octets, 0, octets.size());
    if (top.size() != 2 || top[0].id != 0x1A45DFA3 || top[1].id != 0x18538067)
      throw std::runtime_error("not an EBML header and a Segment");
    header = std::move(top[0]);
    segment = std::move(top[1]);
    // Its data begins after four octets of id and eight of size.
    start = segment.offset + 12;
  }

  std::vector<const ebml_node*> clusters() const {
    return segment.all(0x1F43B675);
  }

  static std::vector<block_seen> blocks_of(const ebml_node& cluster) {
    std::vector<block_seen> out;
    auto base = static_cast<int64_t>(cluster[0xE7].number());
    for (const auto* x : cluster.all(0xA3)) {
      size_t at = 0;
      block_seen seen;
      const auto& data = x->data;
      seen.track = read_vint(data, at, data.size(), false);
      seen.time =
          base + static_cast<int16_t>(data.at(at) * 256 + data.at(at + 1));
      seen.keyframe = data.at(at + 2) == 0x80;
      seen.frame.assign(data.begin() + static_cast<std::ptrdiff_t>(at + 3),
                        data.end());
      out.push_back(std::move(seen));
    }
    return out;
  }

  std::vector<block_seen> blocks() const {
    std::vector<block_seen> out;
    for (const auto* cluster : clusters())
      for (auto& x : blocks_of(*cluster))
        out.push_back(std::move(x));
    return out;
  }

  /// The times of the cues; each must point to a cluster that begins with a
  /// key frame of its track at that time.
  std::vector<int64_t> cue_times() const {
    std::vector<int64_t> out;
    for (const auto* point : segment[0x1C53BB6B].all(0xBB)) {
      const auto& positions = (*point)[0xB7];
      auto time = static_cast<int64_t>((*point)[0xB3].number());
      auto found = false;
      for (const auto* cluster : clusters()) {
        if (cluster->offset - start != positions[0xF1].number())
          continue;
        auto first = blocks_of(*cluster).front();
        found = first.time == time && first.keyframe
                && first.track == positions[0xF7].number();
      }
      if (!found)
        throw std::runtime_error("a cue that points to no such key frame");
      out.push_back(time);
    }
    return out;
  }

  /// The Duration, in milliseconds.
  double length() const {
    return segment[0x1549A966][0x4489].real();
  }

  ebml_node header;
  ebml_node segment;
  uint64_t start = 0;
};

} // namespace troupe::test
