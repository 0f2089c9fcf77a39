#pragma once

#include "tests/gates/virtual_client.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::gates {

/// What a source sends.
enum class media : uint8_t {
  /// Opus: 50 packets a second of 130 octets on the wire, with audio levels.
  audio,
  /// VP8: 30 frames a second, 58 and 150 packets a second of 1,200 octets.
  v600,
  v1500,
  /// VP8 in three encodings of 30 frames a second: one packet of 417 octets,
  /// two of 625, five of 1,000.
  sim3,
};

inline bool is_audio(media x) {
  return x == media::audio;
}

/// The `produce` data of a source whose SSRCs begin at `ssrc`: each encoding
/// takes two.
std::string track_of(media kind, uint32_t ssrc);

/// One track of a client: sends as a network delivers it, the packets of a
/// frame 1.5 ms apart, with a phase of its own. Each third second of video
/// begins with a key frame, three to twenty times as large as other frames.
class virtual_source {
public:
  static constexpr net::duration packet_spacing =
      std::chrono::microseconds{1'500};

  /// `number` decides its phase.
  virtual_source(media kind, uint32_t ssrc, size_t number,
                 virtual_transport& by, net::time_point begin);

  /// When send() is next wanted.
  net::time_point due() const {
    return std::min(packet_due_, report_due_);
  }

  /// Adds the packets that are due.
  void send(net::time_point now, std::vector<arrival>& to);

private:
  struct stream {
    uint32_t ssrc = 0;
    uint16_t sequence = 0;
    uint32_t packets = 0;
    uint32_t octets = 0;
  };

  // One packet of a frame.
  struct part {
    size_t encoding;
    size_t octets; // on the wire
    bool first;
    bool last;
  };

  void begin_frame();
  void add_parts(size_t encoding, size_t count, size_t octets);
  void send_part(const part& x, net::time_point now, std::vector<arrival>& to);
  void send_reports(net::time_point now, std::vector<arrival>& to);
  std::vector<uint8_t> make_packet(stream& from, const part& x,
                                   size_t& header) const;
  net::duration frame_interval() const;
  bool is_keyframe() const;
  uint32_t timestamp() const;

  media kind_;
  virtual_transport& by_;
  std::vector<stream> encodings_;
  std::vector<part> parts_; // of this frame
  size_t next_part_ = 0;
  uint32_t frame_ = 0;
  net::time_point begin_;
  net::time_point packet_due_;
  net::time_point report_due_;
};

} // namespace troupe::gates
