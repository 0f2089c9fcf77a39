#pragma once

#include "bench/load/media/media_stats.hpp"
#include "bench/load/media/stream_encoder.hpp"
#include "bench/load/media/traffic_pattern.hpp"
#include "net/base/rng.hpp"
#include "rtp/header_extensions.hpp"
#include "rtp/rtcp/compound.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::load {

/// One encoding of a stream to publish.
struct encoding_config {
  rtp::ssrc ssrc{};
  /// With `source_config::rtx_payload_type`, NACKs are answered by RTX.
  std::optional<rtp::ssrc> rtx_ssrc;
  /// The simulcast encoding's name; empty without simulcast.
  std::string rid;
};

/// A stream to publish, as signaling has announced it.
struct source_config {
  traffic kind = traffic::audio;
  rtp::payload_type payload_type{};
  std::optional<rtp::payload_type> rtx_payload_type;
  /// The negotiated header extensions. Used of them: MID, RID and repaired RID
  /// (until the first receiver report for the SSRC, as Chromium does),
  /// abs-send-time, transport-cc and audio level.
  rtp::extension_map extensions;
  std::string mid;
  std::string cname = "load";
  /// encoding_count(kind) of them, lowest first.
  std::vector<encoding_config> encodings;
  /// In -dBov, 0 loudest, 127 silence (RFC 6464).
  uint8_t audio_level = 30;
};

/// Publishes one stream: knows what to send when, and answers what the
/// receiver says of it. Without sockets and clock: the transport asks each
/// encoder for its frames and protects their packets.
///
/// Frames are due at exact intervals from a random phase. Encodings are a
/// third of a frame apart, and key frames of different sources at random
/// places of their three seconds, so that load is even.
class media_source {
public:
  media_source(const source_config& cfg, net::rng& random);

  const source_config& config() const {
    return config_;
  }

  /// Begins to send from `now` on; `tag_octets` is what SRTP adds to each
  /// packet. Each encoding begins with a key frame.
  void start(net::time_point now, size_t tag_octets);

  /// Stops and goes on, as pausing a producer does. Going on begins with a
  /// key frame. Starts out active.
  void set_active(bool on, net::time_point now);

  bool active() const {
    return active_;
  }

  /// How loud the following audio packets are, in -dBov.
  void set_audio_level(uint8_t level);

  /// One for each encoding, in the order of the configuration.
  std::vector<std::unique_ptr<stream_encoder>>& encoders() {
    return encoders_;
  }

  /// The encoder that sends this SSRC (not RTX), or null.
  stream_encoder* find(rtp::ssrc x);

  /// Adds a sender report and CNAME for each encoding that has sent.
  void add_reports(rtp::rtcp::compound_builder& out, net::time_point now) const;

  /// Adds what the encoders have counted.
  void add_to(media_stats& x) const;

  void reset_counts();

private:
  source_config config_;
  std::vector<std::unique_ptr<stream_encoder>> encoders_;
  net::duration phase_;
  std::optional<size_t> tag_octets_; // once started
  bool active_ = true;
};

} // namespace troupe::load
