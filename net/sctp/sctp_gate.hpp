#pragma once

#include "net/base/bytes.hpp"
#include "net/base/time.hpp"
#include "net/sctp/sctp_chunk.hpp"

#include <optional>
#include <vector>

namespace troupe::net {

/// Stands between the peer of one association and usrsctp: lets through what a
/// WebRTC endpoint may say at this moment, in the form in which usrsctp shall
/// read it, and nothing else (ADR 14).
///
/// - The header has the ports of WebRTC, our verification tag and the right
///   checksum. Each chunk is whole, and as long as its type demands.
/// - An INIT is written anew, with the parameters that we use. At most
///   `inits_per_second` of them pass, none to an association that is up.
/// - What ends in code of usrsctp that handles collisions and restarts never
///   arrives: a COOKIE ECHO of an association that is up is answered here.
/// - Chunks of extensions that we do not offer are left out.
class sctp_gate {
public:
  /// Whether we wait for the peer's INIT, or sent ours.
  enum class side : uint8_t { passive, active };

  explicit sctp_gate(side x = side::passive) : side_(x) {}

  /// What is to be handed to usrsctp, with `port` on both sides and no
  /// checksum: empty where nothing is left. Valid until the next call. Nothing
  /// where the packet is refused.
  std::optional<byte_span> admit(byte_span packet, uint16_t port,
                                 time_point now);

  /// Whether the peer repeated its COOKIE ECHO in the last packet, so that it
  /// needs another COOKIE ACK.
  bool cookie_ack_wanted() const {
    return cookie_ack_wanted_;
  }

  /// A packet with a COOKIE ACK, without ports and checksum.
  std::vector<uint8_t> cookie_ack() const;

  /// Looks at a packet that usrsctp sends: tags are learned from it.
  void note_sent(byte_span packet);

  /// The association is up, by the packet that was admitted last.
  void note_connected();

  static constexpr unsigned inits_per_second = 10;

  /// The most octets of a packet; longer ones are refused.
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

  // Appends it, or what usrsctp shall see in its place; false: refuse.
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
