#include "tests/gates/virtual_source.hpp"

#include "rtp/packet/header_extensions.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/actors/support/ws_messages.hpp"

namespace troupe::gates {

namespace {

constexpr uint32_t frames_in_group = 90;
constexpr size_t srtp_tag = 16;
constexpr size_t header_octets = 20; // with one extension element

// The descriptor of VP8 with a picture id of 15 bits, TL0PICIDX and TID.
constexpr size_t descriptor_octets = 6;

constexpr uint8_t opus_payload = 111;
constexpr uint8_t vp8_payload = 96;

// How many packets frame `n` of a group has, if the group has `all` without
// its key frame of `key` packets.
size_t packets_of(uint32_t n, size_t all, size_t key) {
  if (n == 0)
    return key;
  constexpr size_t others = frames_in_group - 1;
  return n * all / others - (n - 1) * all / others;
}

std::string extension_of(rtp::extension x) {
  return R"("headerExtensions":[{"uri":")" + std::string{rtp::uri(x)}
         + R"(","id":)" + std::to_string(rtp::default_id(x))
         + R"(,"encrypt":false,"parameters":{}}])";
}

std::string replaced(std::string text, const std::string& what,
                     const std::string& by) {
  auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

} // namespace

std::string track_of(media kind, uint32_t ssrc) {
  const std::string none = R"("headerExtensions":[])";
  if (is_audio(kind))
    return replaced(test::audio_track(ssrc), none,
                    extension_of(rtp::extension::audio_level));
  auto out = replaced(test::video_track(ssrc), none,
                      extension_of(rtp::extension::transport_cc));
  out = replaced(out, R"({"type":"ccm","parameter":"fir"})",
                 R"({"type":"ccm","parameter":"fir"},)"
                 R"({"type":"transport-cc","parameter":""})");
  if (kind != media::sim3)
    return out;
  auto one = [](uint32_t x) {
    return R"({"ssrc":)" + std::to_string(x) + R"(,"rtx":{"ssrc":)"
           + std::to_string(x + 1) + "}}";
  };
  return replaced(out, one(ssrc),
                  one(ssrc) + "," + one(ssrc + 2) + "," + one(ssrc + 4));
}

virtual_source::virtual_source(media kind, uint32_t ssrc, size_t number,
                               virtual_transport& by, net::time_point begin)
    : kind_(kind)
    , by_(by)
    , begin_(begin + std::chrono::microseconds{(number * 3'701) % 33'000}) {
  for (uint32_t i = 0; i < (kind == media::sim3 ? 3u : 1u); ++i)
    encodings_.push_back({ssrc + 2 * i, 100, 0, 0});
  packet_due_ = begin_;
  report_due_ = begin_ + std::chrono::milliseconds{(number * 191) % 1'000};
}

net::duration virtual_source::frame_interval() const {
  return std::chrono::nanoseconds{is_audio(kind_) ? 20'000'000 : 33'333'333};
}

bool virtual_source::is_keyframe() const {
  return !is_audio(kind_) && frame_ % frames_in_group == 0;
}

uint32_t virtual_source::timestamp() const {
  return frame_ * (is_audio(kind_) ? 960 : 3'000);
}

void virtual_source::send(net::time_point now, std::vector<arrival>& to) {
  if (report_due_ <= now) {
    report_due_ += std::chrono::seconds{1};
    send_reports(now, to);
  }
  while (packet_due_ <= now) {
    if (next_part_ == 0)
      begin_frame();
    send_part(parts_[next_part_++], now, to);
    packet_due_ += packet_spacing;
    if (next_part_ == parts_.size()) {
      next_part_ = 0;
      ++frame_;
      packet_due_ = std::max(packet_due_, begin_ + frame_ * frame_interval());
    }
  }
}

void virtual_source::begin_frame() {
  parts_.clear();
  auto in_group = frame_ % frames_in_group;
  size_t more = is_keyframe() ? 3 : 1;
  switch (kind_) {
    case media::audio:
      add_parts(0, 1, 130);
      break;
    case media::v600:
      add_parts(0, packets_of(in_group, 154, 20), 1'200);
      break;
    case media::v1500:
      add_parts(0, packets_of(in_group, 430, 20), 1'200);
      break;
    case media::sim3:
      add_parts(0, more, 417);
      add_parts(1, 2 * more, 625);
      add_parts(2, 5 * more, 1'000);
      break;
  }
}

void virtual_source::add_parts(size_t encoding, size_t count, size_t octets) {
  for (size_t i = 0; i < count; ++i)
    parts_.push_back({encoding, octets, i == 0, i + 1 == count});
}

void virtual_source::send_part(const part& x, net::time_point now,
                               std::vector<arrival>& to) {
  auto& from = encodings_[x.encoding];
  size_t header = 0;
  auto packet = make_packet(from, x, header);
  ++from.packets;
  from.octets += static_cast<uint32_t>(packet.size() - header);
  by_.send_rtp(packet, header, now, to);
}

std::vector<uint8_t> virtual_source::make_packet(stream& from, const part& x,
                                                 size_t& header) const {
  header = header_octets;
  std::vector<uint8_t> out(x.octets - srtp_tag, 0x55);
  auto audio = is_audio(kind_);
  auto marker = !audio && x.last;
  out[0] = 0x90;
  out[1] = static_cast<uint8_t>((marker ? 0x80 : 0)
                                | (audio ? opus_payload : vp8_payload));
  net::store_u16(&out[2], from.sequence);
  net::store_u32(&out[4], timestamp());
  net::store_u32(&out[8], from.ssrc);
  net::store_u16(&out[12], 0xbede);
  net::store_u16(&out[14], 1);
  auto element = [&](rtp::extension what, size_t octets) {
    out[16] = static_cast<uint8_t>((rtp::default_id(what) << 4) | (octets - 1));
    std::fill(&out[17], &out[20], uint8_t{0});
  };
  if (audio) {
    element(rtp::extension::audio_level, 1);
    out[17] = 0x80 | 30; // speech, -30 dBov
  } else {
    element(rtp::extension::transport_cc, 2);
    net::store_u16(&out[17], by_.next_number());
    auto* p = &out[header_octets];
    p[0] = x.first ? 0x90 : 0x80;
    p[1] = 0xe0;
    net::store_u16(&p[2], static_cast<uint16_t>(0x8000 | (frame_ & 0x7fff)));
    p[4] = static_cast<uint8_t>(frame_);
    p[5] = 0; // TID 0
    // The frame's tag, and for key frames the start code and 640x480.
    const uint8_t key[] = {0x10, 0x00, 0x00, 0x9d, 0x01,
                           0x2a, 0x80, 0x02, 0xe0, 0x01};
    if (x.first && is_keyframe())
      std::copy(std::begin(key), std::end(key), p + descriptor_octets);
    else
      p[descriptor_octets] = 0x01;
  }
  ++from.sequence;
  return out;
}

void virtual_source::send_reports(net::time_point now,
                                  std::vector<arrival>& to) {
  rtp::ntp_clock clock{std::chrono::hours{1'000}};
  for (const auto& x : encodings_) {
    rtp::rtcp::sender_info info;
    info.ssrc = rtp::ssrc{x.ssrc};
    info.ntp = clock.at(now);
    info.rtp_timestamp = timestamp();
    info.packet_count = x.packets;
    info.octet_count = x.octets;
    rtp::rtcp::compound_builder out;
    REQUIRE(out.add_sender_report(info));
    REQUIRE(out.add_sdes(info.ssrc, "gate"));
    by_.send_rtcp(out.bytes(), now, to);
  }
}

} // namespace troupe::gates
