#include "rtp/recording/matroska_writer.hpp"

#include "net/base/assert.hpp"
#include "rtp/recording/ebml.hpp"

#include <algorithm>
#include <utility>

namespace troupe::rtp {

namespace {

constexpr size_t cluster_id_size = 4;
constexpr size_t long_size_size = 4;

/// A SimpleBlock's track number, time and flags; the number has one octet.
constexpr size_t block_prefix_size = 4;
constexpr size_t max_tracks = 126;

/// A size in four octets: below 2^28 - 1.
void store_long_size(uint8_t* out, size_t size) {
  net::store_u32(out, static_cast<uint32_t>(size) | 0x10000000);
}

int64_t to_ticks(duration x) {
  return (x + matroska_tick / 2) / matroska_tick;
}

std::vector<codec> codecs_of(const std::vector<track_description>& tracks) {
  std::vector<codec> out;
  for (const auto& x : tracks)
    out.push_back(x.kind);
  return out;
}

} // namespace

matroska_writer::matroska_writer(config x)
    : config_(std::move(x))
    , index_(codecs_of(config_.tracks)) {
  TROUPE_ASSERT(!config_.tracks.empty());
  TROUPE_ASSERT(config_.tracks.size() <= max_tracks);
  for (const auto& track : config_.tracks)
    tracks_.push_back({track.kind, {}});
  auto header = make_matroska_header(config_.info, config_.tracks);
  layout_ = header.layout;
  append(std::move(header.octets));
}

std::optional<frame_refusal> matroska_writer::handle_frame(size_t track,
                                                           media_frame frame) {
  if (auto refusal = check(track, frame)) {
    ++refused_[static_cast<size_t>(*refusal)];
    return refusal;
  }
  newest_ = std::max(newest_, frame.time);
  held_octets_ += frame.octets.size();
  tracks_[track].last = frame.time;
  tracks_[track].held.push(std::move(frame));
  write_held(true);
  return std::nullopt;
}

std::optional<frame_refusal>
matroska_writer::check(size_t track, const media_frame& frame) const {
  if (finished_)
    return frame_refusal::finished;
  if (track >= tracks_.size() || tracks_[track].kind != frame.kind)
    return frame_refusal::wrong_track;
  if (frame.octets.empty() || frame.octets.size() > max_frame_octets)
    return frame_refusal::wrong_size;
  if (frame.time < tracks_[track].last)
    return frame_refusal::out_of_order;
  if (frame.time < written_ - max_lateness)
    return frame_refusal::too_late;
  return std::nullopt;
}

void matroska_writer::handle_timeout(duration now) {
  if (finished_)
    return;
  newest_ = std::max(newest_, now);
  write_held(true);
}

std::optional<duration> matroska_writer::poll_timeout() const {
  // Frames go into a cluster after max_hold, and clusters into the file as they
  // become full or old.
  auto first = duration::max();
  for (const auto& x : tracks_)
    if (!x.held.empty())
      first = std::min(first, x.held.front().time);
  auto due = first;
  if (first != duration::max())
    due = first + config_.max_hold;
  if (!cluster_.empty())
    due = std::min(due, cluster_due());
  return due == duration::max() ? std::nullopt : std::optional{due};
}

void matroska_writer::finish() {
  if (std::exchange(finished_, true))
    return;
  write_held(false);
  end_cluster();
  for (auto& x : index_.finish(layout_, size_)) {
    if (!x.offset)
      size_ += x.octets.size();
    writes_.push(std::move(x));
  }
}

std::optional<file_write> matroska_writer::poll_write() {
  return writes_.pop();
}

std::optional<size_t> matroska_writer::next_track(bool wait) const {
  std::optional<size_t> next;
  auto all_have = true;
  for (size_t i = 0; i < tracks_.size(); ++i) {
    const auto& held = tracks_[i].held;
    if (held.empty())
      all_have = false;
    else if (!next || held.front().time < tracks_[*next].held.front().time)
      next = i;
  }
  if (!next || !wait || all_have || held_octets_ > config_.max_held_octets)
    return next;
  auto waited = newest_ - tracks_[*next].held.front().time;
  return waited >= config_.max_hold ? next : std::nullopt;
}

void matroska_writer::write_held(bool wait) {
  while (auto next = next_track(wait)) {
    auto frame = tracks_[*next].held.pop();
    held_octets_ -= frame->octets.size();
    write_frame(*next, *frame);
  }
  if (wait && !cluster_.empty() && newest_ >= cluster_due())
    end_cluster();
}

void matroska_writer::write_frame(size_t track, const media_frame& frame) {
  if (frame.time < written_)
    ++late_frames_;
  written_ = std::max(written_, frame.time);
  auto time = to_ticks(frame.time);
  auto begins = frame.keyframe && frame.kind != codec::opus;
  auto is_full =
      cluster_.size() >= config_.max_cluster_octets
      || (time - cluster_time_) * matroska_tick >= config_.max_cluster_length;
  if (begins || is_full)
    end_cluster();
  if (cluster_.empty())
    begin_cluster(time);
  auto number = static_cast<uint8_t>(track + 1);
  ebml::append_id(cluster_, ebml::id::simple_block);
  ebml::append_size(cluster_, block_prefix_size + frame.octets.size());
  std::array<uint8_t, block_prefix_size> prefix;
  prefix[0] = static_cast<uint8_t>(0x80 | number);
  net::store_u16(&prefix[1], static_cast<uint16_t>(time - cluster_time_));
  prefix[3] = frame.keyframe ? 0x80 : 0;
  cluster_.insert(cluster_.end(), prefix.begin(), prefix.end());
  cluster_.insert(cluster_.end(), frame.octets.begin(), frame.octets.end());
  index_.add_block({number, frame.keyframe, time, frame.octets});
}

void matroska_writer::begin_cluster(int64_t time) {
  // Clusters tend to be alike.
  cluster_.reserve(last_cluster_octets_ + last_cluster_octets_ / 4);
  ebml::append_id(cluster_, ebml::id::cluster);
  cluster_.resize(cluster_id_size + long_size_size);
  ebml::append_uint(cluster_, ebml::id::timestamp, static_cast<uint64_t>(time));
  cluster_time_ = time;
  index_.begin_cluster(size_);
}

duration matroska_writer::cluster_due() const {
  return cluster_time_ * matroska_tick + config_.max_cluster_age;
}

void matroska_writer::end_cluster() {
  if (cluster_.empty())
    return;
  last_cluster_octets_ = cluster_.size();
  store_long_size(&cluster_[cluster_id_size],
                  cluster_.size() - cluster_id_size - long_size_size);
  append(std::exchange(cluster_, {}));
}

void matroska_writer::append(std::vector<uint8_t> octets) {
  size_ += octets.size();
  writes_.push(file_write{std::nullopt, std::move(octets)});
}

} // namespace troupe::rtp
