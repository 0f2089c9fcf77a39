#include "rtp/codec/bit_reader.hpp"
#include "rtp/recording/codec_private.hpp"

namespace troupe::rtp {

namespace {

/// What av1C and the track need of a sequence header (AV1, section 5.5).
struct av1_sequence {
  uint32_t profile = 0;
  uint32_t level = 0;
  bool tier = false;
  bool high_bitdepth = false;
  bool twelve_bit = false;
  bool monochrome = false;
  bool subsampling_x = true;
  bool subsampling_y = true;
  uint32_t chroma_position = 0;
  uint32_t width = 0;
  uint32_t height = 0;
};

/// Reads the timing info. Returns how many bits a buffer delay has, or 0
/// without a decoder model.
uint32_t read_timing(bit_reader& in) {
  if (!in.flag())
    return 0;
  in.bits(32); // num_units_in_display_tick
  in.bits(32); // time_scale
  if (in.flag())
    in.exp_golomb(); // num_ticks_per_picture_minus_1
  if (!in.flag())
    return 0;
  auto delay_bits = in.bits(5) + 1;
  in.bits(32); // num_units_in_decoding_tick
  in.bits(10); // lengths of removal and presentation times
  return delay_bits;
}

/// Reads the operating points: the level and tier of the first.
void read_operating_points(bit_reader& in, av1_sequence& x) {
  auto delay_bits = read_timing(in);
  auto has_display_delays = in.flag();
  auto count = in.bits(5) + 1;
  for (uint32_t i = 0; i < count; ++i) {
    in.bits(12); // operating_point_idc
    auto level = in.bits(5);
    auto tier = level > 7 && in.flag();
    if (delay_bits > 0 && in.flag()) {
      in.bits(delay_bits);
      in.bits(delay_bits);
      in.flag(); // low_delay_mode_flag
    }
    if (has_display_delays && in.flag())
      in.bits(4);
    if (i == 0) {
      x.level = level;
      x.tier = tier;
    }
  }
}

void read_av1_size(bit_reader& in, av1_sequence& x) {
  auto width_bits = in.bits(4) + 1;
  auto height_bits = in.bits(4) + 1;
  x.width = in.bits(width_bits) + 1;
  x.height = in.bits(height_bits) + 1;
}

/// Skips the coding tools that a whole sequence, not a still picture, names.
void skip_tools(bit_reader& in) {
  in.bits(4); // interintra, masked, warped, dual filter
  auto has_order_hint = in.flag();
  if (has_order_hint)
    in.bits(2); // jnt_comp, ref_frame_mvs
  auto choose_screen_tools = in.flag();
  auto may_have_screen_tools = choose_screen_tools || in.flag();
  if (may_have_screen_tools && !in.flag()) // seq_choose_integer_mv
    in.flag();
  if (has_order_hint)
    in.bits(3);
}

/// Reads color_config() (section 5.5.2).
void read_colour(bit_reader& in, av1_sequence& x) {
  x.high_bitdepth = in.flag();
  x.twelve_bit = x.profile == 2 && x.high_bitdepth && in.flag();
  x.monochrome = x.profile != 1 && in.flag();
  auto is_srgb = in.flag() && in.bits(24) == 0x010D00;
  if (x.monochrome)
    return; // subsampled in both directions
  if (is_srgb) {
    x.subsampling_x = x.subsampling_y = false;
    return;
  }
  in.flag(); // color_range
  if (x.profile == 1) {
    x.subsampling_x = x.subsampling_y = false;
  } else if (x.profile == 2) {
    x.subsampling_x = !x.twelve_bit || in.flag();
    x.subsampling_y = x.twelve_bit && x.subsampling_x && in.flag();
  }
  if (x.subsampling_x && x.subsampling_y)
    x.chroma_position = in.bits(2);
}

std::optional<av1_sequence> parse_sequence_header(net::byte_span header) {
  auto in = bit_reader{header};
  av1_sequence x;
  x.profile = in.bits(3);
  in.flag(); // still_picture
  auto is_still = in.flag();
  if (is_still)
    x.level = in.bits(5);
  else
    read_operating_points(in, x);
  read_av1_size(in, x);
  if (!is_still && in.flag())
    in.bits(7); // lengths of frame ids
  in.bits(3);   // superblocks of 128, filter_intra, intra_edge_filter
  if (!is_still)
    skip_tools(in);
  in.bits(3); // superres, cdef, restoration
  read_colour(in, x);
  if (in.failed() || x.profile > 2)
    return std::nullopt;
  return x;
}

/// An OBU with its header and size field, and its payload.
struct sized_obu {
  uint8_t type = 0;
  net::byte_span whole;
  net::byte_span payload;
};

/// The first OBU of `unit`, if it has a size field and fits.
std::optional<sized_obu> read_sized_obu(net::byte_span unit) {
  auto in = net::byte_reader{unit};
  auto header = in.u8();
  if ((header & 0x04) != 0)
    in.u8(); // extension
  if ((header & 0x82) != 0x02)
    return std::nullopt; // forbidden bit, or no size
  uint64_t size = 0;
  for (size_t shift = 0; shift < 56; shift += 7) {
    auto octet = in.u8();
    size |= uint64_t{octet & 0x7Fu} << shift;
    if ((octet & 0x80) == 0)
      break;
  }
  if (in.failed() || size > in.remaining())
    return std::nullopt;
  sized_obu x;
  x.type = (header >> 3) & 0x0F;
  x.payload = in.bytes(static_cast<size_t>(size));
  x.whole = unit.first(in.position());
  return x;
}

} // namespace

std::optional<video_config> make_av1_config(net::byte_span temporal_unit) {
  static constexpr uint8_t sequence_header = 1;
  while (auto unit = read_sized_obu(temporal_unit)) {
    temporal_unit = temporal_unit.subspan(unit->whole.size());
    if (unit->type != sequence_header)
      continue;
    auto x = parse_sequence_header(unit->payload);
    if (!x)
      return std::nullopt;
    auto bit = [](bool set, int shift) {
      return set ? 1u << shift : 0u;
    };
    std::vector<uint8_t> out{
        0x81, // marker and version
        static_cast<uint8_t>(x->profile << 5 | x->level),
        static_cast<uint8_t>(bit(x->tier, 7) | bit(x->high_bitdepth, 6)
                             | bit(x->twelve_bit, 5) | bit(x->monochrome, 4)
                             | bit(x->subsampling_x, 3)
                             | bit(x->subsampling_y, 2) | x->chroma_position),
        0, // no initial presentation delay
    };
    out.insert(out.end(), unit->whole.begin(), unit->whole.end());
    return video_config{std::move(out), x->width, x->height};
  }
  return std::nullopt;
}

} // namespace troupe::rtp
