#include "bench/load/signaling/device.hpp"

#include "protocol/ortc/supported_capabilities.hpp"

#include <algorithm>
#include <array>

namespace troupe::load {

namespace {

namespace uri = protocol::extension_uri;

using protocol::extension_direction;
using protocol::media_kind;

constexpr uint8_t opus_payload_type = 111;
constexpr uint8_t vp8_payload_type = 96;
constexpr uint8_t rtx_payload_type = 97;
constexpr size_t simulcast_encodings = 3;
constexpr std::array<uint32_t, simulcast_encodings> simulcast_bitrates{
    100'000, 300'000, 1'200'000};

struct known_extension {
  std::string_view uri;
  uint8_t id;
  bool audio;
  bool video;
};

// Chromium's extension ids in its offers.
constexpr std::array extensions{
    known_extension{uri::transmission_offset, 14, false, true},
    known_extension{uri::audio_level, 1, true, false},
    known_extension{uri::abs_send_time, 2, true, true},
    known_extension{uri::transport_wide_cc, 3, true, true},
    known_extension{uri::mid, 4, true, true},
    known_extension{uri::playout_delay, 5, false, true},
    known_extension{uri::rtp_stream_id, 10, false, true},
    known_extension{uri::repaired_rtp_stream_id, 11, false, true},
    known_extension{uri::video_orientation, 13, false, true},
};

bool knows(std::string_view name) {
  return std::ranges::any_of(extensions,
                             [&](const auto& x) { return x.uri == name; });
}

bool same_text(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x))
           == std::tolower(static_cast<unsigned char>(y));
  });
}

bool is_rtx_for(const protocol::rtp_codec_capability& x,
                std::optional<uint8_t> media) {
  if (!media || !same_text(x.mime_type, "video/rtx"))
    return false;
  auto apt = x.parameters.find("apt");
  return apt != x.parameters.end()
         && apt->second == protocol::parameter_value{int64_t{*media}};
}

extension_direction inverted(extension_direction x) {
  if (x == extension_direction::sendonly)
    return extension_direction::recvonly;
  if (x == extension_direction::recvonly)
    return extension_direction::sendonly;
  return x;
}

std::vector<protocol::rtp_codec_parameters> audio_codecs() {
  return {{"audio/opus",
           opus_payload_type,
           48'000,
           uint8_t{2},
           {{"minptime", int64_t{10}}, {"useinbandfec", int64_t{1}}},
           {{"transport-cc", ""}, {"nack", ""}}}};
}

std::vector<protocol::rtp_codec_parameters> video_codecs() {
  return {{"video/VP8",
           vp8_payload_type,
           90'000,
           {},
           {},
           {{"goog-remb", ""},
            {"transport-cc", ""},
            {"ccm", "fir"},
            {"nack", ""},
            {"nack", "pli"}}},
          {"video/rtx",
           rtx_payload_type,
           90'000,
           {},
           {{"apt", int64_t{vp8_payload_type}}},
           {}}};
}

} // namespace

protocol::rtp_capabilities
device_capabilities(const protocol::rtp_capabilities& router) {
  protocol::rtp_capabilities out;
  for (const auto& x : router.codecs) {
    if (!same_text(x.mime_type, "audio/opus")
        && !same_text(x.mime_type, "video/VP8"))
      continue;
    out.codecs.push_back(x);
    for (const auto& y : router.codecs)
      if (is_rtx_for(y, x.preferred_payload_type))
        out.codecs.push_back(y);
  }
  for (const auto& x : router.header_extensions) {
    auto listed =
        std::ranges::any_of(out.header_extensions, [&](const auto& seen) {
          return seen.uri == x.uri;
        });
    if (listed || !knows(x.uri))
      continue;
    out.header_extensions.push_back(x);
    out.header_extensions.back().direction = inverted(x.direction);
  }
  return out;
}

protocol::rtp_parameters sending_parameters(const track& x) {
  auto audio = x.kind == media_kind::audio;
  protocol::rtp_parameters out;
  out.mid = x.mid;
  out.msid = x.cname + " " + x.cname + x.mid;
  out.codecs = audio ? audio_codecs() : video_codecs();
  for (const auto& e : extensions)
    if (audio ? e.audio : e.video)
      out.header_extensions.push_back({std::string{e.uri}, e.id, false, {}});
  if (x.simulcast) {
    for (size_t i = 0; i < simulcast_encodings; ++i) {
      auto& to = out.encodings.emplace_back();
      to.rid = "r" + std::to_string(i);
      to.scalability_mode = "L1T1";
      to.max_bitrate = simulcast_bitrates[i];
    }
  } else {
    auto& to = out.encodings.emplace_back();
    to.ssrc = ssrc_of(x, 0);
    if (!audio)
      to.rtx_ssrc = rtx_ssrc_of(x, 0);
  }
  out.rtcp.cname = x.cname;
  return out;
}

uint32_t ssrc_of(const track& x, size_t encoding) {
  return x.first_ssrc + 2 * static_cast<uint32_t>(encoding);
}

uint32_t rtx_ssrc_of(const track& x, size_t encoding) {
  return ssrc_of(x, encoding) + 1;
}

} // namespace troupe::load
