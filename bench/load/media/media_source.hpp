#pragma once

#include "bench/load/media/media_stats.hpp"
#include "bench/load/media/stream_encoder.hpp"
#include "bench/load/media/traffic_pattern.hpp"
#include "net/base/rng.hpp"
#include "rtp/packet/header_extensions.hpp"
#include "rtp/rtcp/compound.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::load {

/// One encoding of a stream to publish.
struct encoding_config {
  rtp::ssrc ssrc{};
  /// With `source_config::rtx_payload_type`, NACKs are answered with RTX.
  std::optional<rtp::ssrc> rtx_ssrc;
  /// The simulcast encoding's name; empty without simulcast.
  std::string rid;
};

/// A stream to publish, as announced in signaling.
struct source_config {
  traffic kind = traffic::audio;
  rtp::payload_type payload_type{};
  std::optional<rtp::payload_type> rtx_payload_type;
  /// The negotiated header extensions. These are used: MID, RID and repaired
  /// RID (until the first receiver report for the SSRC, as Chromium does),
  /// abs-send-time, transport-cc and audio level.
  rtp::extension_map extensions;
  std::string mid;
  std::string cname = "load";
  /// One per encoding, encoding_count(kind) in all, lowest first.
  std::vector<encoding_config> encodings;
  /// In -dBov, 0 loudest, 127 silence (RFC 6464).
  uint8_t audio_level = 30;
};

/// Publishes one stream: schedules its packets and handles the receiver's
/// feedback. Has neither sockets nor a clock: the transport asks each encoder
/// for its frames and protects their packets.
///
/// Frames are due at exact intervals from a random phase, and their packets as
/// `packet_spacing` plans them. Encodings are a third of a frame apart, and the
/// key frames of different sources at random times of their 3 s period, so that
/// the load is even.
class media_source {
public:
  media_source(const source_config& cfg, net::rng& random,
               const arrival_config& arrivals = {});

  const source_config& config() const {
    return config_;
  }

  /// Starts sending at `now`; `tag_octets` is the size of SRTP's tag on each
  /// packet. Each encoding begins with a key frame.
  void start(net::time_point now, size_t tag_octets);

  /// Stops or resumes sending, like pausing a producer. Resuming begins with a
  /// key frame. Initially active.
  void set_active(bool on, net::time_point now);

  bool active() const {
    return active_;
  }

  /// The audio level of the next packets, in -dBov.
  void set_audio_level(uint8_t level);

  /// One for each encoding, in the order of the configuration.
  std::vector<std::unique_ptr<stream_encoder>>& encoders() {
    return encoders_;
  }

  /// The encoder that sends this SSRC (not RTX), or null.
  stream_encoder* find(rtp::ssrc x);

  /// Adds a sender report and CNAME for each encoding that has sent packets.
  void add_reports(rtp::rtcp::compound_builder& out, net::time_point now) const;

  /// Adds the counts of the encoders.
  void add_to(media_stats& x) const;

  void reset_counts();

private:
  source_config config_;
  std::vector<std::unique_ptr<stream_encoder>> encoders_;
  net::duration phase_;
  std::optional<size_t> tag_octets_; // set once started
  bool active_ = true;
};

} // namespace troupe::load
