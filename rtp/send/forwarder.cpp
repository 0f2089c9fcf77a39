#include "rtp/send/forwarder.hpp"
#include "rtp/send/packet_tag.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

// The producer bounds the rate for all consumers; this only keeps one receiver
// from sending it too many requests.
constexpr auto keyframe_intervals = keyframe_requester::intervals{
    std::chrono::milliseconds{200}, std::chrono::seconds{1}};

// If a request names so many packets that cannot be sent again, the loss is not
// random.
constexpr size_t beyond_repair = 16;

std::shared_ptr<const header_writer> make_headers(const forwarder::config& x) {
  auto result =
      std::make_shared<header_writer>(x.source_extensions, x.extensions);
  result->set_mid(x.mid);
  return result;
}

// Far from the first wrap: see forwarder::handle_connected().
uint16_t first_number(uint32_t random) {
  return static_cast<uint16_t>(random >> 17);
}

sequence_rewriter::origin origin_of(const media_packet& x) {
  return {x.encoding, x.sequence};
}

} // namespace

forwarder::forwarder(config x, net::rng& random)
    : config_{x.max_queueing, x.ssrc,   x.payload,
              x.kind,         x.paused, x.producer_paused}
    , headers_(make_headers(x))
    , target_(x.layout.highest())
    , sequence_(first_number(random.u32()))
    , selector_(x.kind == media_kind::audio, x.layout, x.only_encoding)
    , timestamps_(x.clock_rate, random.u32())
    , keyframes_(keyframe_intervals)
    , stream_(x.ssrc)
    , rtx_payload_(x.rtx_payload)
    , rtx_ssrc_(x.rtx_ssrc)
    , nack_(x.feedback.nack)
    , continues_(x.continues)
    , cname_(std::move(x.cname))
    , rtx_sequence_(first_number(random.u32()))
    , random_state_(random.u32()) {}

// -- media --------------------------------------------------------------------

void forwarder::handle_batch(const media_batch& batch, time_point now) {
  if (!running()) {
    drops_.add(attends().otherwise, batch->size());
    return;
  }
  for (auto& x : *batch)
    handle_packet(x, now);
  check_freeze(now);
  collect(now);
}

forwarder::attention forwarder::attends() const {
  if (config_.paused)
    return {0, drop_reason::consumer_paused};
  if (config_.producer_paused)
    return {0, drop_reason::producer_paused};
  if (!target_)
    return {0, drop_reason::other_layer};
  return {selector_.concerning(), drop_reason::other_layer};
}

void forwarder::handle_packet(const media_packet& x, time_point now) {
  if (replayed_ && replayed_already(x)) [[unlikely]] {
    drops_.add(drop_reason::duplicate);
    return;
  }
  if (now - x.packet.arrival() > config_.max_queueing) [[unlikely]] {
    drops_.add(drop_reason::overload);
    sequence_.drop(origin_of(x), tag());
    if (config_.kind == media_kind::video)
      restart(now, false);
    return;
  }
  keyframes_.handle_packet();
  using selection = layer_selector::decision;
  switch (selector_.decide(x)) {
    case selection::forward:
      if (x.keyframe && !selector_.keyframe_needed()) {
        keyframes_.handle_keyframe();
        repeat_ = repeat::none;
      }
      forward(x, now);
      return;
    case selection::begin:
      // The packet is older than those already sent: the stream cannot begin
      // here.
      if (!sequence_.is_new(origin_of(x))) [[unlikely]] {
        selector_.restart();
        drops_.add(drop_reason::awaiting_keyframe);
        return;
      }
      keyframes_.handle_keyframe();
      begin(x, false, now);
      forward(x, now);
      request_keyframe_if_needed(now);
      return;
    case selection::begin_late:
      // Newer packets were not forwarded. If the stream began here, they would
      // leave a hole that the receiver would NACK.
      drops_.add(config_.kind == media_kind::video
                     ? drop_reason::awaiting_keyframe
                     : drop_reason::unmappable);
      if (config_.kind == media_kind::video)
        replay_wanted_ = x.encoding;
      return;
    case selection::not_needed:
      leave_out(x, now);
      return;
    case selection::earlier:
      forward_late(x, now);
      return;
    case selection::other_layer:
      drops_.add(drop_reason::other_layer);
      return;
    case selection::awaiting_keyframe:
      drops_.add(drop_reason::awaiting_keyframe);
      request_keyframe_if_needed(now);
      return;
  }
}

void forwarder::begin(const media_packet& first, bool continues,
                      time_point now) {
  sequence_.resync();
  forget_replay();
  pictures_since_complete_ = 0;
  if (last_complete_ != time_point{})
    last_complete_ = now;
  beginning_ = !continues;
  if (!continues)
    pictures_.begin(first);
  start_ = false;
  if (std::exchange(newcomer_, false)) {
    began_ms_ = to_milliseconds(now);
    repeats_left_ = most_repeats;
  }
}

void forwarder::handle_replay(const media_batch& batch, time_point now) {
  if (!running() || batch->empty())
    return;
  auto before = selector_.current();
  auto repeats =
      repeat_ == repeat::asked && selector_.may_begin_again(batch->front());
  if (repeats) {
    selector_.restart();
    sequence_.forget_inputs();
  } else if (!selector_.may_take_over(batch->front())) {
    return;
  }
  // While another encoding is sent, only a requested replay takes over.
  auto asked = replay_asked_ == batch->front().encoding;
  if (selector_.current() && !asked)
    return;
  if (!can_replay(*batch)) {
    insist_on_keyframe(now);
    collect(now);
    return;
  }
  // The replay fulfils a request to start, or one for a key frame whose
  // beginning came late, or a newcomer's. A later request of the receiver needs
  // a future key frame.
  if (start_ || asked || repeats)
    keyframes_.handle_keyframe();
  auto fresh = std::ranges::find_if(
      *batch, [this](auto& x) { return sequence_.is_new(origin_of(x)); });
  auto& from = fresh != batch->end() ? *fresh : batch->back();
  selector_.begin(from);
  if (repeats && selector_.current() == before)
    selector_.poll_changed(); // nothing has
  begin(from, fresh != batch->begin(), now);
  for (; fresh != batch->end(); ++fresh)
    if (selector_.decide(*fresh) == layer_selector::decision::forward)
      forward(*fresh, now);
    else
      leave_out(*fresh, now);
  auto& first = batch->front();
  auto last = batch->back().sequence;
  auto all = static_cast<int64_t>(batch->size()) == last - first.sequence + 1;
  replayed_ = std::make_unique<replayed_range>(
      replayed_range{first.encoding, first.sequence, last, !all});
  request_keyframe_if_needed(now);
  collect(now);
}

bool forwarder::can_replay(const std::vector<media_packet>& group) const {
  auto fresh = std::ranges::find_if(
      group, [&](auto& x) { return sequence_.is_new(origin_of(x)); });
  // The receiver must have all of the group up to there.
  return std::all_of(group.begin(), fresh,
                     [&](auto& x) {
                       return x.filler || sequence_.lookup(origin_of(x));
                     })
         && std::all_of(fresh, group.end(), [&](auto& x) {
              return sequence_.is_new(origin_of(x));
            });
}

bool forwarder::replayed_already(const media_packet& x) {
  if (x.encoding != replayed_->encoding || x.sequence < replayed_->first
      || (replayed_->incomplete && x.late))
    return false;
  if (x.sequence <= replayed_->last)
    return true;
  // It arrived after the replay was made, as will all that follow.
  replayed_.reset();
  return false;
}

void forwarder::forward(const media_packet& x, time_point now) {
  if (!sequence_.is_ahead(origin_of(x))) [[unlikely]] {
    forward_late(x, now);
    return;
  }
  auto own_tag = tag();
  auto sequence = sequence_.forward(origin_of(x), own_tag);
  if (!sequence) {
    drops_.add(drop_reason::unmappable);
    return;
  }
  // The reports are only used when another encoding takes over.
  auto before = timestamps_.started() ? timestamps_.source() : x.encoding;
  auto timestamp =
      before == x.encoding
          ? timestamps_.map(x.encoding, x.timestamp, x.packet.arrival())
          : timestamps_.map(x.encoding, x.timestamp, x.packet.arrival(),
                            report_of(x.encoding), report_of(before));
  pictures_.note_sent(x.numbers);
  if (std::exchange(beginning_, false)) [[unlikely]] {
    batch_begins_anew_ = true;
    start_sequence_ = *sequence;
    packets_before_start_ = stream_.packets();
  }
  send(x, *sequence, timestamp, own_tag, now);
}

// Sends a late packet that belongs into a hole as the packets around it were
// sent. If they were left out, sends it without payload, so that the receiver
// does not wait for it.
void forwarder::forward_late(const media_packet& x, time_point now) {
  auto sequence = sequence_.lookup(origin_of(x));
  auto then = sequence_.tag_of(origin_of(x));
  auto timestamp = timestamps_.peek(x.encoding, x.timestamp);
  if (!sequence || !then || !timestamp) {
    drops_.add(drop_reason::unmappable);
    return;
  }
  auto in_force = selector_.layers_for(x, layers_of(*then));
  if (layer_selector::allows(x, in_force)) {
    send(x, *sequence, *timestamp, *then, now);
    return;
  }
  drops_.add(x.filler ? drop_reason::padding_only : drop_reason::other_layer);
  send(x, *sequence, *timestamp, *then, now);
  out_.back().patch = {.empty = true};
  out_.back().fields.marker = false;
}

void forwarder::leave_out(const media_packet& x, time_point now) {
  if (!sequence_.is_ahead(origin_of(x))) [[unlikely]] {
    forward_late(x, now);
    return;
  }
  drops_.add(x.filler ? drop_reason::padding_only : drop_reason::other_layer);
  // The tag holds the offsets of the pictures before this one.
  sequence_.drop(origin_of(x), tag());
  if (x.filler)
    return;
  pictures_.note_passed(x);
  if (x.timestamp != sent_picture_)
    pictures_.note_left_out(x);
  if (x.timestamp != std::exchange(seen_picture_, x.timestamp))
    ++pictures_since_complete_;
  if (x.completes_picture && x.timestamp == sent_picture_)
    note_complete(now);
}

void forwarder::emit(const media_packet& x, const rewritten_fields& fields,
                     std::optional<uint16_t> original_sequence, uint32_t tag) {
  if (out_.capacity() == 0 && pool_)
    out_ = pool_->take();
  out_.push_back({x.packet, fields, original_sequence,
                  picture_rewriter::patch_of(x.numbers, offsets_of(tag))});
}

void forwarder::send(const media_packet& x, uint16_t sequence,
                     uint32_t timestamp, uint32_t tag, time_point now) {
  auto fields = rewritten_fields{};
  fields.payload_type = config_.payload;
  fields.sequence_number = sequence;
  fields.timestamp = timestamp;
  fields.ssrc = config_.ssrc;
  fields.marker = ends_picture(x, layers_of(tag));
  emit(x, fields, std::nullopt, tag);
  note_sent(sequence, x.packet.payload().size(), x.timestamp,
            x.completes_picture, now);
}

void forwarder::note_sent(uint16_t sequence, size_t octets, int64_t timestamp,
                          bool completes_picture, time_point now) {
  stream_.handle_sent(sequence, octets, now);
  sent_picture_ = timestamp;
  if (timestamp != std::exchange(seen_picture_, timestamp))
    ++pictures_since_complete_;
  if (completes_picture)
    note_complete(now);
  sent_since_report_ = true;
  if (!report_due_)
    schedule_report(now);
}

uint32_t forwarder::tag() const {
  return make_tag(pictures_.current(), selector_.in_force());
}

const source_report* forwarder::report_of(uint8_t encoding) const {
  return encoding < source_reports_.size() && source_reports_[encoding]
             ? &*source_reports_[encoding]
             : nullptr;
}

void forwarder::handle_retransmissions(const media_batch& batch,
                                       time_point now) {
  if (!running() || !rtx_ssrc_ || !rtx_payload_)
    return;
  size_t refused = 0;
  for (auto& x : *batch) {
    auto sequence = sequence_.lookup(origin_of(x));
    auto then = sequence_.tag_of(origin_of(x));
    auto timestamp = timestamps_.peek(x.encoding, x.timestamp);
    if (!sequence || !then || !timestamp || superseded(*sequence)
        || !layer_selector::allows(x,
                                   selector_.layers_for(x, layers_of(*then))))
      continue;
    if (!stream_.spend(x.packet.payload().size())) {
      ++refused;
      continue;
    }
    auto fields = rewritten_fields{};
    fields.payload_type = *rtx_payload_;
    fields.sequence_number = rtx_sequence_++;
    fields.timestamp = *timestamp;
    fields.ssrc = *rtx_ssrc_;
    fields.marker = ends_picture(x, layers_of(*then));
    emit(x, fields, *sequence, *then);
  }
  // More packets are missing than may be repeated soon, as after a blackout.
  // The receiver itself would ask for a key frame only seconds later.
  if (refused >= beyond_repair && config_.kind == media_kind::video)
    keyframes_.request(now);
  collect(now);
}

void forwarder::handle_source_report(const source_report& x) {
  if (source_reports_.size() <= x.encoding)
    source_reports_.resize(size_t{x.encoding} + 1);
  source_reports_[x.encoding] = x;
}

void forwarder::handle_overload(time_point now) {
  if (!running())
    return;
  restart(now, false);
  collect(now);
}

} // namespace troupe::rtp
