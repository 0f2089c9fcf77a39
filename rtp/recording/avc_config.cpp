#include "rtp/codec/bit_reader.hpp"
#include "rtp/recording/codec_private.hpp"

#include <algorithm>
#include <array>

namespace troupe::rtp {

namespace {

/// What avcC and the track need of a sequence parameter set (H.264, section
/// 7.3.2.1.1).
struct avc_sequence {
  uint8_t profile = 0;
  // Given by the profiles that extend avcC, only; they are 4:2:0, 8 bits.
  uint32_t chroma_format = 1;
  uint32_t luma_depth = 8;
  uint32_t chroma_depth = 8;
  uint32_t width = 0;
  uint32_t height = 0;
};

/// Whether the profile's sequence parameter sets tell chroma format and depth.
bool has_chroma_info(uint8_t profile) {
  static constexpr std::array<uint8_t, 13> profiles{
      100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  return std::find(profiles.begin(), profiles.end(), profile) != profiles.end();
}

/// The octets of a NAL unit without emulation prevention (section 7.4.1).
std::vector<uint8_t> remove_emulation(net::byte_span unit) {
  std::vector<uint8_t> out;
  out.reserve(unit.size());
  size_t zeros = 0;
  for (auto x : unit) {
    if (zeros >= 2 && x == 3) {
      zeros = 0;
      continue;
    }
    zeros = x == 0 ? zeros + 1 : 0;
    out.push_back(x);
  }
  return out;
}

void skip_scaling_list(bit_reader& in, size_t size) {
  int32_t last = 8;
  int32_t next = 8;
  for (size_t i = 0; i < size && !in.failed(); ++i) {
    if (next != 0)
      next = (last + in.signed_exp_golomb() % 256 + 256) % 256;
    last = next == 0 ? last : next;
  }
}

/// Returns whether the colour planes are coded separately.
bool read_chroma_info(bit_reader& in, avc_sequence& x) {
  x.chroma_format = in.exp_golomb();
  auto separate = x.chroma_format == 3 && in.flag();
  x.luma_depth = 8 + std::min(in.exp_golomb(), 8u);
  x.chroma_depth = 8 + std::min(in.exp_golomb(), 8u);
  in.flag(); // qpprime_y_zero_transform_bypass_flag
  if (in.flag())
    for (size_t i = 0; i < (x.chroma_format == 3 ? 12 : 8); ++i)
      if (in.flag())
        skip_scaling_list(in, i < 6 ? 16 : 64);
  return separate;
}

void skip_picture_order(bit_reader& in) {
  auto type = in.exp_golomb();
  if (type == 0) {
    in.exp_golomb(); // log2_max_pic_order_cnt_lsb_minus4
  } else if (type == 1) {
    in.flag();
    in.signed_exp_golomb();
    in.signed_exp_golomb();
    for (auto n = in.exp_golomb(); n > 0 && !in.failed(); --n)
      in.signed_exp_golomb();
  }
}

/// Sizes are counted in macroblocks, and cropped in samples of chroma.
bool read_avc_size(bit_reader& in, bool separate_planes, avc_sequence& x) {
  auto columns = uint64_t{in.exp_golomb()} + 1;
  auto rows = uint64_t{in.exp_golomb()} + 1;
  auto frames_only = in.flag();
  if (!frames_only)
    in.flag(); // mb_adaptive_frame_field_flag
  in.flag();   // direct_8x8_inference_flag
  auto width = 16 * columns;
  auto height = 16 * rows * (frames_only ? 1 : 2);
  if (in.flag()) {
    auto format = separate_planes ? 0 : x.chroma_format;
    auto unit_x = format == 1 || format == 2 ? 2u : 1u;
    auto unit_y = (format == 1 ? 2u : 1u) * (frames_only ? 1u : 2u);
    auto left = uint64_t{in.exp_golomb()};
    auto crop_x = unit_x * (left + in.exp_golomb());
    auto top = uint64_t{in.exp_golomb()};
    auto crop_y = unit_y * (top + in.exp_golomb());
    if (crop_x >= width || crop_y >= height)
      return false;
    width -= crop_x;
    height -= crop_y;
  }
  // No level allows as much.
  if (in.failed() || width > 65'535 || height > 65'535)
    return false;
  x.width = static_cast<uint32_t>(width);
  x.height = static_cast<uint32_t>(height);
  return true;
}

std::optional<avc_sequence> parse_sequence(net::byte_span unit) {
  auto octets = remove_emulation(unit);
  if (octets.size() < 5)
    return std::nullopt;
  avc_sequence x;
  x.profile = octets[1];
  // After the NAL unit's header, the profile, its constraints and the level.
  auto in = bit_reader{net::byte_span{octets}.subspan(4)};
  in.exp_golomb(); // seq_parameter_set_id
  auto separate = has_chroma_info(x.profile) && read_chroma_info(in, x);
  in.exp_golomb(); // log2_max_frame_num_minus4
  skip_picture_order(in);
  in.exp_golomb(); // max_num_ref_frames
  in.flag();       // gaps_in_frame_num_value_allowed_flag
  if (x.chroma_format > 3 || !read_avc_size(in, separate, x))
    return std::nullopt;
  return x;
}

void append_avc_unit(std::vector<uint8_t>& out, net::byte_span unit) {
  out.push_back(static_cast<uint8_t>(unit.size() >> 8));
  out.push_back(static_cast<uint8_t>(unit.size()));
  out.insert(out.end(), unit.begin(), unit.end());
}

/// The parameter sets of an access unit.
struct avc_parameters {
  std::vector<net::byte_span> sequence;
  std::vector<net::byte_span> picture;
};

/// False if a length does not fit.
bool find_avc_parameters(net::byte_span access_unit, avc_parameters& out) {
  auto in = net::byte_reader{access_unit};
  while (in.remaining() > 0) {
    auto unit = in.bytes(in.u32());
    if (unit.empty())
      return false;
    auto type = unit[0] & 0x1F;
    if (type == 7)
      out.sequence.push_back(unit);
    else if (type == 8)
      out.picture.push_back(unit);
  }
  return true;
}

} // namespace

std::optional<video_config> make_avc_config(net::byte_span access_unit) {
  static constexpr size_t most_sequences = 31;
  static constexpr size_t most_pictures = 255;
  avc_parameters units;
  auto fits = [](net::byte_span x) {
    return x.size() <= 65'535;
  };
  if (!find_avc_parameters(access_unit, units) || units.sequence.empty()
      || units.picture.empty() || units.sequence.size() > most_sequences
      || units.picture.size() > most_pictures
      || !std::all_of(units.sequence.begin(), units.sequence.end(), fits)
      || !std::all_of(units.picture.begin(), units.picture.end(), fits))
    return std::nullopt;
  auto first = units.sequence.front();
  auto sequence = parse_sequence(first);
  if (!sequence)
    return std::nullopt;
  // The version; profile, constraints and level; lengths of four octets.
  std::vector<uint8_t> out{1, first[1], first[2], first[3], 0xFF};
  out.push_back(static_cast<uint8_t>(0xE0 | units.sequence.size()));
  for (auto x : units.sequence)
    append_avc_unit(out, x);
  out.push_back(static_cast<uint8_t>(units.picture.size()));
  for (auto x : units.picture)
    append_avc_unit(out, x);
  if (has_chroma_info(sequence->profile)) {
    out.push_back(static_cast<uint8_t>(0xFC | sequence->chroma_format));
    out.push_back(static_cast<uint8_t>(0xF8 | (sequence->luma_depth - 8)));
    out.push_back(static_cast<uint8_t>(0xF8 | (sequence->chroma_depth - 8)));
    out.push_back(0); // no extensions of sequence parameter sets
  }
  return video_config{std::move(out), sequence->width, sequence->height};
}

} // namespace troupe::rtp
