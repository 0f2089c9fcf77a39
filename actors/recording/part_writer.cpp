#include "actors/recording/part_writer.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

bool is_audio(rtp::codec x) {
  return x == rtp::codec::opus;
}

// As the manifest names it.
std::string_view name_of(rtp::codec x) {
  switch (x) {
    case rtp::codec::opus:
      return "opus";
    case rtp::codec::vp8:
      return "vp8";
    case rtp::codec::vp9:
      return "vp9";
    case rtp::codec::h264:
      return "h264";
    case rtp::codec::av1:
      return "av1";
    case rtp::codec::other_audio:
    case rtp::codec::other_video:
      break;
  }
  return {};
}

void add_span(std::vector<recorded_span>& to, rtp::duration from,
              rtp::duration until) {
  const auto x = recorded_span{to_milliseconds(from), to_milliseconds(until)};
  if (x.to <= x.from)
    return;
  const auto joins = !to.empty() && x.from <= to.back().to;
  if (joins || to.size() >= part_writer::max_spans)
    to.back().to = std::max(to.back().to, x.to);
  else
    to.push_back(x);
}

rtp::matroska_writer::config to_config(part_writer::config& x) {
  rtp::matroska_writer::config out;
  out.info = std::move(x.info);
  out.tracks = std::move(x.tracks);
  return out;
}

std::vector<rtp::codec>
codecs_of(const std::vector<rtp::track_description>& tracks) {
  std::vector<rtp::codec> out;
  for (const auto& x : tracks)
    out.push_back(x.kind);
  return out;
}

} // namespace

part_writer::part_writer(config x)
    : zero_(x.zero)
    , tracks_(codecs_of(x.tracks))
    , extension_(rtp::file_extension(rtp::matroska_type_of(x.tracks)))
    , writer_(to_config(x)) {
  for (auto codec : tracks_)
    (is_audio(codec) ? facts_.audio : facts_.video) = name_of(codec);
  facts_.start_offset = to_milliseconds(zero_);
}

void part_writer::handle_frame(rtp::media_frame x, size_t waiting) {
  const auto track = find(x.kind);
  if (!track || !admit(x, waiting))
    return;
  x.time = std::max(x.time - zero_, rtp::duration{});
  writer_.handle_frame(*track, std::move(x));
}

bool part_writer::admit(const rtp::media_frame& x, size_t waiting) {
  const auto audio = is_audio(x.kind);
  auto& gap = audio ? audio_gap_ : video_gap_;
  const auto limit = audio ? max_waiting_audio : max_waiting_video;
  if (waiting <= limit && (!gap || x.keyframe)) {
    if (gap)
      note_gap(*gap, x.time);
    gap.reset();
    return true;
  }
  if (!gap) {
    gap = x.time;
    newly_degraded_ = true;
    facts_.degraded = true;
  }
  return false;
}

void part_writer::note_gap(rtp::duration from, rtp::duration to) {
  add_span(facts_.gaps, std::max(from, zero_), to);
}

void part_writer::note_pause(rtp::duration from, rtp::duration to) {
  add_span(facts_.pauses, std::max(from, zero_), to);
}

void part_writer::handle_timeout(rtp::duration now) {
  writer_.handle_timeout(now - zero_);
}

std::optional<rtp::duration> part_writer::poll_timeout() const {
  const auto out = writer_.poll_timeout();
  return out ? std::optional{*out + zero_} : std::nullopt;
}

void part_writer::finish(rtp::duration now) {
  for (auto* gap : {&audio_gap_, &video_gap_})
    if (*gap)
      note_gap(**gap, now);
  writer_.finish();
}

recorded_part part_writer::facts() const {
  auto out = facts_;
  out.size = writer_.size();
  out.duration = to_milliseconds(writer_.length());
  return out;
}

std::optional<size_t> part_writer::find(rtp::codec x) const {
  const auto i = std::ranges::find(tracks_, x);
  if (i == tracks_.end())
    return std::nullopt;
  return static_cast<size_t>(i - tracks_.begin());
}

} // namespace troupe::actors
