#include "rtp/recording/matroska_header.hpp"

#include "net/base/assert.hpp"
#include "rtp/recording/ebml.hpp"

#include <algorithm>
#include <array>

namespace troupe::rtp {

namespace {

struct codec_name {
  codec kind;
  std::string_view id;
};

constexpr std::array<codec_name, 5> codec_names{{
    {codec::opus, "A_OPUS"},
    {codec::vp8, "V_VP8"},
    {codec::vp9, "V_VP9"},
    {codec::h264, "V_MPEG4/ISO/AVC"},
    {codec::av1, "V_AV1"},
}};

/// Dates count from 2001-01-01 (RFC 8794, section 7.6).
constexpr std::chrono::seconds date_epoch{978'307'200};

/// A decoder of Opus needs 80 ms to converge after a seek (RFC 7845, section
/// 4.6); in nanoseconds.
constexpr uint64_t opus_seek_pre_roll = 80'000'000;

constexpr std::string_view app_name = "Troupe";

std::vector<uint8_t> make_ebml(matroska_type type) {
  std::vector<uint8_t> out;
  ebml::append_uint(out, ebml::id::ebml_version, 1);
  ebml::append_uint(out, ebml::id::ebml_read_version, 1);
  ebml::append_uint(out, ebml::id::ebml_max_id_length, 4);
  ebml::append_uint(out, ebml::id::ebml_max_size_length, 8);
  ebml::append_string(out, ebml::id::doc_type,
                      type == matroska_type::webm ? "webm" : "matroska");
  // SeekPreRoll is of version 4, SimpleBlock of version 2.
  ebml::append_uint(out, ebml::id::doc_type_version, 4);
  ebml::append_uint(out, ebml::id::doc_type_read_version, 2);
  return out;
}

/// The Duration's room comes first.
std::vector<uint8_t> make_info(const matroska_info& x) {
  std::vector<uint8_t> out;
  ebml::append_void(out, matroska_layout::duration_room);
  ebml::append_uint(out, ebml::id::timestamp_scale,
                    static_cast<uint64_t>(matroska_tick.count()));
  ebml::append_string(out, ebml::id::muxing_app, app_name);
  ebml::append_string(out, ebml::id::writing_app, app_name);
  if (x.date) {
    std::array<uint8_t, 8> date;
    net::store_u64(date.data(),
                   static_cast<uint64_t>((*x.date - date_epoch).count()));
    ebml::append_binary(out, ebml::id::date_utc, date);
  }
  if (!x.title.empty())
    ebml::append_string(out, ebml::id::title, x.title);
  return out;
}

std::vector<uint8_t> make_track(const track_description& x, size_t number) {
  auto is_audio = x.kind == codec::opus;
  std::vector<uint8_t> out;
  ebml::append_uint(out, ebml::id::track_number, number);
  ebml::append_uint(out, ebml::id::track_uid, number);
  ebml::append_uint(out, ebml::id::track_type, is_audio ? 2 : 1);
  ebml::append_uint(out, ebml::id::flag_lacing, 0);
  ebml::append_string(out, ebml::id::language, "und");
  ebml::append_string(out, ebml::id::codec_id, matroska_codec_id(x.kind));
  if (!x.private_data.empty())
    ebml::append_binary(out, ebml::id::codec_private, x.private_data);
  std::vector<uint8_t> media;
  if (is_audio) {
    ebml::append_uint(out, ebml::id::seek_pre_roll, opus_seek_pre_roll);
    ebml::append_float(media, ebml::id::sampling_frequency, x.sample_rate);
    ebml::append_uint(media, ebml::id::channels, x.channels);
    ebml::append_binary(out, ebml::id::audio, media);
  } else {
    // Players show the video in this size, and scale later ones to it.
    ebml::append_uint(media, ebml::id::pixel_width, x.width);
    ebml::append_uint(media, ebml::id::pixel_height, x.height);
    ebml::append_binary(out, ebml::id::video, media);
  }
  return out;
}

} // namespace

std::string_view matroska_codec_id(codec x) {
  auto found = std::find_if(codec_names.begin(), codec_names.end(),
                            [&](auto& name) { return name.kind == x; });
  return found == codec_names.end() ? std::string_view{} : found->id;
}

codec codec_of_matroska_id(std::string_view name) {
  auto found = std::find_if(codec_names.begin(), codec_names.end(),
                            [&](auto& x) { return x.id == name; });
  return found == codec_names.end() ? codec::other_video : found->kind;
}

matroska_type matroska_type_of(std::span<const track_description> tracks) {
  auto is_h264 = [](auto& x) {
    return x.kind == codec::h264;
  };
  return std::any_of(tracks.begin(), tracks.end(), is_h264)
             ? matroska_type::matroska
             : matroska_type::webm;
}

std::string_view file_extension(matroska_type x) {
  return x == matroska_type::webm ? ".webm" : ".mkv";
}

matroska_header
make_matroska_header(const matroska_info& info,
                     std::span<const track_description> tracks) {
  std::vector<uint8_t> entries;
  for (size_t i = 0; i < tracks.size(); ++i) {
    TROUPE_ASSERT(!matroska_codec_id(tracks[i].kind).empty());
    ebml::append_binary(entries, ebml::id::track_entry,
                        make_track(tracks[i], i + 1));
  }
  auto details = make_info(info);
  matroska_header x;
  auto& out = x.octets;
  ebml::append_binary(out, ebml::id::ebml, make_ebml(matroska_type_of(tracks)));
  ebml::append_id(out, ebml::id::segment);
  out.push_back(0x01);
  out.insert(out.end(), 7, 0xFF); // of unknown size
  x.layout.segment = x.layout.seek_head = out.size();
  ebml::append_void(out, matroska_layout::seek_head_room);
  x.layout.info = out.size();
  ebml::append_binary(out, ebml::id::info, details);
  x.layout.duration = out.size() - details.size();
  x.layout.tracks = out.size();
  ebml::append_binary(out, ebml::id::tracks, entries);
  x.layout.end = out.size();
  return x;
}

} // namespace troupe::rtp
