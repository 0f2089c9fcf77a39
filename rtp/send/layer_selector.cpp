#include "rtp/send/layer_selector.hpp"

namespace troupe::rtp {

layer_selector::layer_selector(bool immediate, const producer_layout& layout,
                               std::optional<uint8_t> only)
    : immediate_(immediate)
    , layout_(layout)
    , target_(layout.highest())
    , only_(only && layout.kind == layering::simulcast && !immediate
                ? std::min(*only, layout.highest_spatial())
                : any_encoding)
    , in_force_(all_layers) {
  update_wanted();
}

layer_selector::decision layer_selector::decide(const media_packet& x) {
  if (started_ && x.encoding == encoding_) [[likely]] {
    if (x.filler) [[unlikely]]
      return decision::not_needed;
    if (x.sequence > newest_) {
      newest_ = x.sequence;
      if (x.timestamp != picture_)
        enter_picture(x);
    } else if (x.sequence < since_ && x.timestamp != since_picture_)
        [[unlikely]] {
      return decision::earlier;
    }
    if (!x.needed_for.contains(in_force_))
      return decision::not_needed;
    if (x.has_dependencies) [[unlikely]] {
      raise_temporal(x);
      note_frame(x);
    }
    return decision::forward;
  }
  if (can_begin(x)) {
    if (x.late) [[unlikely]]
      return decision::begin_late;
    begin(x);
    return decision::begin;
  }
  return x.encoding == wanted_encoding() ? decision::awaiting_keyframe
                                         : decision::other_layer;
}

bool layer_selector::can_begin(const media_packet& x) const {
  if (x.filler)
    return false;
  if (immediate_)
    return true;
  if (!x.keyframe || !x.start_of_frame)
    return false;
  // A lower encoding is better than none until the wanted one comes.
  return x.encoding == wanted_encoding()
         || (!started_ && only_ == any_encoding
             && x.encoding < wanted_encoding());
}

void layer_selector::begin(const media_packet& first) {
  started_ = true;
  changed_ = true;
  encoding_ = first.encoding;
  in_force_ = goal();
  newest_ = since_ = first.sequence;
  picture_ = since_picture_ = first.timestamp;
  frames_sent_ = 0;
  if (first.has_dependencies)
    note_frame(first);
}

void layer_selector::enter_picture(const media_packet& x) {
  picture_ = x.timestamp;
  if (in_force_ == goal()) [[likely]]
    return;
  auto next = next_layers(x);
  if (next == in_force_)
    return;
  put_in_force(next, x);
}

void layer_selector::put_in_force(layers next, const media_packet& from) {
  in_force_ = next;
  since_ = from.sequence;
  since_picture_ = from.timestamp;
  changed_ = true;
}

// The descriptor shows the switch at the layer's own frame, whereas the picture
// began with the frames of lower layers. All of them are sent either way.
void layer_selector::raise_temporal(const media_packet& x) {
  auto next = layers{in_force_.spatial, goal().temporal};
  if (next.temporal > in_force_.temporal && x.start_of_frame
      && x.sequence == newest_ && x.switches.contains(next)
      && references_sent(x))
    put_in_force(next, x);
}

layers layer_selector::next_layers(const media_packet& x) const {
  auto wanted = goal();
  auto next = in_force_;
  next.temporal = std::min(next.temporal, wanted.temporal);
  if (!layout_.keyed)
    next.spatial = std::min(next.spatial, wanted.spatial);
  if (next == wanted || !x.start_of_frame)
    return next;
  if (x.keyframe)
    return wanted;
  if (x.has_dependencies)
    return next;
  if (x.temporal_up && x.temporal_id <= next.temporal)
    next.temporal = wanted.temporal;
  else if (x.temporal_sync && x.temporal_id == next.temporal + 1
           && x.temporal_id <= wanted.temporal)
    next.temporal = x.temporal_id;
  return next;
}

void layer_selector::note_frame(const media_packet& x) {
  auto ahead = static_cast<int16_t>(x.numbers.picture_id - newest_frame_);
  if (frames_sent_ == 0) {
    newest_frame_ = x.numbers.picture_id;
    frames_sent_ = 1;
  } else if (ahead > 0) {
    frames_sent_ = ahead < 64 ? (frames_sent_ << ahead) | 1 : 1;
    newest_frame_ = x.numbers.picture_id;
  } else if (ahead > -64) {
    frames_sent_ |= uint64_t{1} << -ahead;
  }
}

bool layer_selector::references_sent(const media_packet& x) const {
  auto ahead = static_cast<int16_t>(x.numbers.picture_id - newest_frame_);
  if (ahead < 1 || ahead > 64)
    return false;
  // Bit i: the frame i + 1 before this one.
  return (x.references & ~(frames_sent_ << (ahead - 1))) == 0;
}

void layer_selector::set_target(layers x) {
  target_ = layout_.clamp(x);
  update_wanted();
}

void layer_selector::set_alive(uint8_t spatial_layers) {
  alive_ = spatial_layers;
  update_wanted();
}

void layer_selector::update_wanted() {
  wanted_ = target_;
  if (only_ != any_encoding) {
    wanted_.spatial = only_;
    return;
  }
  // If layers always build on each other, the forwarder sends those that
  // arrive.
  if (layout_.kind == layering::svc && !layout_.keyed)
    return;
  auto comes = [&](int spatial) {
    return ((alive_ >> spatial) & 1) != 0;
  };
  for (int s = target_.spatial; s >= 0; --s)
    if (comes(s)) {
      wanted_.spatial = static_cast<uint8_t>(s);
      return;
    }
  for (int s = target_.spatial; s <= layout_.highest_spatial(); ++s)
    if (comes(s)) {
      wanted_.spatial = static_cast<uint8_t>(s);
      return;
    }
}

layers layer_selector::goal() const {
  if (layout_.kind == layering::svc)
    return wanted_;
  return {all_layers.spatial, wanted_.temporal};
}

std::optional<uint8_t> layer_selector::keyframe_needed() const {
  if (immediate_)
    return std::nullopt;
  auto encoding = wanted_encoding();
  if (!started_ || encoding_ != encoding)
    return encoding;
  auto spatial = goal().spatial;
  if (in_force_.spatial < spatial
      || (layout_.keyed && in_force_.spatial > spatial))
    return encoding;
  return std::nullopt;
}

std::optional<layers> layer_selector::current() const {
  if (!started_)
    return std::nullopt;
  if (layout_.kind == layering::svc)
    return in_force_;
  return layers{encoding_, in_force_.temporal};
}

} // namespace troupe::rtp
