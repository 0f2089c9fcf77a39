#include "rtp/send/egress.hpp"

#include "rtp/packet/rtx.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

uint32_t to_microseconds(time_point x) {
  using std::chrono::microseconds;
  return static_cast<uint32_t>(
      std::chrono::duration_cast<microseconds>(x.time_since_epoch()).count());
}

/// The pacing rate as a multiple of the estimate, so that a queue empties.
constexpr double pacing_factor = 1.25;

/// A key frame replaces video that has waited for longer than this.
constexpr duration supersede_after = std::chrono::milliseconds{50};

/// The time between the steps of a probe.
constexpr duration probe_step = std::chrono::milliseconds{5};

/// How often the estimator is asked for a probe.
constexpr duration probe_check_interval = std::chrono::milliseconds{20};

/// The largest size that a record of a sent packet can store.
constexpr size_t most_octets = 2047;

/// Bounds for the rate that a receiver reports.
constexpr uint64_t least_remb = 30'000;
constexpr uint64_t most_remb = 1'000'000'000;

/// A payload of padding alone, of the maximum size (RFC 3550, section 5.1).
constexpr auto padding = [] {
  std::array<uint8_t, 255> out{};
  out.back() = 255;
  return out;
}();

/// Removes the dependency descriptor of packets without payload.
constexpr replaced_extension no_descriptor[] = {
    {extension::dependency_descriptor, {}}};

const header_writer& probation_headers() {
  static const auto result = [] {
    header_writer x{{}, extension_map::defaults()};
    x.set_mid("probator");
    return x;
  }();
  return result;
}

// The buffer that packets are written to. All transports of a thread share one:
// a buffer of each receiver would have left the cache by its next packet.
struct scratch_memory {
  std::array<uint8_t, max_header_size> header;
  std::array<uint8_t, net::buffer::capacity + 2> payload; // RTX, and patches
};

thread_local scratch_memory scratch;

} // namespace

void egress::handle_batch(outgoing_batch&& batch, time_point now) {
  now_ = now;
  if (batch.packets.empty())
    return;
  batch.queued = now;
  if (batch.kind == media_kind::audio)
    audio_.push(std::move(batch));
  else if (batch.packets.front().original_sequence_number)
    repairs_.push(std::move(batch));
  else {
    if (batch.begins_anew) [[unlikely]]
      drop_superseded(batch);
    video_.push(std::move(batch));
  }
}

void egress::handle_timeout(time_point now) {
  now_ = now;
  timeout_.reset();
  // Pacing begins with feedback only.
  if (estimator_) {
    if (!uncongested_) [[unlikely]]
      pace(now);
    start_probe_if_due();
  }
  audio_first_ = true;
  if (!audio_.empty())
    audio_.sort_by_size();
}

void egress::put_audio_last() {
  audio_first_ = (estimator_ && wants_more_) || pacer_.engaged()
                 || video_.packets() > most_before_audio;
}

void egress::pace(time_point now) {
  pacer_.set_rate(static_cast<uint64_t>(
      pacing_factor * static_cast<double>(estimator_->target_bps())));
  uncongested_ = !estimator_->congested(now);
  pacer_.engage(!uncongested_, now);
  pacer_.handle_timeout(now, !repairs_.empty() || !video_.empty());
}

std::optional<egress::wire_packet> egress::poll_packet() {
  if (audio_first_)
    if (auto x = take(audio_))
      return x;
  if (!pacer_.open()) [[unlikely]]
    drop_late();
  if (pacer_.open() || probe_due()) [[likely]] {
    if (auto x = take(repairs_))
      return x;
    if (auto x = take(video_))
      return x;
    if (auto x = take(audio_))
      return x;
    if (probe_due())
      return pad();
  } else if (!timeout_ && (!repairs_.empty() || !video_.empty())) {
    timeout_ = pacer_.opens(now_);
  }
  return std::nullopt;
}

std::optional<egress::wire_packet> egress::take(send_queue& from) {
  while (const auto* x = from.front()) {
    from.pop();
    auto out = x->original_sequence_number && is_padded(*x)
                   ? write(renumbered(*x), from.headers())
                   : write(*x, from.headers());
    if (out)
      return out;
    stats_.drops.add(drop_reason::header_too_large);
  }
  return std::nullopt;
}

// Drops retransmissions that have waited too long. If video has, drops all
// waiting video, since it refers to the dropped packets.
void egress::drop_late() {
  while (!repairs_.empty() && now_ - repairs_.since() > longest_wait) {
    repairs_.pop();
    stats_.drops.add(drop_reason::overload);
  }
  auto recovering = restarted_at_ != time_point{}
                    && now_ - restarted_at_ < 2 * longest_wait_for_keyframe;
  auto limit = recovering ? longest_wait_for_keyframe : longest_wait;
  if (video_.empty() || now_ - video_.since() <= limit)
    return;
  restarted_at_ = now_;
  while (const auto* x = video_.front()) {
    if (dropped_.empty() || dropped_.back() != x->fields.ssrc)
      dropped_.push(x->fields.ssrc);
    video_.pop();
    stats_.drops.add(drop_reason::overload);
  }
}

// A stream begins again with a key frame: if video has waited for long, drops
// the stream's older packets and repetitions, which would only delay it.
void egress::drop_superseded(const outgoing_batch& x) {
  restarted_at_ = now_;
  if (!pacer_.engaged() || video_.empty()
      || now_ - video_.since() <= supersede_after)
    return;
  stats_.drops.add(drop_reason::overload,
                   video_.drop(*x.headers) + repairs_.drop(*x.headers));
}

void egress::discard() {
  probe_.reset();
  timeout_.reset();
  for (auto* x : {&audio_, &repairs_, &video_})
    while (!x->empty())
      x->pop();
}

// -- probes -------------------------------------------------------------------

void egress::set_wanted(uint64_t bps, bool starved) {
  wanted_ = bps;
  starved_ = starved;
  if (estimator_)
    estimator_->set_wanted(bps, starved);
  update_wants_more();
}

void egress::update_wants_more() {
  wants_more_ = !estimator_ || wanted_ > estimator_->target_bps();
}

void egress::start_probe_if_due() {
  if (!probe_ && probing_ && wants_more_ && now_ >= probe_check_due_) {
    probe_check_due_ = now_ + probe_check_interval;
    if (auto x = estimator_->poll_probe(now_)) {
      probe_ = std::make_unique<probe_progress>(probe_progress{*x, now_});
      latest_probe_ = x->id;
    }
  }
  if (probe_)
    timeout_ = now_ + probe_step;
}

// Whether the present probe needs more to be sent now.
bool egress::probe_due() const {
  if (!probe_)
    return false;
  auto time = std::chrono::duration<double>(now_ - probe_->began + probe_step);
  return probe_->sent < probe_->what.bps / 8 * time.count();
}

// Adds padding to the probe. All packets sent meanwhile are part of it, too.
std::optional<egress::wire_packet> egress::pad() {
  auto fields = rewritten_fields{};
  fields.payload_type = probation_payload;
  fields.sequence_number = padding_sequence_++;
  fields.timestamp = to_microseconds(now_) / 100 * 9;
  fields.ssrc = probation_ssrc;
  fields.padding = true;
  const auto* headers = &probation_headers();
  if (padding_stream_) {
    fields.payload_type = padding_stream_->payload;
    fields.ssrc = padding_stream_->ssrc;
    headers = padding_stream_->headers.get();
  }
  auto layout = headers->write(fields, scratch.header);
  if (!layout)
    return std::nullopt;
  ++stats_.probe_packets;
  return finish(*layout, padding);
}

void egress::pad_on(padding_stream x) {
  padding_stream_ = std::make_unique<padding_stream>(std::move(x));
}

// Whether the retransmission is on the stream of the padding.
bool egress::is_padded(const outgoing_packet& x) const {
  return padding_stream_ && x.fields.ssrc == padding_stream_->ssrc;
}

outgoing_packet egress::renumbered(outgoing_packet x) {
  x.fields.sequence_number = padding_sequence_++;
  return x;
}

// -- writing ------------------------------------------------------------------

std::optional<egress::wire_packet> egress::write(const outgoing_packet& x,
                                                 const header_writer& headers) {
  auto replaced = std::span<const replaced_extension>{};
  if (x.patch.empty) [[unlikely]]
    replaced = no_descriptor;
  auto layout = headers.write(x.packet, x.fields, scratch.header, replaced);
  if (!layout)
    return std::nullopt;
  if (x.patch.frame_number_shift != 0) [[unlikely]]
    patch_frame_number(scratch.header, *layout, x.patch.frame_number_shift);
  auto payload = x.packet.payload();
  if (!x.patch.none()) [[unlikely]]
    payload = patched(x.patch, payload);
  if (x.original_sequence_number) {
    auto size = write_rtx_payload(*x.original_sequence_number, payload,
                                  scratch.payload);
    if (!size)
      return std::nullopt;
    payload = {scratch.payload.data(), *size};
    ++stats_.rtx_packets;
  }
  return finish(*layout, payload);
}

egress::wire_packet egress::finish(const written_header& layout,
                                   net::byte_span payload) {
  auto octets = layout.size + payload.size();
  patch_abs_send_time(scratch.header, layout, now_);
  if (layout.transport_cc_offset != 0) {
    patch_transport_cc(scratch.header, layout,
                       static_cast<uint16_t>(next_sequence_));
    remember(octets);
  }
  pacer_.spend(octets);
  ++stats_.packets;
  stats_.octets += octets;
  rate_.add(octets, now_);
  return {{scratch.header.data(), layout.size}, payload};
}

net::byte_span egress::patched(const payload_patch& x, net::byte_span payload) {
  // Leaves free the octets that RTX puts in front.
  auto out = net::mutable_byte_span{scratch.payload}.subspan(rtx_overhead);
  auto size = x.empty ? size_t{0} : std::min(payload.size(), out.size());
  std::copy_n(payload.begin(), size, out.begin());
  out = out.first(size);
  x.apply(out);
  return out;
}

void egress::remember(size_t octets) {
  make_room();
  auto sequence = next_sequence_++;
  auto& x = remembered(sequence);
  x.microseconds = to_microseconds(now_);
  x.sequence = static_cast<uint16_t>(sequence);
  x.octets = static_cast<uint16_t>(std::min(octets, most_octets)) & 0x7FF;
  x.probe = 0;
  x.missing = 0;
  if (probe_) [[unlikely]] {
    probe_->sent += static_cast<uint32_t>(octets);
    x.probe = tag_of(latest_probe_) & 0xF;
    if (probe_->sent >= probe_->what.octets)
      probe_.reset();
  }
}

// Most receivers report each packet within a second: their few records stay in
// the cache.
void egress::make_room() {
  using std::chrono::microseconds;
  if (history_.empty()) {
    history_.resize(least_history);
    return;
  }
  const auto& oldest = remembered(next_sequence_);
  if (oldest.octets == 0 || history_.size() == most_history) [[likely]]
    return;
  if (microseconds{to_microseconds(now_) - oldest.microseconds} >= memory_time)
    return;
  std::vector<sent_packet> more(2 * history_.size());
  auto first = next_sequence_ - static_cast<int64_t>(history_.size());
  for (auto i = first; i < next_sequence_; ++i)
    more[static_cast<size_t>(i) & (more.size() - 1)] = remembered(i);
  history_ = std::move(more);
}

// -- feedback -----------------------------------------------------------------

std::span<const packet_report>
egress::handle_transport_feedback(const rtcp::transport_cc& x, time_point now) {
  now_ = now;
  reports_.clear();
  if (history_.empty())
    return reports_;
  uint32_t taken_back = 0;
  auto cursor = x.statuses();
  while (auto status = cursor.next()) {
    // Ignore packets that we never sent, or no longer remember.
    auto age = static_cast<uint16_t>(static_cast<uint16_t>(next_sequence_ - 1)
                                     - status->sequence_number);
    auto sequence = next_sequence_ - 1 - age;
    if (age >= history_.size())
      continue;
    auto& sent = remembered(sequence);
    if (sent.octets == 0 || sent.sequence != status->sequence_number)
      continue;
    if (!status->received) {
      sent.missing = 1;
      continue;
    }
    taken_back += sent.missing != 0 && sequence < judged_;
    reports_.push_back(report_of(sent, now));
    reports_.back().received = status->arrival;
    sent.octets = 0; // reported once
    ++stats_.feedback_packets;
    newest_reported_ = std::max(newest_reported_, sequence);
  }
  judge_missing(now);
  estimate(now, taken_back);
  return reports_;
}

packet_report egress::report_of(const sent_packet& x, time_point now) const {
  auto ago = std::chrono::microseconds{to_microseconds(now) - x.microseconds};
  packet_report out{now - ago, std::nullopt, x.octets, std::nullopt};
  if (x.probe != 0 && x.probe == tag_of(latest_probe_))
    out.probe = latest_probe_;
  return out;
}

// Decides which packets are lost. A missing packet may still arrive while less
// time has passed than packets overtake each other by. A packet that no
// feedback has mentioned is not known to be lost.
void egress::judge_missing(time_point now) {
  reordering_.add(reports_, now);
  auto oldest = next_sequence_ - static_cast<int64_t>(history_.size());
  for (judged_ = std::max(judged_, oldest); judged_ < newest_reported_;
       ++judged_) {
    const auto& x = remembered(judged_);
    if (x.octets == 0)
      continue;
    auto report = report_of(x, now);
    if (reordering_.newest() - report.sent < reordering_.window())
      return;
    if (x.missing == 0)
      continue;
    ++stats_.feedback_lost;
    reports_.push_back(report);
  }
}

void egress::estimate(time_point now, uint32_t taken_back) {
  if (reports_.empty())
    return;
  if (!estimator_) {
    estimator_ =
        std::make_unique<bandwidth_estimator>(bandwidth_estimator::config{});
    estimator_->set_wanted(wanted_, starved_);
  }
  estimator_->handle_feedback(
      reports_, static_cast<double>(rate_.bitrate_bps(now)), now, taken_back);
  uncongested_ = !pacer_.engaged() && !estimator_->congested(now);
  update_wants_more();
}

void egress::handle_remb(uint64_t bitrate_bps, time_point now) {
  auto bps = std::clamp(bitrate_bps, least_remb, most_remb);
  remb_.handle_remb(bps, now);
  update_wants_more();
}

std::optional<uint64_t> egress::link_bps() const {
  return estimator_ ? std::optional{estimator_->link_bps()} : remb_.bps();
}

bool egress::congested(time_point now) const {
  return estimator_ ? estimator_->congested(now)
                    : remb_.congested(rate_.bitrate_bps(now), now);
}

egress_stats egress::stats(time_point now) const {
  auto result = stats_;
  result.bitrate_bps = rate_.bitrate_bps(now);
  result.remb_bps = remb_.bps();
  result.available_bps =
      estimator_ ? std::optional{estimator_->target_bps()} : remb_.bps();
  return result;
}

} // namespace troupe::rtp
