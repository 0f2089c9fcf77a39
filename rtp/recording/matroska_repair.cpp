#include "rtp/recording/matroska_repair.hpp"

#include "net/base/enum_category.hpp"

#include <algorithm>
#include <utility>

namespace troupe::rtp {

namespace {

/// Recordings are shorter than this many ticks, which is 34 years.
constexpr int64_t max_ticks = int64_t{1} << 40;

constexpr size_t max_text = 32;

std::string_view repair_text(repair_errc x) {
  switch (x) {
    case repair_errc::not_matroska:
      return "neither WebM nor Matroska";
    case repair_errc::torn_header:
      return "the file ends within its header";
    case repair_errc::foreign:
      return "a file of another program";
    case repair_errc::unreadable:
      return "the file cannot be read";
  }
  return "unknown error";
}

/// The time of a Duration, or 0 if it is none. The last frame may be long.
duration from_ticks(double x) {
  if (!(x >= 0 && x < 4. * max_ticks))
    return {};
  return std::chrono::duration_cast<duration>(
      std::chrono::duration<double, std::milli>(x));
}

} // namespace

const std::error_category& repair_category() noexcept {
  static const net::enum_category<repair_errc> instance{"matroska-repair",
                                                        repair_text};
  return instance;
}

std::error_code make_error_code(repair_errc x) noexcept {
  return {static_cast<int>(x), repair_category()};
}

bool matroska_repair::step() {
  if (error_)
    return false;
  auto more = false;
  if (index_) {
    more = read_cluster();
  } else {
    error_ = read_header();
    more = !error_ && segment_size_ != in_.size() - layout_.segment;
  }
  if (in_.failed())
    error_ = repair_errc::unreadable;
  return more && !error_;
}

net::result<repair_plan> matroska_repair::plan() const {
  if (error_)
    return make_error_code(*error_);
  repair_plan out;
  out.finished = segment_size_ == in_.size() - layout_.segment;
  if (out.finished) {
    out.size = in_.size();
    out.length = told_length_;
    return out;
  }
  out.size = end_;
  out.writes = index_->finish(layout_, end_);
  out.length = index_->length();
  out.clusters = index_->clusters();
  return out;
}

std::optional<matroska_repair::element>
matroska_repair::read_element(uint64_t offset, uint64_t end) {
  if (offset >= end)
    return std::nullopt;
  auto most = std::min<uint64_t>(end - offset, ebml::max_header_size);
  auto header = ebml::read_header(in_.peek(offset, static_cast<size_t>(most)));
  if (!header || !header->size)
    return std::nullopt;
  auto data = offset + header->length;
  if (*header->size > end - data)
    return std::nullopt;
  return element{header->id, data, data + *header->size};
}

std::optional<repair_errc> matroska_repair::read_header() {
  auto start = in_.peek(0, ebml::max_header_size);
  auto header = ebml::read_header(start);
  if (header ? !header->is(ebml::id::ebml)
             : start.size() == ebml::max_header_size)
    return repair_errc::not_matroska;
  auto whole = read_element(0, in_.size());
  if (!whole)
    return repair_errc::torn_header;
  if (!is_matroska(*whole))
    return repair_errc::not_matroska;
  return read_segment(whole->end);
}

bool matroska_repair::is_matroska(const element& header) {
  auto offset = header.data;
  while (auto x = read_element(offset, header.end)) {
    if (x->is(ebml::id::doc_type)) {
      auto text = read_text(*x);
      return text == "webm" || text == "matroska";
    }
    offset = x->end;
  }
  return false;
}

std::optional<repair_errc> matroska_repair::read_segment(uint64_t offset) {
  auto header = ebml::read_header(in_.peek(offset, ebml::max_header_size));
  if (!header)
    return repair_errc::torn_header;
  if (!header->is(ebml::id::segment) || header->length != 12)
    return repair_errc::foreign;
  segment_size_ = header->size;
  layout_.segment = layout_.seek_head = offset + header->length;
  layout_.info = layout_.seek_head + matroska_layout::seek_head_room;
  if (in_.size() <= layout_.info)
    return repair_errc::torn_header;
  if (!begins_with(layout_.seek_head, 0xEC, 0x11))
    return repair_errc::foreign;
  auto info = read_element(layout_.info, in_.size());
  if (!info)
    return repair_errc::torn_header;
  if (!read_info(*info))
    return repair_errc::foreign;
  layout_.tracks = info->end;
  auto tracks = read_element(layout_.tracks, in_.size());
  if (!tracks)
    return repair_errc::torn_header;
  if (!read_tracks(*tracks))
    return repair_errc::foreign;
  layout_.end = end_ = tracks->end;
  index_.emplace(tracks_);
  return std::nullopt;
}

// Writing into the rooms may have been interrupted, so only the first octet of
// each is looked at.
bool matroska_repair::begins_with(uint64_t offset, uint8_t first,
                                  uint8_t second) {
  auto octets = in_.peek(offset, 1);
  return !octets.empty() && (octets[0] == first || octets[0] == second);
}

bool matroska_repair::read_info(const element& info) {
  layout_.duration = info.data;
  auto offset = info.data + matroska_layout::duration_room;
  if (!info.is(ebml::id::info) || !begins_with(info.data, 0xEC, 0x44))
    return false;
  auto told = read_element(info.data, info.end);
  if (told && told->is(ebml::id::duration) && told->end == offset)
    told_length_ = from_ticks(ebml::load_float(in_.peek(told->data, 8)));
  while (auto x = read_element(offset, info.end)) {
    if (x->is(ebml::id::timestamp_scale))
      return read_uint(*x) == static_cast<uint64_t>(matroska_tick.count());
    offset = x->end;
  }
  return false;
}

bool matroska_repair::read_tracks(const element& tracks) {
  if (!tracks.is(ebml::id::tracks))
    return false;
  auto offset = tracks.data;
  while (auto x = read_element(offset, tracks.end)) {
    if (!x->is(ebml::id::track_entry) || tracks_.size() == max_tracks
        || !read_track(*x, tracks_.size() + 1))
      return false;
    offset = x->end;
  }
  return offset == tracks.end && !tracks_.empty();
}

bool matroska_repair::read_track(const element& entry, size_t number) {
  auto has_number = false;
  auto kind = codec::other_video;
  auto offset = entry.data;
  while (auto x = read_element(offset, entry.end)) {
    if (x->is(ebml::id::track_number))
      has_number = read_uint(*x) == number;
    else if (x->is(ebml::id::codec_id))
      kind = codec_of_matroska_id(read_text(*x));
    offset = x->end;
  }
  tracks_.push_back(kind);
  return has_number && kind != codec::other_video;
}

bool matroska_repair::read_cluster() {
  auto cluster = read_element(end_, in_.size());
  if (!cluster || !cluster->is(ebml::id::cluster)
      || !read_blocks(cluster->data, cluster->end))
    return false;
  index_->begin_cluster(end_);
  for (const auto& x : blocks_)
    index_->add_block({x.track, x.keyframe, x.time,
                       net::byte_span{x.head}.first(x.head_size)});
  end_ = cluster->end;
  return true;
}

bool matroska_repair::read_blocks(uint64_t offset, uint64_t end) {
  blocks_.clear();
  auto first = read_element(offset, end);
  if (!first || !first->is(ebml::id::timestamp))
    return false;
  auto time = read_uint(*first);
  if (time > static_cast<uint64_t>(max_ticks))
    return false;
  offset = first->end;
  while (auto x = read_element(offset, end)) {
    auto found = read_block(*x, static_cast<int64_t>(time));
    if (!found || blocks_.size() == max_cluster_blocks)
      return false;
    blocks_.push_back(*found);
    offset = x->end;
  }
  return offset == end && !blocks_.empty() && !in_.failed();
}

std::optional<matroska_repair::block>
matroska_repair::read_block(const element& x, int64_t cluster_time) {
  // Number, time and flags, and the first octets of the frame.
  auto octets = in_.peek(
      x.data, static_cast<size_t>(std::min<uint64_t>(x.end - x.data, 14)));
  auto number = ebml::read_number(octets);
  if (!x.is(ebml::id::simple_block) || !number
      || octets.size() <= number->length + size_t{3})
    return std::nullopt;
  auto rest = octets.subspan(number->length);
  block out;
  out.track = number->value;
  out.time = cluster_time + static_cast<int16_t>(net::load_u16(rest.data()));
  out.keyframe = (rest[2] & 0x80) != 0;
  rest = rest.subspan(3);
  out.head_size = static_cast<uint8_t>(std::min(rest.size(), out.head.size()));
  std::copy_n(rest.begin(), out.head_size, out.head.begin());
  if (out.track == 0 || out.track > tracks_.size() || out.time < 0)
    return std::nullopt;
  return out;
}

// Larger than any, if it has too many octets.
uint64_t matroska_repair::read_uint(const element& x) {
  if (x.end - x.data > 8)
    return UINT64_MAX;
  return ebml::load_uint(in_.peek(x.data, static_cast<size_t>(x.end - x.data)));
}

std::string_view matroska_repair::read_text(const element& x) {
  return net::as_text(in_.peek(x.data, static_cast<size_t>(std::min<uint64_t>(
                                           x.end - x.data, max_text))));
}

} // namespace troupe::rtp
