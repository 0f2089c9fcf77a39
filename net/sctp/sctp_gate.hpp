#pragma once

#include "net/base/bytes.hpp"
#include "net/base/time.hpp"
#include "net/sctp/sctp_chunk.hpp"

#include <optional>
#include <vector>

namespace troupe::net {

/// Filters the packets that the peer of one association sends to usrsctp. It
/// passes only what a WebRTC endpoint may send at this moment, rewritten to the
/// form that usrsctp should parse (ADR 14).
///
/// - The header has the ports of WebRTC, our verification tag and the right
///   checksum. Each chunk is whole, and as long as its type requires.
/// - An INIT is rebuilt with only the parameters that we use. At most
///   `inits_per_second` of them pass, none to a connected association.
/// - Packets that would reach usrsctp's code for collisions and restarts are
///   kept away: the gate answers a COOKIE ECHO of a connected association.
/// - Chunks of extensions that we do not offer are removed.
class sctp_gate {
public:
  /// Whether we wait for the peer's INIT, or sent our own.
  enum class side : uint8_t { passive, active };

  explicit sctp_gate(side x = side::passive) : side_(x) {}

  /// Returns the packet for usrsctp, with `port` on both sides and no checksum.
  /// It is empty if no chunk is left, and valid until the next call. Nullopt if
  /// the packet is refused.
  std::optional<byte_span> admit(byte_span packet, uint16_t port,
                                 time_point now);

  /// Whether the peer repeated its COOKIE ECHO in the last packet and so needs
  /// another COOKIE ACK.
  bool cookie_ack_wanted() const {
    return cookie_ack_wanted_;
  }

  /// Builds a packet with a COOKIE ACK, without ports and checksum.
  std::vector<uint8_t> cookie_ack() const;

  /// Reads the verification tags of a packet that usrsctp sends.
  void note_sent(byte_span packet);

  /// Reports that the packet admitted last has connected the association.
  void note_connected();

  static constexpr unsigned inits_per_second = 10;

  /// The maximum size of a packet; longer ones are refused.
  static constexpr size_t max_packet_octets = 2048;

private:
  enum class verdict : uint8_t { pass, leave_out, refuse };

  struct seen_chunks {
    bool sack = false;
    bool reconfig = false;
    bool forward_tsn = false;
  };

  bool expects(const sctp_chunk& first, uint32_t tag) const;

  verdict judge(const sctp_chunk& x, bool first, seen_chunks& seen);

  static verdict once(bool& seen);

  // Appends the chunk, or its replacement for usrsctp; false: refuse.
  bool append(const sctp_chunk& x);

  void append_octets(uint8_t type, uint8_t flags, byte_span value);

  bool append_init(const sctp_chunk& x);

  bool spend_init(time_point now);

  side side_;
  bool connected_ = false;
  bool cookie_ack_wanted_ = false;
  uint32_t local_tag_ = 0;
  uint32_t peer_tag_ = 0;
  uint32_t admitted_tag_ = 0; // of the last packet admitted
  unsigned inits_ = 0;
  std::optional<time_point> inits_since_;
  std::vector<uint8_t> out_;
};

} // namespace troupe::net
