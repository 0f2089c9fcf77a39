#include "bench/load/media/stream_encoder.hpp"

#include "bench/load/media/media_source.hpp"
#include "bench/load/media/stamp.hpp"
#include "rtp/base/clock.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

constexpr size_t descriptor_size = 6;
constexpr size_t frame_tag_size = 3;
constexpr size_t keyframe_header_size = 10;

// CELT, fullband, 20 ms, mono, one frame (RFC 6716, section 3.1).
constexpr uint8_t opus_toc = 31 << 3;

// Further retransmission requests are dropped: the receiver repeats them.
constexpr size_t max_wanted = 256;

header_template make_header(const source_config& source, size_t encoding,
                            bool identifying) {
  const auto& x = source.encodings[encoding];
  header_template::config cfg;
  cfg.ssrc = x.ssrc;
  cfg.payload_type = source.payload_type;
  cfg.extensions = source.extensions;
  cfg.audio_level = is_audio(source.kind);
  if (identifying) {
    cfg.mid = source.mid;
    cfg.rid = x.rid;
  }
  return header_template{cfg};
}

header_template make_rtx_header(const source_config& source, size_t encoding) {
  const auto& x = source.encodings[encoding];
  header_template::config cfg;
  cfg.ssrc = x.rtx_ssrc.value_or(rtp::ssrc{});
  cfg.payload_type = source.rtx_payload_type.value_or(rtp::payload_type{});
  cfg.extensions = source.extensions;
  cfg.mid = source.mid;
  cfg.repaired_rid = x.rid;
  return header_template{cfg};
}

// Reads the wall clock once: its steps must not reach sender reports.
rtp::ntp_time ntp_at(net::time_point x) {
  static const auto clock = rtp::ntp_clock::from_unix(
      std::chrono::steady_clock::now(),
      std::chrono::system_clock::now().time_since_epoch());
  return clock.at(x);
}

// Writes the 3 octets before each frame, and the 7 after them in key frames
// (RFC 6386, section 9.1).
void write_frame_header(bool keyframe, uint8_t* p) {
  constexpr uint8_t show_frame = 0x10;
  p[0] = static_cast<uint8_t>(show_frame | (keyframe ? 0 : 1));
  p[1] = 0x40;
  p[2] = 0x00;
  if (!keyframe)
    return;
  constexpr std::array<uint8_t, 7> rest{0x9D, 0x01, 0x2A, 0x80,
                                        0x02, 0x68, 0x01}; // 640 x 360
  std::copy(rest.begin(), rest.end(), p + frame_tag_size);
}

} // namespace

stream_encoder::stream_encoder(const source_config& source, size_t encoding,
                               net::rng& random, const arrival_config& arrivals)
    : ssrc_(source.encodings[encoding].ssrc)
    , rtx_ssrc_(source.rtx_payload_type ? source.encodings[encoding].rtx_ssrc
                                        : std::nullopt)
    , audio_(is_audio(source.kind))
    , pattern_(source.kind, encoding, random.u64())
    , identifying_(make_header(source, encoding, true))
    , header_(make_header(source, encoding, false))
    , rtx_header_(make_rtx_header(source, encoding))
    , origin_frame_(random.below(static_cast<uint32_t>(pattern_.group_size())))
    , frame_number_(origin_frame_)
    , sequence_(static_cast<uint16_t>(random.u32()))
    , rtx_sequence_(static_cast<uint16_t>(random.u32()))
    , first_timestamp_(random.u32())
    , picture_id_(static_cast<uint16_t>(random.below(1 << 15)))
    , tl0picidx_(static_cast<uint8_t>(random.u32()))
    , audio_level_(source.audio_level)
    , history_(rtx_ssrc_ ? history : 0)
    , spacing_(arrivals, random.u64()) {
  random.fill(payload_buffer_);
}

void stream_encoder::start(net::time_point first, size_t tag_octets) {
  tag_octets_ = tag_octets;
  origin_ = first;
  origin_frame_ = frame_number_;
  due_ = first;
  packet_due_ = spacing_.plan(first);
  next_packet_ = released_ = frame_.packets;
  want_keyframe_ = !audio_;
  last_keyframe_.reset();
}

void stream_encoder::stop() {
  due_.reset();
  packet_due_.reset();
  next_packet_ = released_ = frame_.packets;
  wanted_.clear();
}

std::optional<net::duration>
stream_encoder::handle_timeout(net::time_point now) {
  if (!packet_due_ || now < *packet_due_)
    return std::nullopt;
  auto planned = *packet_due_;
  if (released_ == frame_.packets) {
    if (skip_frames(now))
      planned = spacing_.plan(*due_);
    begin_frame(now);
  }
  release_packets(planned);
  return std::max(now - planned, net::duration::zero());
}

bool stream_encoder::skip_frames(net::time_point now) {
  auto before = counts_.frames_skipped;
  for (; now - *due_ > max_lateness; next_frame())
    ++counts_.frames_skipped;
  return counts_.frames_skipped != before;
}

void stream_encoder::begin_frame(net::time_point now) {
  frame_ = pattern_.frame(frame_number_);
  if (want_keyframe_)
    frame_ = pattern_.keyframe();
  if (frame_.keyframe) {
    want_keyframe_ = false;
    last_keyframe_ = now;
    ++counts_.keyframes;
  }
  next_packet_ = released_ = 0;
  picture_id_ = (picture_id_ + 1) & 0x7FFF;
  ++tl0picidx_;
  timestamp_ = first_timestamp_ + pattern_.timestamp(frame_number_);
  timestamp_at_ = *due_;
  ++counts_.frames;
  next_frame();
}

void stream_encoder::next_frame() {
  ++frame_number_;
  due_ =
      origin_ + pattern_.offset(frame_number_) - pattern_.offset(origin_frame_);
}

void stream_encoder::release_packets(net::time_point planned) {
  planned_ = planned;
  do {
    spacing_.occupy(frame_.packet_size(released_));
    ++released_;
    auto more = released_ < frame_.packets;
    packet_due_ = spacing_.plan(more ? timestamp_at_ : *due_);
  } while (released_ < frame_.packets && *packet_due_ <= planned);
}

std::optional<plain_packet> stream_encoder::poll_packet(net::time_point now) {
  while (!wanted_.empty()) {
    auto sequence = wanted_.back();
    wanted_.pop_back();
    if (auto x = resend(sequence))
      return x;
  }
  if (next_packet_ >= released_)
    return std::nullopt;
  packet_record x;
  x.sent = now;
  x.late = now - planned_;
  x.frame_packets = frame_.packets;
  x.timestamp = timestamp_;
  x.picture_id = picture_id_;
  x.tl0picidx = tl0picidx_;
  x.keyframe = frame_.keyframe;
  x.first = next_packet_ == 0;
  x.last = next_packet_ + 1 == frame_.packets;
  const auto& header = identified_ ? header_ : identifying_;
  auto taken = header.size() + tag_octets_;
  auto wire = std::max(frame_.packet_size(next_packet_), taken);
  x.payload_size =
      static_cast<uint16_t>(std::max(wire - taken, fixed_payload(x)));
  ++next_packet_;
  return send(x);
}

plain_packet stream_encoder::send(packet_record x) {
  x.sequence = sequence_++;
  x.counter = counter_++;
  octets_ += x.payload_size;
  if (!history_.empty())
    history_[x.sequence % history_.size()] = x;
  const auto& header = identified_ ? header_ : identifying_;
  // Opus marks the start of a talk spurt, VP8 the end of a frame.
  header.write(header_buffer_.data(), x.sequence, x.timestamp,
               audio_ ? x.counter == 0 : x.last, audio_level_);
  write_payload(x, payload_buffer_.data());
  return plain(header, x.payload_size);
}

std::optional<plain_packet> stream_encoder::resend(uint16_t sequence) {
  const auto& x = history_[sequence % history_.size()];
  if (x.sequence != sequence || x.payload_size == 0)
    return std::nullopt;
  ++counts_.packets_resent;
  rtx_header_.write(header_buffer_.data(), rtx_sequence_++, x.timestamp,
                    x.last);
  net::store_u16(payload_buffer_.data(), sequence);
  write_payload(x, payload_buffer_.data() + 2);
  return plain(rtx_header_, x.payload_size + size_t{2});
}

plain_packet stream_encoder::plain(const header_template& header,
                                   size_t payload_size) {
  return {net::mutable_byte_span{header_buffer_}.first(header.size()),
          net::byte_span{payload_buffer_}.first(payload_size),
          header.abs_send_time_offset(), header.transport_cc_offset()};
}

size_t stream_encoder::fixed_payload(const packet_record& x) const {
  if (audio_)
    return 1 + stamp::size;
  if (!x.first)
    return descriptor_size + stamp::size;
  return descriptor_size + stamp::size
         + (x.keyframe ? keyframe_header_size : frame_tag_size);
}

void stream_encoder::write_payload(const packet_record& x, uint8_t* out) const {
  if (audio_) {
    *out++ = opus_toc;
  } else {
    // RFC 7741, section 4.2: extended; a picture id of 15 bits, TL0PICIDX and
    // the temporal layer, which is always the lowest.
    out[0] = x.first ? 0x90 : 0x80;
    out[1] = 0xE0;
    net::store_u16(out + 2, x.picture_id | 0x8000);
    out[4] = x.tl0picidx;
    out[5] = 0;
    out += descriptor_size;
    if (x.first) {
      write_frame_header(x.keyframe, out);
      out += x.keyframe ? keyframe_header_size : frame_tag_size;
    }
  }
  stamp{value(ssrc_), x.counter, x.sent, x.late, x.frame_packets, x.keyframe}
      .write(out);
}

void stream_encoder::handle_keyframe_request(net::time_point now) {
  ++counts_.keyframe_requests;
  if (audio_)
    return;
  if (!last_keyframe_ || now - *last_keyframe_ >= keyframe_interval)
    want_keyframe_ = true;
}

void stream_encoder::handle_nack(const rtp::rtcp::nack& x) {
  x.for_each([this](uint16_t sequence) {
    ++counts_.packets_nacked;
    if (!history_.empty() && due_ && wanted_.size() < max_wanted)
      wanted_.push_back(sequence);
  });
}

std::optional<rtp::rtcp::sender_info>
stream_encoder::report(net::time_point now) const {
  if (counter_ == 0)
    return std::nullopt;
  rtp::rtcp::sender_info x;
  x.ssrc = ssrc_;
  x.ntp = ntp_at(now);
  auto since = std::chrono::duration_cast<std::chrono::microseconds>(
      now - timestamp_at_);
  auto ticks = since.count() * pattern_.clock_rate() / 1'000'000;
  x.rtp_timestamp = timestamp_ + static_cast<uint32_t>(ticks);
  x.packet_count = counter_;
  x.octet_count = octets_;
  return x;
}

} // namespace troupe::load
