#include "rtp/recording/matroska_index.hpp"

#include "net/base/assert.hpp"
#include "rtp/codec/opus.hpp"
#include "rtp/recording/ebml.hpp"

#include <algorithm>
#include <utility>

namespace troupe::rtp {

namespace {

void append_seek(std::vector<uint8_t>& out, ebml::id target,
                 uint64_t position) {
  std::vector<uint8_t> seek;
  std::vector<uint8_t> name;
  ebml::append_id(name, target);
  ebml::append_binary(seek, ebml::id::seek_id, name);
  ebml::append_uint(seek, ebml::id::seek_position, position);
  ebml::append_binary(out, ebml::id::seek, seek);
}

/// A SeekHead with Void up to the room's end. `cues` is their offset, or 0.
std::vector<uint8_t> make_seek_head(const matroska_layout& layout,
                                    uint64_t cues) {
  std::vector<uint8_t> entries;
  append_seek(entries, ebml::id::info, layout.info - layout.segment);
  append_seek(entries, ebml::id::tracks, layout.tracks - layout.segment);
  if (cues != 0)
    append_seek(entries, ebml::id::cues, cues - layout.segment);
  std::vector<uint8_t> out;
  ebml::append_binary(out, ebml::id::seek_head, entries);
  ebml::append_void(out, matroska_layout::seek_head_room - out.size());
  return out;
}

} // namespace

matroska_index::matroska_index(std::vector<codec> tracks) {
  for (auto kind : tracks) {
    tracks_.push_back({kind});
    has_video_ |= kind != codec::opus;
  }
}

void matroska_index::begin_cluster(uint64_t offset) {
  ++clusters_;
  offset_ = offset;
  cluster_is_new_ = true;
}

void matroska_index::add_block(const matroska_block& x) {
  if (x.track == 0 || x.track > tracks_.size())
    return; // a repaired file may have any
  if (std::exchange(cluster_is_new_, false))
    add_cue(x);
  end_ = std::max(end_, x.time * matroska_tick + length_of(x));
  auto& track = tracks_[x.track - 1];
  track.cluster = clusters_;
  track.time = x.time;
}

void matroska_index::add_cue(const matroska_block& x) {
  if (cues_.size() == max_cues)
    return;
  if (has_video_) {
    if (!x.keyframe || tracks_[x.track - 1].kind == codec::opus)
      return;
  } else if (!cues_.empty()
             && (x.time - cues_.back().time) * matroska_tick
                    < audio_cue_interval) {
    return;
  }
  cues_.push_back({x.time, x.track, offset_});
}

duration matroska_index::length_of(const matroska_block& x) {
  const auto& track = tracks_[x.track - 1];
  if (track.kind == codec::opus) {
    auto packet = parse_opus(x.head);
    return packet ? packet->packet_duration() : duration{};
  }
  if (track.cluster != clusters_)
    return duration{};
  return std::max<int64_t>(x.time - track.time, 0) * matroska_tick;
}

std::vector<uint8_t>
matroska_index::make_cues(const matroska_layout& layout) const {
  std::vector<uint8_t> points;
  std::vector<uint8_t> point;
  std::vector<uint8_t> positions;
  for (const auto& x : cues_) {
    positions.clear();
    ebml::append_uint(positions, ebml::id::cue_track, x.track);
    ebml::append_uint(positions, ebml::id::cue_cluster_position,
                      x.offset - layout.segment);
    point.clear();
    ebml::append_uint(point, ebml::id::cue_time,
                      static_cast<uint64_t>(std::max<int64_t>(x.time, 0)));
    ebml::append_binary(point, ebml::id::cue_track_positions, positions);
    ebml::append_binary(points, ebml::id::cue_point, point);
  }
  std::vector<uint8_t> out;
  ebml::append_binary(out, ebml::id::cues, points);
  return out;
}

std::vector<file_write> matroska_index::finish(const matroska_layout& layout,
                                               uint64_t size) const {
  std::vector<file_write> out;
  auto end = size;
  if (!cues_.empty()) {
    auto cues = make_cues(layout);
    end += cues.size();
    out.push_back({std::nullopt, std::move(cues)});
  }
  out.push_back(
      {layout.seek_head, make_seek_head(layout, cues_.empty() ? 0 : size)});
  std::vector<uint8_t> octets;
  ebml::append_float(octets, ebml::id::duration,
                     std::chrono::duration<double, std::milli>(end_).count());
  TROUPE_ASSERT(octets.size() == matroska_layout::duration_room);
  out.push_back({layout.duration, octets});
  // Eight octets, whatever the size.
  octets.resize(matroska_layout::segment_size_room);
  net::store_u64(octets.data(), (end - layout.segment) | uint64_t{1} << 56);
  out.push_back({layout.segment - matroska_layout::segment_size_room, octets});
  return out;
}

} // namespace troupe::rtp
