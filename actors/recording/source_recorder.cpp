#include "actors/recording/source_recorder.hpp"

#include "rtp/recording/codec_private.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

using rtp::media_kind;

// How many frames of a track are missing so far. Audio that overlaps other
// audio is not.
uint64_t missing_frames(const rtp::track_recorder& x) {
  const auto drops = x.stats().frame_drops;
  return drops.total() - drops.of(rtp::frame_drop::overlap);
}

} // namespace

// -- tracks ------------------------------------------------------------------

void source_recorder::add_track(track_id which, rtp::track_recorder::config x,
                                const std::string& cname, bool paused,
                                net::time_point now) {
  std::erase_if(groups_, [](const auto& y) { return y.second.expired(); });
  if (!cname.empty()) {
    auto& group = groups_[cname];
    x.sync = group.lock();
    if (!x.sync)
      group = x.sync = std::make_shared<rtp::sync_group>();
  }
  x.start = config_.start;
  auto& made = tracks_[which];
  made.kind = x.kind;
  made.engine = std::make_unique<rtp::track_recorder>(x);
  made.paused = paused;
  if (paused)
    made.engine->handle_pause(now);
  else if (x.kind == media_kind::video)
    made.replay_until = now + replay_patience;
  note_pauses(now);
  drain(now);
}

void source_recorder::handle_packets(
    track_id which, const std::vector<rtp::media_packet>& packets,
    net::time_point now) {
  const auto i = tracks_.find(which);
  if (i == tracks_.end())
    return;
  auto& to = i->second;
  for (const auto& x : packets) {
    if (to.replay_until) {
      const auto begins = x.keyframe && x.start_of_frame && !x.late;
      if (!begins && now < *to.replay_until)
        continue;
      to.replay_until.reset();
    }
    to.engine->handle_packet(x, now);
  }
  if (to.kind == media_kind::video)
    keyframes_.handle_packet();
  drain(now);
}

void source_recorder::handle_replay(
    track_id which, const std::vector<rtp::media_packet>& packets,
    net::time_point now) {
  if (const auto i = tracks_.find(which); i != tracks_.end()) {
    i->second.replay_until.reset();
    handle_packets(which, packets, now);
  }
}

void source_recorder::handle_sender_report(track_id which,
                                           const rtp::source_report& x,
                                           net::time_point now) {
  if (const auto i = tracks_.find(which); i != tracks_.end())
    i->second.engine->handle_sender_report(x, now);
  drain(now);
}

void source_recorder::handle_pause(track_id which, bool paused,
                                   net::time_point now) {
  const auto i = tracks_.find(which);
  if (i == tracks_.end() || i->second.paused == paused)
    return;
  i->second.paused = paused;
  if (paused)
    i->second.engine->handle_pause(now);
  else
    i->second.engine->handle_resume(now);
  note_pauses(now);
  drain(now);
}

void source_recorder::skip_gap(track_id which) {
  if (const auto i = tracks_.find(which); i != tracks_.end())
    i->second.engine->skip_gap();
}

void source_recorder::end_track(track_id which, net::time_point now) {
  const auto i = tracks_.find(which);
  if (i == tracks_.end())
    return;
  i->second.engine->finish(now);
  collect(i->second);
  tracks_.erase(i);
  if (tracks_.empty())
    idle_since_ = now;
  note_pauses(now);
  drain(now);
}

bool source_recorder::is_live(media_kind kind) const {
  return std::ranges::any_of(tracks_, [kind](const auto& x) {
    return x.second.kind == kind && !x.second.paused;
  });
}

bool source_recorder::all_paused() const {
  return !tracks_.empty() && std::ranges::all_of(tracks_, [](const auto& x) {
    return x.second.paused;
  });
}

void source_recorder::note_pauses(net::time_point now) {
  if (!tracks_.empty())
    idle_since_.reset();
  if (all_paused()) {
    if (!paused_since_)
      paused_since_ = since_start(now);
  } else if (const auto from = std::exchange(paused_since_, std::nullopt);
             from && part_) {
    part_->note_pause(*from, since_start(now));
  }
}

// -- time --------------------------------------------------------------------

void source_recorder::handle_timeout(net::time_point now) {
  for (auto& [id, x] : tracks_)
    x.engine->handle_timeout(now);
  if (part_)
    part_->handle_timeout(since_start(now));
  drain(now);
  if (part_ && idle_since_ && now - *idle_since_ >= idle_patience)
    end_part(since_start(now));
}

void source_recorder::finish(net::time_point now) {
  for (auto& [id, x] : tracks_)
    x.engine->finish(now);
  finished_ = true;
  drain(now);
  tracks_.clear();
  if (part_)
    end_part(since_start(now));
}

std::optional<net::time_point> source_recorder::poll_timeout() const {
  std::optional<net::time_point> out;
  const auto consider = [&](std::optional<net::time_point> x) {
    if (x && (!out || *x < *out))
      out = x;
  };
  if (finished_)
    return out;
  for (const auto& [id, x] : tracks_)
    consider(x.engine->poll_timeout());
  if (part_) {
    if (const auto due = part_->poll_timeout())
      consider(config_.start + *due);
    if (idle_since_)
      consider(*idle_since_ + idle_patience);
  }
  for (const auto& [id, x] : tracks_)
    if (x.wanted)
      consider(x.request_due);
  if (pending_since_ && !part_) {
    consider(*pending_since_ + join_patience);
    consider(alone_until_);
  }
  consider(keyframes_.poll_timeout());
  return out;
}

std::optional<source_recorder::event> source_recorder::poll_event() {
  return events_.pop();
}

std::optional<recorded_part> source_recorder::part() const {
  return part_ ? std::optional{part_->facts()} : std::nullopt;
}

// -- from tracks to files ----------------------------------------------------

void source_recorder::drain(net::time_point now) {
  for (auto& [id, x] : tracks_) {
    if (is_overdue(now))
      x.engine->release(now);
    collect(x);
  }
  route(now);
  want_keyframes(now);
  request_keyframes(now);
  collect_writes();
}

bool source_recorder::awaits_reports() const {
  return std::ranges::any_of(
      tracks_, [](const auto& x) { return x.second.engine->waits(); });
}

void source_recorder::begin_wait(net::time_point now) {
  pending_since_ = now;
  alone_until_ = now + company_patience;
}

bool source_recorder::awaits_company() const {
  return alone_until_ && (lanes_[0].empty() || lanes_[1].empty());
}

bool source_recorder::is_overdue(net::time_point now) const {
  return !part_ && pending_since_ && now - *pending_since_ >= join_patience;
}

void source_recorder::collect(track& from) {
  while (auto x = from.engine->poll_frame())
    collect_frame(from, std::move(*x));
  while (from.engine->poll_jump())
    continue; // it is in the engine's statistics
  // A higher encoding is recorded from its key frame on, so that one serves
  // both.
  while (const auto encoding = from.engine->poll_keyframe_request())
    from.wanted = std::max(*encoding, from.wanted.value_or(0));
}

void source_recorder::collect_frame(track& from, rtp::media_frame x) {
  held_frame out{std::move(x)};
  if (from.kind == media_kind::video) {
    const auto missing = missing_frames(*from.engine);
    if (missing != from.drops)
      out.gap = from.last;
    from.drops = missing;
    if (out.frame.keyframe)
      from.wanted.reset();
  }
  from.last = out.frame.time;
  auto& to = lane_of(from.kind);
  to.octets += out.frame.octets.size();
  to.held.push(std::move(out));
}

source_recorder::held_frame source_recorder::take(lane& from) {
  auto out = std::move(*from.held.pop());
  from.octets -= out.frame.octets.size();
  return out;
}

void source_recorder::route(net::time_point now) {
  if (alone_until_ && now >= *alone_until_)
    alone_until_.reset();
  while (true) {
    if (!part_) {
      drop_undecodable();
      const auto none = lanes_[0].empty() && lanes_[1].empty();
      if (none && !awaits_reports())
        pending_since_.reset();
      else if (!pending_since_)
        begin_wait(now);
      if (none || !can_open(now))
        return;
      open();
    }
    pass_on(lane_of(media_kind::audio));
    pass_on(lane_of(media_kind::video));
    if (!must_split())
      return drop_old_audio();
    end_part(since_start(now));
  }
}

// Passes on what the file has a track for. While audio needs another file,
// video stops at its next key frame, with which that file can begin.
void source_recorder::pass_on(lane& from) {
  const auto& audio = lane_of(media_kind::audio);
  const auto is_video = &from == &lane_of(media_kind::video);
  const auto splits = is_video && !audio.empty();
  while (!from.empty()) {
    const auto& next = from.held.front().frame;
    if (!part_->has(next.kind) || (splits && next.keyframe))
      return;
    auto x = take(from);
    if (x.gap)
      part_->note_gap(*x.gap, x.frame.time);
    part_->handle_frame(std::move(x.frame), waiting_);
    degraded_ |= part_->poll_degraded();
  }
}

bool source_recorder::must_split() const {
  const auto& audio = lane_of(media_kind::audio);
  const auto& video = lane_of(media_kind::video);
  if (!video.empty()) // a first frame, or a key frame for which audio waits
    return true;
  return !audio.empty()
         && (finished_ || !part_->has_video() || !is_live(media_kind::video));
}

bool source_recorder::can_open(net::time_point now) {
  const auto lacks = [this](media_kind kind) {
    return is_live(kind) && lane_of(kind).empty();
  };
  if (finished_ || lanes_[0].octets + lanes_[1].octets > max_held_octets
      || is_overdue(now))
    return true;
  return !lacks(media_kind::audio) && !lacks(media_kind::video)
         && !awaits_company();
}

void source_recorder::drop_old_audio() {
  auto& audio = lane_of(media_kind::audio);
  while (audio.held.size() > max_held_audio)
    take(audio);
}

void source_recorder::drop_undecodable() {
  auto& video = lane_of(media_kind::video);
  while (!video.empty() && !rtp::describe_track(video.held.front().frame))
    take(video);
}

void source_recorder::open() {
  part_writer::config x;
  x.zero = rtp::duration::max();
  for (const auto& from : lanes_)
    if (!from.empty()) {
      const auto& first = from.held.front().frame;
      x.tracks.push_back(*rtp::describe_track(first));
      x.zero = std::min(x.zero, first.time);
    }
  x.info = {config_.title, config_.date + x.zero};
  part_.emplace(std::move(x));
  pending_since_.reset();
  events_.push(part_began{part_->extension()});
}

void source_recorder::end_part(rtp::duration now) {
  if (paused_since_) {
    part_->note_pause(*paused_since_, now);
    paused_since_ = now;
  }
  part_->finish(now);
  collect_writes();
  events_.push(part_ended{part_->facts()});
  part_.reset();
}

void source_recorder::collect_writes() {
  if (part_)
    while (auto x = part_->poll_write())
      events_.push(std::move(*x));
}

// Video needs a key frame after it was left out, and when another file is to
// begin.
void source_recorder::want_keyframes(net::time_point now) {
  const auto i = std::ranges::find_if(tracks_, [](const auto& x) {
    return x.second.kind == media_kind::video && !x.second.paused;
  });
  if (i == tracks_.end() || !i->second.engine->encoding())
    return;
  const auto after_gap = part_ && part_->awaits_keyframe()
                         && waiting_ <= part_writer::max_waiting_video;
  const auto before_split =
      part_ && part_->has_video() && !lane_of(media_kind::audio).empty();
  if (after_gap || before_split)
    keyframes_.request(now);
  else
    keyframes_.handle_keyframe();
  if (keyframes_.poll(now))
    i->second.wanted =
        std::max(*i->second.engine->encoding(), i->second.wanted.value_or(0));
}

void source_recorder::request_keyframes(net::time_point now) {
  for (auto& [id, x] : tracks_)
    if (x.wanted && now >= x.request_due) {
      requests_.push(keyframe_request{id, *std::exchange(x.wanted, {})});
      x.request_due = now + keyframe_interval;
    }
}

} // namespace troupe::actors
