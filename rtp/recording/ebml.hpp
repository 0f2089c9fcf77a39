#pragma once

#include "net/base/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// The elements of EBML (RFC 8794), of which Matroska files consist: an id, the
/// size of the data, and the data. Writing appends to a vector.
namespace troupe::rtp::ebml {

/// Element ids with their length markers, as they stand in files (RFC 9559).
enum class id : uint32_t {
  ebml = 0x1A45DFA3,
  ebml_version = 0x4286,
  ebml_read_version = 0x42F7,
  ebml_max_id_length = 0x42F2,
  ebml_max_size_length = 0x42F3,
  doc_type = 0x4282,
  doc_type_version = 0x4287,
  doc_type_read_version = 0x4285,
  void_element = 0xEC,
  segment = 0x18538067,
  seek_head = 0x114D9B74,
  seek = 0x4DBB,
  seek_id = 0x53AB,
  seek_position = 0x53AC,
  info = 0x1549A966,
  timestamp_scale = 0x2AD7B1,
  duration = 0x4489,
  date_utc = 0x4461,
  title = 0x7BA9,
  muxing_app = 0x4D80,
  writing_app = 0x5741,
  tracks = 0x1654AE6B,
  track_entry = 0xAE,
  track_number = 0xD7,
  track_uid = 0x73C5,
  track_type = 0x83,
  flag_lacing = 0x9C,
  language = 0x22B59C,
  codec_id = 0x86,
  codec_private = 0x63A2,
  seek_pre_roll = 0x56BB,
  video = 0xE0,
  pixel_width = 0xB0,
  pixel_height = 0xBA,
  audio = 0xE1,
  sampling_frequency = 0xB5,
  channels = 0x9F,
  cluster = 0x1F43B675,
  timestamp = 0xE7,
  simple_block = 0xA3,
  cues = 0x1C53BB6B,
  cue_point = 0xBB,
  cue_time = 0xB3,
  cue_track_positions = 0xB7,
  cue_track = 0xF7,
  cue_cluster_position = 0xF1,
};

/// The most octets that an id and a size take.
inline constexpr size_t max_header_size = 12;

void append_id(std::vector<uint8_t>& out, id x);

/// Appends a size in the fewest octets; it is below 2^56 - 1.
void append_size(std::vector<uint8_t>& out, uint64_t size);

void append_uint(std::vector<uint8_t>& out, id x, uint64_t value);

/// Appends a floating-point number of eight octets.
void append_float(std::vector<uint8_t>& out, id x, double value);

void append_binary(std::vector<uint8_t>& out, id x, net::byte_span value);

void append_string(std::vector<uint8_t>& out, id x, std::string_view value);

/// Appends a Void element of `size` octets in all: 2 to 128.
void append_void(std::vector<uint8_t>& out, size_t size);

/// An element's id and size.
struct element_header {
  uint32_t id = 0;
  /// Of the data; nothing if unknown (RFC 8794, section 6.2).
  std::optional<uint64_t> size;
  /// How many octets id and size take.
  uint8_t length = 0;

  bool is(ebml::id x) const {
    return id == static_cast<uint32_t>(x);
  }
};

/// Reads an element's id and size at the beginning of `in`. Nothing if they are
/// malformed or incomplete; max_header_size octets are enough.
std::optional<element_header> read_header(net::byte_span in);

/// A number of variable size (RFC 8794, section 4), and how many octets it has.
struct sized_number {
  uint64_t value = 0;
  uint8_t length = 0;
};

/// Reads a number of at most eight octets. Nothing if it is incomplete.
std::optional<sized_number> read_number(net::byte_span in);

/// The value of an unsigned integer's data, of at most eight octets.
uint64_t load_uint(net::byte_span data);

/// The value of a floating-point number's data: four or eight octets, otherwise
/// it is 0.
double load_float(net::byte_span data);

} // namespace troupe::rtp::ebml
