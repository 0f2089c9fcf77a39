#include "rtp/recording/payload_units.hpp"

#include "rtp/codec/bit_reader.hpp"
#include "rtp/codec/vp8.hpp"
#include "rtp/codec/vp9.hpp"

#include <algorithm>
#include <bit>

namespace troupe::rtp {

namespace {

void append(std::vector<uint8_t>& out, net::byte_span x) {
  out.insert(out.end(), x.begin(), x.end());
}

/// The sizes of the layer frames of a VP9 picture.
struct vp9_layer_sizes {
  static constexpr size_t most = 8;

  std::array<size_t, most> sizes{};
  size_t count = 0;
};

/// Skips the color_config() of a VP9 profile.
void skip_vp9_colour(bit_reader& in, uint32_t profile) {
  static constexpr uint32_t rgb = 7;
  auto chroma_is_free = profile == 1 || profile == 3;
  if (profile >= 2)
    in.flag(); // ten_or_twelve_bit
  if (in.bits(3) == rgb) {
    in.bits(chroma_is_free ? 1 : 0);
    return;
  }
  in.bits(chroma_is_free ? 4 : 1);
}

/// The size of a VP9 key frame, as its uncompressed header has it (VP9
/// bitstream specification, section 6.2). Nothing if it is no key frame.
std::optional<picture_size> read_vp9_keyframe(net::byte_span frame) {
  auto in = bit_reader{frame};
  if (in.bits(2) != 2) // frame_marker
    return std::nullopt;
  auto profile = in.bits(1);
  profile |= in.bits(1) << 1;
  if (profile == 3)
    in.flag();
  auto shows_existing = in.flag();
  auto is_inter = in.flag();
  in.bits(2); // show_frame, error_resilient_mode
  if (shows_existing || is_inter || in.bits(24) != 0x498342)
    return std::nullopt;
  skip_vp9_colour(in, profile);
  auto width = in.bits(16) + 1;
  auto height = in.bits(16) + 1;
  if (in.failed())
    return std::nullopt;
  return picture_size{width, height};
}

/// Appends the superframe index: the sizes, little-endian, between two markers.
void append_index(const vp9_layer_sizes& x, std::vector<uint8_t>& out) {
  auto largest = *std::max_element(x.sizes.begin(), x.sizes.begin() + x.count);
  auto octets = std::max<size_t>(
      1, (static_cast<size_t>(std::bit_width(largest)) + 7) / 8);
  auto marker = static_cast<uint8_t>(0xC0 | (octets - 1) << 3 | (x.count - 1));
  out.push_back(marker);
  for (size_t i = 0; i < x.count; ++i)
    for (size_t j = 0; j < octets; ++j)
      out.push_back(static_cast<uint8_t>(x.sizes[i] >> (8 * j)));
  out.push_back(marker);
}

/// The size of the highest layer, if the picture describes its layers.
std::optional<picture_size> size_of(const vp9_descriptor& x) {
  if (!x.structure || !x.structure->has_resolutions)
    return std::nullopt;
  const auto& top = x.structure->resolutions[x.structure->spatial_layers - 1u];
  return picture_size{top.width, top.height};
}

} // namespace

std::optional<joined_frame> join_vp8(std::span<const media_packet> packets,
                                     std::vector<uint8_t>& out) {
  joined_frame result;
  bool first = true;
  for (const auto& x : packets) {
    auto payload = x.packet.payload();
    auto descriptor = parse_vp8(payload);
    if (!descriptor)
      return std::nullopt;
    auto begins = descriptor->start_of_partition && descriptor->partition == 0;
    if (begins != first)
      return std::nullopt;
    if (std::exchange(first, false) && descriptor->keyframe) {
      if (descriptor->width == 0 || descriptor->height == 0)
        return std::nullopt;
      result.keyframe = true;
      result.size = {descriptor->width, descriptor->height};
    }
    append(out, payload.subspan(descriptor->size));
  }
  return result;
}

std::optional<joined_frame> join_vp9(std::span<const media_packet> packets,
                                     std::vector<uint8_t>& out) {
  vp9_layer_sizes layers;
  std::optional<picture_size> layers_size;
  auto begin = out.size();
  bool open = false;
  for (const auto& x : packets) {
    auto payload = x.packet.payload();
    auto descriptor = parse_vp9(payload);
    if (!descriptor || descriptor->start_of_frame == open)
      return std::nullopt;
    auto data = payload.subspan(descriptor->size);
    if (!open) {
      if (layers.count == vp9_layer_sizes::most)
        return std::nullopt;
      ++layers.count;
    }
    if (!layers_size)
      layers_size = size_of(*descriptor);
    open = !descriptor->end_of_frame;
    layers.sizes[layers.count - 1] += data.size();
    append(out, data);
  }
  if (open)
    return std::nullopt;
  joined_frame result;
  if (auto size = read_vp9_keyframe(net::byte_span{out}.subspan(begin))) {
    result.keyframe = true;
    result.size = layers_size.value_or(*size);
  }
  if (layers.count > 1)
    append_index(layers, out);
  return result;
}

} // namespace troupe::rtp
