#include "protocol/ortc/supported_capabilities.hpp"

#include "protocol/ortc/ortc.hpp"

#include <initializer_list>
#include <utility>

namespace troupe::protocol {

namespace {

struct audio_codec {
  const char* mime_type;
  uint32_t clock_rate;
  uint8_t channels = 1;
  std::optional<uint8_t> payload_type = {};
  std::vector<rtcp_feedback> feedback = {{"transport-cc", ""}};
  parameter_map parameters = {};
};

std::vector<rtcp_feedback> video_feedback() {
  return {{"nack", ""},
          {"nack", "pli"},
          {"ccm", "fir"},
          {"goog-remb", ""},
          {"transport-cc", ""}};
}

// Multichannel Opus, by libwebrtc's convention.
parameter_map multiopus(const char* mapping, int64_t streams, int64_t coupled) {
  return {{"channel_mapping", mapping},
          {"num_streams", streams},
          {"coupled_streams", coupled}};
}

void add(rtp_capabilities& out, const audio_codec& in) {
  out.codecs.push_back({.kind = media_kind::audio,
                        .mime_type = in.mime_type,
                        .preferred_payload_type = in.payload_type,
                        .clock_rate = in.clock_rate,
                        .channels = in.channels,
                        .parameters = in.parameters,
                        .feedback = in.feedback});
}

rtp_codec_capability video_codec(const char* mime_type,
                                 parameter_map parameters = {}) {
  return {.kind = media_kind::video,
          .mime_type = mime_type,
          .preferred_payload_type = {},
          .clock_rate = 90'000,
          .channels = {},
          .parameters = std::move(parameters),
          .feedback = {}};
}

void add_audio_codecs(rtp_capabilities& out) {
  const std::vector<rtcp_feedback> none;
  const std::vector<rtcp_feedback> opus_feedback{{"nack", ""},
                                                 {"transport-cc", ""}};
  const audio_codec codecs[] = {
      {"audio/opus", 48'000, 2, {}, opus_feedback},
      {"audio/multiopus",
       48'000,
       4,
       {},
       opus_feedback,
       multiopus("0,1,2,3", 2, 2)},
      {"audio/multiopus",
       48'000,
       6,
       {},
       opus_feedback,
       multiopus("0,4,1,2,3,5", 4, 2)},
      {"audio/multiopus",
       48'000,
       8,
       {},
       opus_feedback,
       multiopus("0,6,1,2,3,4,5,7", 5, 3)},
      {"audio/PCMU", 8'000, 1, 0},
      {"audio/PCMA", 8'000, 1, 8},
      {"audio/ISAC", 32'000},
      {"audio/ISAC", 16'000},
      {"audio/G722", 8'000, 1, 9},
      {"audio/iLBC", 8'000},
      {"audio/SILK", 24'000},
      {"audio/SILK", 16'000},
      {"audio/SILK", 12'000},
      {"audio/SILK", 8'000},
      {"audio/CN", 32'000, 1, 13, none},
      {"audio/CN", 16'000, 1, 13, none},
      {"audio/CN", 8'000, 1, 13, none},
      {"audio/telephone-event", 48'000, 1, {}, none},
      {"audio/telephone-event", 32'000, 1, {}, none},
      {"audio/telephone-event", 16'000, 1, {}, none},
      {"audio/telephone-event", 8'000, 1, {}, none},
  };
  for (const auto& codec : codecs)
    add(out, codec);
}

void add_video_codecs(rtp_capabilities& out) {
  for (auto codec :
       {video_codec("video/VP8"), video_codec("video/VP9"),
        video_codec("video/H264", {{"level-asymmetry-allowed", int64_t{1}}}),
        video_codec("video/AV1")}) {
    codec.feedback = video_feedback();
    out.codecs.push_back(std::move(codec));
  }
}

void add_extensions(rtp_capabilities& out) {
  using enum media_kind;
  using enum extension_direction;
  namespace uri = extension_uri;
  struct row {
    uint8_t id;
    media_kind kind;
    std::string_view uri;
    extension_direction direction = sendrecv;
  };
  // The server accepts transport-wide numbers on audio but sends audio without
  // them, because it would not adapt to congestion anyway. Unlike mediasoup it
  // forwards the dependency descriptor: without it Chromium cannot decode more
  // than one spatial layer of AV1.
  static constexpr row rows[] = {
      {1, audio, uri::mid},
      {1, video, uri::mid},
      {2, video, uri::rtp_stream_id, recvonly},
      {3, video, uri::repaired_rtp_stream_id, recvonly},
      {4, audio, uri::abs_send_time},
      {4, video, uri::abs_send_time},
      {5, audio, uri::transport_wide_cc, recvonly},
      {5, video, uri::transport_wide_cc},
      {6, audio, uri::audio_level},
      {7, video, uri::dependency_descriptor},
      {8, video, uri::video_orientation},
      {9, video, uri::transmission_offset},
      {10, audio, uri::abs_capture_time},
      {10, video, uri::abs_capture_time},
      {11, audio, uri::playout_delay},
      {11, video, uri::playout_delay},
      {12, audio, uri::packet_id},
      {12, video, uri::packet_id},
  };
  for (const auto& x : rows)
    out.header_extensions.push_back({.kind = x.kind,
                                     .uri = std::string(x.uri),
                                     .preferred_id = x.id,
                                     .preferred_encrypt = false,
                                     .direction = x.direction});
}

rtp_capabilities make_supported_capabilities() {
  rtp_capabilities out;
  add_audio_codecs(out);
  add_video_codecs(out);
  add_extensions(out);
  return out;
}

parameter_map h264(const char* profile_level_id) {
  return {{"packetization-mode", int64_t{1}},
          {"profile-level-id", profile_level_id},
          {"level-asymmetry-allowed", int64_t{1}}};
}

} // namespace

const rtp_capabilities& supported_rtp_capabilities() {
  static const auto instance = make_supported_capabilities();
  return instance;
}

std::vector<rtp_codec_capability> default_media_codecs() {
  return {
      {.kind = media_kind::audio,
       .mime_type = "audio/opus",
       .preferred_payload_type = {},
       .clock_rate = 48'000,
       .channels = 2,
       .parameters = {},
       .feedback = {}},
      video_codec("video/VP8"),
      video_codec("video/VP9", {{"profile-id", int64_t{0}}}),
      video_codec("video/H264", h264("4d0032")),
      video_codec("video/H264", h264("42e01f")),
      video_codec("video/AV1"),
      // After the others, whose payload types thus are those of before.
      video_codec("video/H264", h264("640032")),
  };
}

const rtp_capabilities& default_router_rtp_capabilities() {
  static const auto instance =
      generate_router_rtp_capabilities(default_media_codecs()).value();
  return instance;
}

} // namespace troupe::protocol
